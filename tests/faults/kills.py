"""The program is killed at each system call (strace), and the next one has to tell and to mend what it left.

`kills.py PROGRAM [--seconds N] [--seed N] [--only WORD]`
"""

from __future__ import annotations

import sys

import bench
import errors
import syscalls
import tree

# Calls between which nothing changes on the disk need not be tried one by one.
CALLS = [
    name
    for name in errors.ERRORS
    if name not in ("mmap", "brk", "clone3", "statx", "fcntl", "lseek", "getrandom", "readlink")
]


def cases(judge: bench.Bench) -> list[syscalls.Call]:
    return list(syscalls.calls(judge, CALLS))


def try_one(judge: bench.Bench, report: bench.Report, call: syscalls.Call) -> None:
    with judge.copy(call.scene.template) as home:
        _, is_delivered = syscalls.run_with(judge, home, call, "signal=KILL")
        after = tree.snapshot(home)
        faults = [*judge.harm(call.scene, after)]
        if is_delivered:
            report.notes["delivered"] += 1
            faults.extend(judge.untold(home, after))
        if any(tree.OURS in name for name in after):
            report.notes["left something"] += 1
        report.add(str(call), faults)


if __name__ == "__main__":
    sys.exit(bench.part("Kills at system calls", cases, try_one))

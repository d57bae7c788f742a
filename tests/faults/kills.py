"""The program is killed at each system call (strace), and the next one has to tell and to mend what it left.

`kills.py PROGRAM [--seconds N] [--seed N] [--only WORD]`
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import bench
import errors
import tree

# Calls between which nothing changes on the disk need not be tried one by one.
CALLS = [
    name
    for name in errors.ERRORS
    if name not in ("mmap", "brk", "clone3", "statx", "fcntl", "lseek", "getrandom", "readlink")
]


def main() -> int:
    options = bench.arguments("kills")
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        judge = bench.Bench(options.program, Path(folder))
        judge.add_scenes()
        cases = []
        for scene in judge.scenes:
            if options.only not in scene.name:
                continue
            counted = errors.calls(scene, judge)
            for name in CALLS:
                number, before = counted.get(name, (0, 0))
                cases.extend((scene, name, before + at) for at in errors.chosen(number))
        report = bench.Report("Kills at system calls")

        def try_one(case: tuple[bench.Scene, str, int]) -> None:
            scene, name, at = case
            inject = f"inject={name}:signal=KILL:when={at}"
            with judge.copy(scene.template) as home:
                strace = ["strace", "-f", "-qq", "-o", "/dev/null"]
                ran = judge.run(home, scene.words, [*strace, "-e", f"trace={name}", "-e", inject])
                after = tree.snapshot(home)
                faults = [*judge.harm(scene, after)]
                if ran.status in (-9, 137):
                    report.notes["delivered"] += 1
                    faults.extend(judge.untold(home, after))
                if any(tree.OURS in name for name in after):
                    report.notes["left something"] += 1
                report.add(f"{scene.name}, {name} {at}", faults)

        bench.all_of(cases, try_one, options)
        return 0 if report.print() else 1


if __name__ == "__main__":
    sys.exit(main())

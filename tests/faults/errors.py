"""Errors where the system gives none: each call of the program fails once, in each way that it can (strace).

`errors.py PROGRAM [--seconds N] [--seed N] [--only WORD]`
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

import bench

# How each call can fail. Those that this list does not have are about memory, threads or time.
ERRORS = {
    "openat": ["EACCES", "EMFILE", "ENOSPC", "EROFS"],
    "read": ["EIO"],
    "write": ["EIO", "ENOSPC", "EDQUOT"],
    "close": ["EIO"],
    "fsync": ["EIO", "ENOSPC", "EINVAL"],
    "fdatasync": ["EIO"],
    "lseek": ["EIO"],
    "statx": ["EIO", "EACCES"],
    "newfstatat": ["EIO", "EACCES"],
    "fstat": ["EIO"],
    "getdents64": ["EIO"],
    "readlinkat": ["EIO"],
    "readlink": ["EIO"],
    "renameat": ["EIO", "EACCES", "ENOSPC", "EROFS"],
    "renameat2": ["EIO", "EINVAL", "EXDEV", "EACCES"],
    "rename": ["EIO", "EACCES"],
    "linkat": ["EPERM", "EIO", "EMLINK"],
    "unlinkat": ["EIO", "EACCES"],
    "unlink": ["EIO", "EACCES"],
    "rmdir": ["EIO"],
    "mkdir": ["EACCES", "ENOSPC"],
    "mkdirat": ["EACCES", "ENOSPC"],
    "fchmod": ["EPERM", "EIO"],
    "fchown": ["EPERM"],
    "flock": ["EIO", "ENOLCK"],
    "fcntl": ["EIO"],
    "getrandom": ["EIO", "ENOSYS"],
    "mmap": ["ENOMEM"],
    "brk": ["ENOMEM"],
    "clone3": ["EAGAIN"],
}
# Of calls that occur more often than this some are chosen, the first and the last ones among them.
MOST = 12


def calls(scene: bench.Scene, judge: bench.Bench) -> dict[str, tuple[int, int]]:
    """How often the program makes each call, and how many of these the loader makes before it begins."""
    with judge.copy(scene.template) as home, tempfile.NamedTemporaryFile("r") as log:
        judge.run(home, scene.words, ["strace", "-f", "-qq", "-o", log.name])
        lines = log.read().splitlines()
    by_thread: dict[str, Counter] = {}
    before: Counter = Counter()
    has_begun = False
    for line in lines:
        found = re.match(r"(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed)", line)
        if not found or "resumed" in line:
            continue
        thread, name = found.groups()
        # The first thing that the program does itself.
        has_begun = has_begun or "PR_SET_DUMPABLE" in line or "RLIMIT_CORE" in line
        if has_begun:
            by_thread.setdefault(thread, Counter())[name] += 1
        else:
            before[name] += 1
    # strace counts for each thread by itself, and so the first one, which the loader was in, counts from there.
    most: Counter = Counter()
    for count in by_thread.values():
        for name, number in count.items():
            most[name] = max(most[name], number)
    return {name: (number, before[name]) for name, number in most.items()}


def chosen(number: int) -> list[int]:
    if number <= MOST:
        return list(range(1, number + 1))
    half = MOST // 2
    spread = [1 + index * (number - 1) // (half - 1) for index in range(half)]
    return sorted({*spread, *range(1, 4), *range(number - 2, number + 1)})


def main() -> int:
    options = bench.arguments("errors")
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        judge = bench.Bench(options.program, Path(folder))
        judge.add_scenes()
        cases = []
        for scene in judge.scenes:
            if options.only not in scene.name:
                continue
            for name, (number, before) in sorted(calls(scene, judge).items()):
                for at in chosen(number):
                    cases.extend((scene, name, error, before + at) for error in ERRORS.get(name, []))
        report = bench.Report("Errors at system calls")

        def try_one(case: tuple[bench.Scene, str, str, int]) -> None:
            scene, name, error, at = case
            inject = f"inject={name}:error={error}:when={at}"
            with judge.copy(scene.template) as home:
                log = home.parent / "log"
                strace = ["strace", "-f", "-qq", "-o", str(log)]
                ran = judge.run(home, scene.words, [*strace, "-e", f"trace={name}", "-e", inject])
                if b"(INJECTED)" in log.read_bytes():
                    report.notes["delivered"] += 1
                report.add(f"{scene.name}, {name} {at} {error}", judge.judge(scene, home, ran))
                if ran.is_out_of_memory:
                    report.notes["without memory"] += 1
                elif ran.status == 0:
                    report.notes["done all the same"] += 1

        bench.all_of(cases, try_one, options)
        return 0 if report.print() else 1


if __name__ == "__main__":
    sys.exit(main())

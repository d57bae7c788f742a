"""Errors where the system gives none: each call of the program fails once, in each way that it can (strace).

`errors.py PROGRAM [--seconds N] [--seed N] [--only WORD]`
"""

from __future__ import annotations

import sys

import bench
import syscalls

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
    "fchmodat": ["EPERM", "EIO"],
    "chmod": ["EPERM", "EIO"],
    "fchown": ["EPERM"],
    "flock": ["EIO", "ENOLCK"],
    "fcntl": ["EIO"],
    "getrandom": ["EIO", "ENOSYS"],
    "mmap": ["ENOMEM"],
    "brk": ["ENOMEM"],
    "clone3": ["EAGAIN"],
}


def cases(judge: bench.Bench) -> list[tuple[syscalls.Call, str]]:
    calls = syscalls.calls(judge, ERRORS)
    return [(call, error) for call in calls for error in ERRORS[call.name]]


def try_one(judge: bench.Bench, report: bench.Report, case: tuple[syscalls.Call, str]) -> None:
    call, error = case
    with judge.copy(call.scene.template) as home:
        ran, is_delivered = syscalls.run_with(judge, home, call, f"error={error}")
        if is_delivered:
            report.notes["delivered"] += 1
        report.add(f"{call} {error}", judge.judge(call.scene, home, ran))
    if ran.is_out_of_memory:
        report.notes["without memory"] += 1
    elif ran.status == 0:
        report.notes["done all the same"] += 1


if __name__ == "__main__":
    sys.exit(bench.part("Errors at system calls", cases, try_one))

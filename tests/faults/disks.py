"""Disks that are full or read-only, and what may not be read or written, as somebody without rights meets it.

`disks.py PROGRAM [--seconds N] [--seed N] [--only WORD]`; it needs root, for it mounts small disks.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import bench

SOMEBODY = 12345
PAGE = 4096


def mount(place: Path, *words: str) -> None:
    subprocess.run(["mount", *words, str(place)], check=True)


def fill(place: Path, pages: int) -> None:
    """Leaves so many pages of a small disk free."""
    free = os.statvfs(place).f_bavail
    with open(place / "ballast", "wb") as file:
        file.write(b"\1" * PAGE * max(0, free - pages))


def give(place: Path) -> None:
    for folder, _, files in os.walk(place):
        os.lchown(folder, SOMEBODY, SOMEBODY)
        for name in files:
            os.lchown(os.path.join(folder, name), SOMEBODY, SOMEBODY)


def full(judge: bench.Bench, scene: bench.Scene, pages: int) -> list[str]:
    place = Path(tempfile.mkdtemp(dir=judge.folder, prefix="disk-"))
    mount(place, "-t", "tmpfs", "-o", "size=2m", "none")
    try:
        with judge.copy(scene.template, place) as home:
            fill(place, pages)
            ran = judge.run(home, scene.words)
            return judge.judge(scene, home, ran)
    finally:
        subprocess.run(["umount", str(place)], check=True)


def read_only(judge: bench.Bench, scene: bench.Scene) -> list[str]:
    with judge.copy(scene.template) as home:
        mount(home, "--bind", str(home))
        try:
            mount(home, "-o", "remount,bind,ro")
            ran = judge.run(home, scene.words)
            faults = judge.judge(scene, home, ran)
        finally:
            subprocess.run(["umount", str(home)], check=True)
    if ran.status == 0:
        faults.append("half done: ended with 0 on a disk that cannot be written to")
    return faults


def closed(judge: bench.Bench, scene: bench.Scene, name: str, mode: int) -> list[str]:
    """One file or folder may not be read, or not be written to."""
    program = judge.program
    with judge.copy(scene.template) as home:
        give(home.parent)
        home.parent.chmod(0o755)
        path = home / name
        before = path.stat().st_mode & 0o7777
        path.chmod(mode)
        judged = bench.Bench(program, judge.folder)
        number = path.stat().st_ino
        ran = judged.run(home, scene.words, user=SOMEBODY, group=SOMEBODY, extra_groups=[])
        # It may have been moved, or replaced by a new one.
        for found in [home / ".ssh", *(home / ".ssh").rglob("*")]:
            if found.lstat().st_ino == number and not found.is_symlink():
                found.chmod(before)
        return judge.judge(scene, home, ran)


def full_output(judge: bench.Bench, scene: bench.Scene) -> list[str]:
    """Nothing can be told on standard output; that it was done has to be said all the same."""
    with judge.copy(scene.template) as home, open("/dev/full", "wb") as out:
        ran = judge.run(home, scene.words, stdout=out)
        return judge_untold(judge, scene, home, ran)


def judge_untold(judge: bench.Bench, scene: bench.Scene, home: Path, ran: bench.Ran) -> list[str]:
    faults = judge.judge(scene, home, ran)
    if ran.status == 0 and scene.is_told:
        faults.append("untold: ended with 0, and nobody has heard of it")
    return faults


def main() -> int:
    options = bench.arguments("disks")
    bench.need_root("disks")
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        os.chmod(folder, 0o755)
        # Where everybody may run it.
        program = shutil.copy(options.program, folder)
        os.chmod(program, 0o755)
        judge = bench.Bench(program, Path(folder), options.is_wanted)
        judge.add_scenes()
        cases = []
        for scene in judge.scenes:
            cases.extend((f"{pages} pages free", full, scene, (pages,)) for pages in range(6))
            cases.append(("read-only", read_only, scene, ()))
            cases.append(("standard output full", full_output, scene, ()))
            for name, (kind, _, _) in scene.before.items():
                if not name.startswith(".ssh"):
                    continue
                # What that scene is about are the modes themselves.
                if scene.name == "repair-loose":
                    continue
                modes = [0o000, 0o500, 0o300] if kind == "folder" else [0o000]
                cases.extend((f"{name} {mode:03o}", closed, scene, (name, mode)) for mode in modes)
        report = bench.Report("Disks and rights")

        def try_one(case: tuple) -> None:
            how, work, scene, words = case
            report.add(f"{scene.name}, {how}", work(judge, scene, *words))

        bench.all_of(cases, try_one, options)
        return 0 if report.print() else 1


if __name__ == "__main__":
    sys.exit(main())

"""The judges are judged: each kind of fault is made by hand once, and has to be found.

`planted.py PROGRAM`
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import bench
import disks
import races
import tree

OVER = "generate-over"
ADDED = "Added the key to ~/.ssh/authorized_keys"
NO_ROOM = "error: there is no room\n"


def said(status: int, text: str) -> bench.Ran:
    return bench.Ran(status, "", text)


def nothing(home: Path) -> None:
    pass


def take_away(name: str) -> Callable[[Path], object]:
    return lambda home: (home / name).unlink()


def cut(name: str) -> Callable[[Path], object]:
    return lambda home: (home / name).write_bytes((home / name).read_bytes()[:-20])


def put(name: str, text: str = "x\n") -> Callable[[Path], object]:
    return lambda home: (home / name).write_text(text)


# The scene, what has become of it in truth, how the program ended and what it said, and the fault that this is.
RUNS: list[tuple[str, Callable[[Path], object], bench.Ran, str]] = [
    (OVER, take_away(".ssh/bare"), said(4, f"{NO_ROOM}.ssh/bare is no longer there"), "lost"),
    ("authorized-add", take_away(".ssh/id"), said(4, f"{NO_ROOM}.ssh/id is no longer there"), "lost"),
    (OVER, cut(".ssh/id"), said(4, f"{NO_ROOM}.ssh/id was changed"), "damaged"),
    (OVER, cut(".ssh/bare.pub"), said(4, f"{NO_ROOM}.ssh/bare.pub was changed"), "damaged"),
    ("authorized-add", put(".ssh/authorized_keys"), said(4, f"{NO_ROOM}hint: {bench.NOTHING}. .ssh/authorized_keys"), "untrue"),
    ("authorized-add", put(".ssh/authorized_keys"), said(4, NO_ROOM), "unsaid"),
    ("comment", put(".ssh/bare.pub", "ssh-ed25519 \n"), said(4, f"{NO_ROOM}.ssh/bare was changed"), "unsaid"),
    ("authorized-add", nothing, said(0, ADDED), "half done"),
    ("authorized-add", put(".ssh/.keywright-0123456789abcdef-0.new.x"), said(0, ADDED), "half done"),
    ("authorized-add", nothing, said(101, "thread 'main' panicked at src/x.rs:1"), "panic"),
    ("authorized-add", nothing, said(bench.HUNG, ""), "hung"),
]


def judge_runs(judge: bench.Bench, report: bench.Report) -> None:
    for name, change, ran, expected in RUNS:
        scene = next(scene for scene in judge.scenes if scene.name == name)
        with judge.copy(scene.template) as home:
            change(home)
            expect(report, f"{name}, {ran.said.strip() or ran.status}", judge.judge(scene, home, ran), expected)


def judge_leftovers(judge: bench.Bench, report: bench.Report) -> None:
    """What lies aside and the program does not know of is missed by `keys`, and stays after `keys repair`."""
    for expected in ("untold", "unmended"):
        with judge.copy(judge.scenes[0].template) as home:
            put(".ssh/.keywright-unknown")(home)
            expect(report, "a file aside", list(judge.untold(home, tree.snapshot(home))), expected)


def judge_output(judge: bench.Bench, report: bench.Report) -> None:
    """A program that has told nothing and ends well."""
    scene = next(scene for scene in judge.scenes if scene.name == "generate")
    with judge.copy(scene.template) as home:
        ran = judge.run(home, scene.words)
        expect(report, "standard output full", disks.judge_untold(judge, scene, home, said(ran.status, "")), "untold")


class Stale(races.Run):
    """Two programs of which the second writes what it read before the first one began, and both say that it is done."""

    def start(self, commands: list[list[str]], gap: float, held_up: list[str] = []) -> None:
        place = self.home.parent
        shutil.copytree(self.home, place / "before", symlinks=True)
        for words in commands:
            shutil.rmtree(self.home)
            shutil.copytree(place / "before", self.home, symlinks=True)
            if words[0] != "ssh-keygen":
                self.judge.run(self.home, words)


class Torn(races.Run):
    """Two programs of which each writes half of what belongs together."""

    def start(self, commands: list[list[str]], gap: float, held_up: list[str] = []) -> None:
        halves = [self.home / ".ssh/bare.pub", self.home / ".ssh/config"]
        for words in commands:
            kept = [half.read_bytes() for half in halves]
            self.judge.run(self.home, words)
        for half, text in zip(halves, kept):
            half.write_bytes(text)


def judge_races(judge: bench.Bench, report: bench.Report) -> None:
    # Of two comments, two keys or two default keys the second one may win, but whole.
    torn = (races.two_comments, races.two_generated_over, races.two_defaults, races.two_defaults_of_which_one_is_held_up)
    for pair in races.PAIRS:
        with judge.copy(judge.folder / "template") as home:
            is_torn = pair in torn
            run = Torn(judge, home) if is_torn else Stale(judge, home)
            expect(report, pair.__name__, pair(run, 0), "half done" if is_torn else "lost")


def expect(report: bench.Report, case: str, faults: list[str], expected: str) -> None:
    is_found = any(fault.startswith(expected) for fault in faults)
    report.add(case, [] if is_found else [f"not found: {expected}, but {faults}"])


def main() -> int:
    options = bench.arguments("planted")
    report = bench.Report("Faults made by hand")
    scenes = {"generate", *(name for name, *_ in RUNS)}
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        judge = bench.Bench(options.program, Path(folder), scenes.__contains__)
        judge.add_scenes()
        for judged in (judge_runs, judge_leftovers, judge_output, judge_races):
            judged(judge, report)
    return 0 if report.print() else 1


if __name__ == "__main__":
    sys.exit(main())

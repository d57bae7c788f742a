"""Which system calls the program makes in a scene, and a run in which one of them goes otherwise (strace)."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import bench

# Of calls that occur more often than this some are chosen, the first and the last ones among them.
MOST = 12
STRACE = ["strace", "-f", "-qq", "-o"]
# strace ends as what it runs has ended.
KILLED = (-9, 137)


@dataclass(frozen=True)
class Call:
    """One call in a scene: the `at`-th one of its name, as strace counts."""

    scene: bench.Scene
    name: str
    at: int

    def __str__(self) -> str:
        return f"{self.scene.name}, {self.name} {self.at}"


def calls(judge: bench.Bench, names: Iterable[str]) -> Iterator[Call]:
    """The calls of these names in all scenes."""
    names = sorted(names)
    for scene in judge.scenes:
        counted = count(judge, scene)
        for name in names:
            number, before = counted.get(name, (0, 0))
            yield from (Call(scene, name, before + at) for at in chosen(number))


def count(judge: bench.Bench, scene: bench.Scene) -> dict[str, tuple[int, int]]:
    """How often the program makes each call, and how many of these the loader makes before it begins."""
    with judge.copy(scene.template) as home, tempfile.NamedTemporaryFile("r") as log:
        judge.run(home, scene.words, [*STRACE, log.name])
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
    if not has_begun:
        raise RuntimeError(f"{scene.name}: it does not show where the program begins")
    # strace counts for each thread by itself, and so the first one, which the loader was in, counts from there.
    most: Counter = Counter()
    for counted in by_thread.values():
        for name, number in counted.items():
            most[name] = max(most[name], number)
    return {name: (number, before[name]) for name, number in most.items()}


def chosen(number: int) -> list[int]:
    if number <= MOST:
        return list(range(1, number + 1))
    half = MOST // 2
    spread = [1 + index * (number - 1) // (half - 1) for index in range(half)]
    return sorted({*spread, *range(1, 4), *range(number - 2, number + 1)})


def run_with(judge: bench.Bench, home: Path, call: Call, what: str) -> tuple[bench.Ran, bool]:
    """Runs a scene in `home`, where `what` becomes of the call; and says whether it came to that."""
    log = home.parent / "log"
    inject = f"inject={call.name}:{what}:when={call.at}"
    ran = judge.run(home, call.scene.words, [*STRACE, str(log), "-e", f"trace={call.name}", "-e", inject])
    return ran, ran.status in KILLED or b"(INJECTED)" in log.read_bytes()

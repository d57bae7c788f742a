"""Two programs at once: what either has written is there in the end, or it has said that it was not.

`races.py PROGRAM [--seconds N] [--seed N] [--only WORD]`
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import bench
import syscalls
import tree

TIMES = 225


class Run:
    """A folder, and two programs that are started in it at nearly the same time."""

    def __init__(self, judge: bench.Bench, home: Path) -> None:
        self.judge, self.home = judge, home
        self.said = ["", ""]
        self.status = [0, 0]

    def start(self, commands: list[list[str]], gap: float, held_up: list[str] = []) -> None:
        """`held_up` are the words of a program that runs the first one."""

        def one(index: int) -> None:
            if index == 1:
                time.sleep(gap)
            words = commands[index]
            program = [] if words[0] == "ssh-keygen" else [self.judge.program]
            program = [*held_up, *program] if index == 0 else program
            ran = subprocess.run(
                [*program, *words],
                cwd=self.home,
                env=self.judge.environment(self.home),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=bench.LIMIT_SECS,
                check=False,
            )
            self.status[index] = ran.returncode
            self.said[index] = (ran.stdout + ran.stderr).decode(errors="replace")

        threads = [threading.Thread(target=one, args=(index,)) for index in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def key(self, name: str = ".ssh/id") -> tuple[bytes, str, bytes] | None:
        return tree.private((self.home / name).read_bytes())

    def comments(self, name: str) -> tuple[str, str]:
        """Of the private key, and of the public one."""
        told = self.judge.run(self.home, ["info", name, "--json", *bench.OLD])
        if told.status != 0:
            told = self.judge.run(self.home, ["info", name, "--json", "--passphrase-file", "pass/new"])
        half = tree.public((self.home / f"{name}.pub").read_bytes())
        return json.loads(told.out).get("comment"), (half or (b"", b""))[1].decode()


def refused_is_told(run: Run) -> list[str]:
    """Who did not get through says that the file was changed, or that its passphrase no longer opens it."""
    faults = []
    for status, said in zip(run.status, run.said):
        words = ("changed by another program", "changed while", "not open", "exists already", "wrong passphrase",
                 "incorrect passphrase", "not in", "does not know", "there is no", "passphrase")
        if status != 0 and not any(word in said for word in words):
            faults.append(f"unsaid: {status}: {said.strip()[-200:]}")
    return faults


def passwd_and_comment(run: Run, gap: float) -> list[str]:
    run.start(
        [
            ["passwd", ".ssh/id", *bench.OLD, *bench.NEW, *bench.QUICK],
            ["comment", ".ssh/id", "new", *bench.OLD],
        ],
        gap,
    )
    key = run.key()
    faults = refused_is_told(run)
    if key is None:
        return [*faults, "damaged: the key"]
    if (run.status[0] == 0) != (key[1] == "new"):
        faults.append(f"lost update: passwd ended with {run.status[0]}, and “{key[1]}” opens the key")
    private, public = run.comments(".ssh/id")
    if (run.status[1] == 0) != (private == "new"):
        faults.append(f"lost update: comment ended with {run.status[1]}, and it is “{private}”")
    if private != public:
        faults.append(f"half done: private “{private}”, public “{public}”")
    return faults


def two_comments(run: Run, gap: float) -> list[str]:
    run.start([["comment", ".ssh/bare", "one"], ["comment", ".ssh/bare", "two"]], gap)
    private, public = run.comments(".ssh/bare")
    faults = refused_is_told(run)
    if private != public:
        faults.append(f"half done: private “{private}”, public “{public}”")
    done = {name for name, status in zip(("one", "two"), run.status) if status == 0}
    if private not in done:
        faults.append(f"lost update: {run.status}, and it is “{private}”")
    return faults


def passwd_and_ssh_keygen(run: Run, gap: float) -> list[str]:
    run.start(
        [
            ["passwd", ".ssh/id", *bench.OLD, *bench.NEW, *bench.QUICK],
            ["ssh-keygen", "-q", "-p", "-a", "1", "-P", "old", "-N", "newer", "-f", ".ssh/id"],
        ],
        gap,
    )
    key = run.key()
    if key is None:
        return ["damaged: the key"]
    faults = refused_is_told(run)
    # ssh-keygen compares nothing: it may write over what was written since it read the file. The other way round must not be.
    expected = {0: {"newer"}}.get(run.status[1], {"new"} if run.status[0] == 0 else {"old"})
    if key[1] not in expected:
        faults.append(f"lost update: {run.status}, and “{key[1]}” opens the key")
    return faults


def two_generated_over(run: Run, gap: float) -> list[str]:
    words = ["generate", "-o", ".ssh/bare", "--force", "--no-passphrase"]
    run.start([words, words], gap)
    after = tree.snapshot(run.home)
    faults = refused_is_told(run)
    if tree.mismatched(after):
        faults.append("half done: the private half of one and the public half of the other")
    return [*faults, *(f"damaged: {name}" for name in tree.broken(after))]


def two_added(run: Run, gap: float) -> list[str]:
    run.start([["authorized", "add", ".ssh/id.pub"], ["authorized", "add", "ca.pub"]], gap)
    lines = (run.home / ".ssh/authorized_keys").read_text().splitlines()
    faults = [f"refused: {said.strip()[-200:]}" for status, said in zip(run.status, run.said) if status != 0]
    return faults if len(lines) == 4 else [*faults, f"lost update: {len(lines)} lines of 4"]


def two_forgotten(run: Run, gap: float) -> list[str]:
    path = run.home / ".ssh/known_hosts"
    path.write_text(bench.HOST + bench.HOST.replace("example", "other"))
    run.start([["known-hosts", "remove", "example.org"], ["known-hosts", "remove", "other.org"]], gap)
    faults = [f"refused: {said.strip()[-200:]}" for status, said in zip(run.status, run.said) if status != 0]
    return faults if path.read_text() == "" else [*faults, f"lost update: {path.read_text()}"]


def two_named(run: Run, gap: float) -> list[str]:
    run.start([["keys", "name", ".ssh/bare", "One"], ["keys", "name", ".ssh/id", "Two"]], gap)
    text = (run.home / ".config/keywright/keys.toml").read_text()
    faults = [f"refused: {said.strip()[-200:]}" for status, said in zip(run.status, run.said) if status != 0]
    return faults if "One" in text and "Two" in text else [*faults, f"lost update: {text}"]


def removed_and_changed(run: Run, gap: float) -> list[str]:
    run.start(
        [
            ["keys", "remove", ".ssh/id"],
            ["passwd", ".ssh/id", *bench.OLD, *bench.NEW, *bench.QUICK],
        ],
        gap,
    )
    after = tree.snapshot(run.home)
    faults = refused_is_told(run)
    keys = [tree.private(text) for name, (_, _, text) in after.items() if name.endswith("/id")]
    if len(keys) != 1 or keys[0] is None:
        return [*faults, f"lost: {len(keys)} files have the key"]
    if (run.status[0] == 0) != (".ssh/id" not in after):
        faults.append(f"lost update: keys remove ended with {run.status[0]}")
    if (run.status[1] == 0) != (keys[0][1] == "new"):
        faults.append(f"lost update: {run.status}, and “{keys[0][1]}” opens the key")
    return faults


TWO_DEFAULTS = [["keys", "default", ".ssh/bare"], ["keys", "default", ".ssh/signed"]]


def two_defaults(run: Run, gap: float) -> list[str]:
    run.start(TWO_DEFAULTS, gap)
    return judge_defaults(run)


def two_defaults_of_which_one_is_held_up(run: Run, gap: float) -> list[str]:
    """Between ssh's configuration and what this program remembers, for longer than the other one takes."""
    run.start(TWO_DEFAULTS, gap, [*syscalls.STRACE, "/dev/null", "-e", "trace=flock", "-e", "inject=flock:delay_enter=300000:when=2"])
    return judge_defaults(run)


def judge_defaults(run: Run) -> list[str]:
    config = (run.home / ".ssh/config").read_text()
    first = [line.strip() for line in config.splitlines() if "IdentityFile" in line][:1]
    faults = refused_is_told(run)
    done = [name for name, status in zip(("bare", "signed"), run.status) if status == 0]
    if not any(name in line for line in first for name in done):
        faults.append(f"lost update: {run.status}: {first}")
    # Both places that say which one it is have to say the same.
    shown = run.judge.run(run.home, ["keys", "default", "--json"])
    file = Path(json.loads(shown.out).get("file") or "") if shown.status == 0 else Path()
    if not first or not first[0].endswith(f"/{file.name}"):
        faults.append(f"half done: {first}, but the default key is “{file}”")
    if "Host other\n    User me\n" not in config:
        faults.append("damaged: what was in the configuration")
    return faults


PAIRS: list[Callable[[Run, float], list[str]]] = [
    passwd_and_comment,
    two_comments,
    passwd_and_ssh_keygen,
    two_generated_over,
    two_added,
    two_forgotten,
    two_named,
    removed_and_changed,
    two_defaults,
    two_defaults_of_which_one_is_held_up,
]


def main() -> int:
    options = bench.arguments("races")
    chance = options.chance or random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        judge = bench.Bench(options.program, Path(folder))
        template = judge.template()
        pairs = [pair for pair in PAIRS if options.only in pair.__name__]
        # The second one starts as much later as the first one takes, or less.
        cases = [(pair, chance.random() * 0.06) for pair in pairs for _ in range(TIMES)]
        report = bench.Report("Two programs at once")

        def try_one(case: tuple[Callable[[Run, float], list[str]], float]) -> None:
            pair, gap = case
            with judge.copy(template) as home:
                run = Run(judge, home)
                faults = pair(run, gap)
                if run.status == [0, 0]:
                    report.notes["both done"] += 1
                report.add(f"{pair.__name__}, {gap * 1000:.0f} ms", faults)

        bench.all_of(cases, try_one, options)
        return 0 if report.print() else 1


if __name__ == "__main__":
    sys.exit(main())

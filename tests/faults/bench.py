"""The program that is judged, the scenes that it is judged in, and what counts as a fault.

A scene is a folder as it lies before, the words that the program is given, and the folder as it lies when all went well. After
whatever was done to it, the program is held to: no private key lost, no file damaged, no panic, and no untrue sentence: what
it says is compared with the folder.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import tree

NOTHING = "Nothing was changed"
LIMIT_SECS = 60
# What a program says that the system gave no memory; Rust cannot go on then, and no sentence is owed.
NO_MEMORY = ("memory allocation of", "failed to allocate", "Cannot allocate memory")
QUICK = ["--kdf-rounds", "1"]
OLD = ["--passphrase-file", "pass/old"]
NEW = ["--new-passphrase-file", "pass/new"]
HOST = "example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv\n"


@dataclass
class Scene:
    name: str
    words: list[str]
    before: tree.Tree
    after: dict[str, tuple]
    template: Path
    # The keys that were there before.
    known: frozenset[bytes]
    # Of those, what a run that went well leaves.
    kept: set[bytes]


@dataclass
class Ran:
    status: int
    said: str

    @property
    def is_out_of_memory(self) -> bool:
        return self.status in (-6, 134, 127, 1) and any(words in self.said for words in NO_MEMORY)


@dataclass
class Report:
    """What was tried in one part of the run, and what did not hold."""

    part: str
    tried: int = 0
    faults: Counter = field(default_factory=Counter)
    stories: list[str] = field(default_factory=list)
    notes: Counter = field(default_factory=Counter)

    def add(self, case: str, faults: Iterable[str]) -> None:
        self.tried += 1
        faults = list(faults)
        for fault in faults:
            self.faults[fault.split(":", 1)[0]] += 1
        if faults:
            self.stories.append(f"{case}: {'; '.join(faults)}")

    def print(self) -> bool:
        notes = "".join(f", {count} {note}" for note, count in sorted(self.notes.items()))
        faults = ", ".join(f"{count} {fault}" for fault, count in sorted(self.faults.items())) or "0 faults"
        print(f"{self.part}: {self.tried} tried{notes}; {faults}", flush=True)
        for story in self.stories[:40]:
            print(f"    {story}")
        if len(self.stories) > 40:
            print(f"    and {len(self.stories) - 40} more")
        return not self.faults


class Bench:
    def __init__(self, program: str, folder: Path) -> None:
        self.program = str(Path(program).resolve())
        self.folder = folder
        self.scenes: list[Scene] = []

    def environment(self, home: Path) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TZ": "UTC"}

    def run(self, home: Path, words: list[str], before: list[str] = [], **options: object) -> Ran:
        """Runs the program in a folder that is also its home; `before` are the words of a program that runs it."""
        options.setdefault("stdout", subprocess.PIPE)
        child = subprocess.Popen(
            [*before, self.program, *words],
            cwd=home,
            env=self.environment(home),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            **options,
        )
        try:
            out, err = child.communicate(timeout=LIMIT_SECS)
        except subprocess.TimeoutExpired:
            child.kill()
            out, err = child.communicate()
            return Ran(-99, "")
        return Ran(child.returncode, (out or b"").decode(errors="replace") + err.decode(errors="replace"))

    def must(self, home: Path, *words: str) -> None:
        ran = self.run(home, list(words))
        if ran.status != 0:
            sys.exit(f"{' '.join(words)}: {ran.status}: {ran.said}")

    def template(self) -> Path:
        """The folder that all scenes begin with."""
        home = self.folder / "template"
        (home / ".ssh").mkdir(parents=True, mode=0o700)
        (home / "pass").mkdir()
        for name in tree.PASSPHRASES:
            (home / "pass" / name).write_text(name + "\n")
        for name in ("id", "bare", "signed", "ca"):
            self.must(home, "generate", "-o", f".ssh/{name}", "-C", name, "--no-passphrase")
        self.must(home, "passwd", ".ssh/id", "--new-passphrase-file", "pass/old", *QUICK)
        (home / ".ssh/ca").rename(home / "ca")
        (home / ".ssh/ca.pub").rename(home / "ca.pub")
        sign = ["ssh-keygen", "-q", "-s", "ca", "-I", "me", ".ssh/signed.pub"]
        subprocess.run(sign, cwd=home, check=True, env=self.environment(home))
        self.must(home, "convert", ".ssh/bare", "--to", "ppk", "-o", "bare.ppk")
        self.must(home, "convert", ".ssh/signed", "--to", "ppk", "-o", "signed.ppk")
        (home / ".ssh/authorized_keys").write_text("# mine\n" + (home / ".ssh/bare.pub").read_text())
        (home / ".ssh/known_hosts").write_text("# mine\n" + HOST)
        (home / ".ssh/config").write_text("Host other\n    User me\n")
        for path in (home / ".ssh").iterdir():
            path.chmod(0o600)
        home.chmod(0o700)
        return home

    def add(self, name: str, *words: str, prepare: Callable[[Path], object] = lambda home: None) -> None:
        """One more scene, and what comes of it when nothing is done to it."""
        template = self.folder / "scenes" / name
        shutil.copytree(self.folder / "template", template, symlinks=True)
        prepare(template)
        before = tree.snapshot(template)
        known = frozenset(tree.privates(before))
        with self.copy(template) as home:
            ran = self.run(home, list(words))
            after = tree.snapshot(home)
        if ran.status != 0:
            sys.exit(f"{name}: {ran.status}: {ran.said}")
        if not tree.differences(before, after):
            sys.exit(f"{name} does nothing: {ran.said}")
        kept = known & tree.privates(after)
        self.scenes.append(
            Scene(name, list(words), before, tree.meaning(after, known), template, known, kept)
        )

    def copy(self, template: Path, below: Path | None = None) -> "Copy":
        return Copy(template, below or self.folder)

    def add_scenes(self) -> None:
        def rename(old: str, new: str) -> Callable[[Path], object]:
            return lambda home: (home / old).rename(home / new)

        def remove(name: str) -> Callable[[Path], object]:
            return lambda home: (home / name).unlink()

        def restored(home: Path) -> None:
            self.must(home, "keys", "remove", ".ssh/signed")

        def with_default(home: Path) -> None:
            self.must(home, "keys", "default", ".ssh/bare")

        def loose(home: Path) -> None:
            (home / ".ssh/bare").chmod(0o644)
            (home / ".ssh").chmod(0o777)

        def mismatch(home: Path) -> None:
            shutil.copy(home / "ca.pub", home / ".ssh/bare.pub")

        def half(home: Path) -> None:
            """As a kill between two renames leaves it."""
            group = home / ".ssh/.keywright-0123456789abcdef"
            (home / ".ssh/bare").rename(f"{group}-0.old.bare")
            shutil.copy(home / "ca", home / ".ssh/bare")
            shutil.copy(home / "ca.pub", f"{group}-1.new.bare.pub")

        self.template()
        add = self.add
        add("generate", "generate", "-o", ".ssh/key", "--no-passphrase", "-C", "key")
        add("generate-locked", "generate", "-o", ".ssh/key", "-C", "key", *NEW, *QUICK)
        add("generate-over", "generate", "-o", ".ssh/bare", "--force", "--no-passphrase", "-C", "key")
        add("generate-ppk", "generate", "--format", "ppk", "-o", "key.ppk", "--no-passphrase", "-C", "key")
        add("convert-ppk", "convert", ".ssh/bare", "--to", "ppk", "-o", "new.ppk")
        add("convert-openssh", "convert", "signed.ppk", "--to", "openssh", "-o", ".ssh/new")
        add("convert-over", "convert", "bare.ppk", "--to", "openssh", "-o", ".ssh/signed", "--force")
        add("convert-public", "convert", ".ssh/bare.pub", "--to", "rfc4716", "-o", "new.txt")
        add("passwd", "passwd", ".ssh/id", *OLD, *NEW, *QUICK)
        add("passwd-off", "passwd", ".ssh/id", *OLD, "--no-passphrase")
        add("comment", "comment", ".ssh/bare", "another comment")
        add("comment-locked", "comment", ".ssh/id", "another comment", *OLD)
        add("comment-public", "comment", ".ssh/bare.pub", "another comment")
        add("attach", "cert", "attach", ".ssh/signed", ".ssh/signed-cert.pub", "--force")
        add("attach-new", "cert", "attach", ".ssh/signed", "cert", prepare=rename(".ssh/signed-cert.pub", "cert"))
        add("detach", "cert", "detach", ".ssh/signed", "-o", "out.pub")
        add("detach-lost", "cert", "detach", ".ssh/signed", "--force")
        add("detach-ppk", "cert", "detach", "signed.ppk", "-o", "out.pub")
        add("authorized-add", "authorized", "add", ".ssh/id.pub")
        add("authorized-remove", "authorized", "remove", ".ssh/bare.pub", "--force")
        add("known-hosts-remove", "known-hosts", "remove", "example.org")
        add("keys-name", "keys", "name", ".ssh/bare", "My key")
        add("keys-add", "keys", "add", "pass")
        add("keys-default", "keys", "default", ".ssh/bare")
        add("keys-no-default", "keys", "default", "--none", prepare=with_default)
        add("keys-remove", "keys", "remove", ".ssh/signed")
        add("keys-restore", "keys", "restore", ".ssh/signed", prepare=restored)
        add("repair-missing", "keys", "repair", prepare=remove(".ssh/bare.pub"))
        add("repair-mismatch", "keys", "repair", prepare=mismatch)
        add("repair-loose", "keys", "repair", prepare=loose)
        add("repair-half", "keys", "repair", prepare=half)
        add("puttygen", "puttygen", "bare.ppk", "-C", "another comment", "-o", "new.ppk")

    def judge(self, scene: Scene, home: Path, ran: Ran) -> list[str]:
        """What does not hold after a run that something was done to."""
        after = tree.snapshot(home)
        faults = [*self.harm(scene, after)]
        if ran.status == -99:
            return [*faults, "hung: it had not ended after a minute"]
        if "panicked at" in ran.said or ran.status == 101:
            line = next((line for line in ran.said.splitlines() if "panicked at" in line), "")
            faults.append(f"panic: {line}")
        changed = tree.differences(scene.before, after)
        unsaid = [name for name in changed if not self.is_said(name, after, ran.said)]
        # What repairs several things says it of each by itself.
        claims = scene.words[:2] != ["keys", "repair"]
        if NOTHING in ran.said and changed and (claims or unsaid):
            faults.append(f"untrue: nothing was changed, but {', '.join(changed)}: {ran.said.strip()[-300:]}")
        if ran.status == 0:
            # What could not be cleared away is named.
            now = {
                name: what
                for name, what in tree.meaning(after, scene.known).items()
                if not (tree.OURS in Path(name).name and Path(name).name in ran.said)
            }
            others = tree.differences(scene.after, now)
            if others:
                faults.append(f"half done: ended with 0, but {', '.join(others)}: {ran.said.strip()[-200:]}")
        elif ran.is_out_of_memory:
            faults.extend(self.untold(home, after))
        elif unsaid:
            faults.append(f"unsaid: {', '.join(unsaid)}: {ran.said.strip()[-300:]}")
        return faults

    @staticmethod
    def is_said(name: str, after: tree.Tree, said: str) -> bool:
        """Whether a changed file is named, or is a folder of such a one. What was left over before and is cleared away need not
        be."""
        if Path(name).name in said or (tree.OURS in Path(name).name and name not in after):
            return True
        is_folder = after.get(name, ("folder",))[0] == "folder"
        return is_folder and any(other.startswith(f"{name}/") and Path(other).name in said for other in after)

    @staticmethod
    def harm(scene: Scene, after: tree.Tree) -> Iterable[str]:
        lost = scene.kept - tree.privates(after)
        if lost:
            yield f"lost: {len(lost)} private keys"
        # What was to be replaced may be gone only once its replacement is whole.
        replaced = scene.known - scene.kept - tree.privates(after)
        now = tree.meaning(after, scene.known)
        for name, (kind, _, text) in scene.before.items():
            key = tree.private(text) if kind == "file" else None
            if key is not None and key[0] in replaced and now.get(name) != scene.after.get(name):
                yield f"lost: {name}, which was not replaced yet"
        damaged = set(tree.broken(after)) - set(tree.broken(scene.before))
        if damaged:
            yield f"damaged: {', '.join(sorted(damaged))}"

    def untold(self, home: Path, after: tree.Tree) -> Iterable[str]:
        """What a program that was ended has left, and the next one does not tell or mend."""
        left = [name for name in after if tree.OURS in Path(name).name]
        folders = sorted({str(Path(name).parent) for name in left})
        folders = [str(Path(folder).parent) if Path(folder).name == "removed" else folder for folder in folders]
        for folder in sorted({".ssh", *folders}):
            told = self.run(home, ["keys", folder])
            for name in left:
                if str(Path(name).parent) in (folder, f"{folder}/removed") and Path(name).name not in told.said:
                    yield f"untold: {name}: {told.said.strip()[-200:]}"
            mended = self.run(home, ["keys", "repair", folder])
            if mended.status != 0:
                yield f"unmended: {folder}: {mended.said.strip()[-300:]}"
        mended = tree.snapshot(home)
        still = [name for name in mended if tree.OURS in Path(name).name]
        if still:
            yield f"unmended: {', '.join(still)}"
        if not tree.privates(after) <= tree.privates(mended):
            yield "lost: a private key, by mending"
        if tree.mismatched(mended):
            yield f"unmended: {', '.join(tree.mismatched(mended))} lies beside another public half"


class Copy:
    """A scene's folder to be worked in, and taken away afterwards."""

    def __init__(self, template: Path, below: Path) -> None:
        self.template = template
        self.place = Path(tempfile.mkdtemp(dir=below, prefix="run-"))

    def __enter__(self) -> Path:
        home = self.place / "home"
        shutil.copytree(self.template, home, symlinks=True)
        return home

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.place, ignore_errors=True)


def arguments(part: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=part)
    parser.add_argument("program", help="keywright-cli as it was built")
    parser.add_argument("--seconds", type=float, default=None, help="try no longer than this, in an order by chance")
    parser.add_argument("--seed", type=int, default=None, help="of that order")
    parser.add_argument("--only", default="", help="only what has this word in its name")
    return parser.parse_args()


def all_of(cases: list, work: Callable, options: argparse.Namespace) -> None:
    """Does `work` for each case, two at a time; where time is limited, in an order by chance, as far as it comes."""
    seed = options.seed if options.seed is not None else random.randrange(1 << 32)
    end = None
    if options.seconds is not None:
        print(f"The order is that of --seed {seed}.", flush=True)
        random.Random(seed).shuffle(cases)
        end = time.monotonic() + options.seconds

    def one(case: object) -> None:
        if end is None or time.monotonic() < end:
            work(case)

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        for done in [pool.submit(one, case) for case in cases]:
            done.result()


def need_root(part: str) -> None:
    if os.geteuid() != 0:
        sys.exit(f"{part} needs root.")

"""The program that is judged, the scenes that it is judged in, and what counts as a fault.

A scene is a folder as it lies before, the words that the program is given, and the folder as it lies when all went well. After
whatever was done to it, the program is held to: no private key lost, no file damaged, no panic, and no untrue sentence: what
it says is compared with the folder.
"""

from __future__ import annotations

import argparse
import os
import random
import re
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

# Of all scenes, where time is limited: each has to be laid out before anything can be tried in it.
SHARE = 0.25
NOTHING = "Nothing was changed"
LIMIT_SECS = 60
# The status of what had not ended by then.
HUNG = -99
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
    # Whether it tells anything on standard output.
    is_told: bool
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
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err

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
    """`is_wanted` says by its name whether a scene is to be laid out."""

    def __init__(self, program: str, folder: Path, is_wanted: Callable[[str], bool] = lambda name: True) -> None:
        self.program = str(Path(program).resolve())
        self.folder = folder
        self.is_wanted = is_wanted
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
            return Ran(HUNG, "", "")
        return Ran(child.returncode, (out or b"").decode(errors="replace"), err.decode(errors="replace"))

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
        for name in ("id", "bare", "signed", "ca", "boxed", "sealed"):
            self.must(home, "generate", "-o", f".ssh/{name}", "-C", name, "--no-passphrase")
        self.must(home, "passwd", ".ssh/id", "--new-passphrase-file", "pass/old", *QUICK)
        for name in ("ca", "ca.pub"):
            (home / ".ssh" / name).rename(home / name)
        for name in ("signed", "sealed"):
            sign = ["ssh-keygen", "-q", "-s", "ca", "-I", "me", f".ssh/{name}.pub"]
            subprocess.run(sign, cwd=home, check=True, env=self.environment(home))
        # Each key is in one file only, so that it is seen when that is lost.
        for name in ("boxed", "sealed"):
            self.must(home, "convert", f".ssh/{name}", "--to", "ppk", "-o", f"{name}.ppk")
            (home / ".ssh" / name).unlink()
            (home / ".ssh" / f"{name}.pub").unlink()
        (home / ".ssh/sealed-cert.pub").rename(home / "sealed-cert.pub")
        (home / ".ssh/authorized_keys").write_text("# mine\n" + (home / ".ssh/bare.pub").read_text())
        (home / ".ssh/known_hosts").write_text("# mine\n" + HOST)
        (home / ".ssh/config").write_text("Host other\n    User me\n")
        for path in (home / ".ssh").iterdir():
            path.chmod(0o600)
        home.chmod(0o700)
        return home

    def add(self, name: str, *words: str, prepare: Callable[[Path], object] = lambda home: None) -> None:
        """One more scene, and what comes of it when nothing is done to it."""
        if not self.is_wanted(name):
            return
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
            Scene(name, list(words), bool(ran.out), before, tree.meaning(after, known), template, known, kept)
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

        def removed_before(home: Path) -> None:
            self.must(home, "keys", "remove", ".ssh/bare")

        def named(home: Path) -> None:
            self.must(home, "keys", "name", ".ssh/bare", "Old name")
            # Of a folder in the home the whole path would be kept, and it is copied.
            self.must(home, "keys", "add", "/mnt")

        def moving(home: Path) -> None:
            """As a kill leaves it while a key is being moved away."""
            folder = home / ".ssh/removed/.keywright-0123456789abcdef-0.aside.bare-2026-11-26"
            folder.mkdir(parents=True, mode=0o700)
            (home / ".ssh/bare").rename(folder / "bare")

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
        add("convert-openssh", "convert", "sealed.ppk", "--to", "openssh", "-o", ".ssh/new")
        add("convert-over", "convert", "boxed.ppk", "--to", "openssh", "-o", ".ssh/signed", "--force")
        add("convert-public", "convert", ".ssh/bare.pub", "--to", "rfc4716", "-o", "new.txt")
        add("convert-pkcs8", "convert", ".ssh/bare", "--to", "pkcs8", "-o", "new.pem")
        add("convert-public-over", "convert", "ca.pub", "--to", "rfc4716", "-o", "over.txt", "--force",
            prepare=lambda home: shutil.copy(home / "ca.pub", home / "over.txt"))
        add("passwd", "passwd", ".ssh/id", *OLD, *NEW, *QUICK)
        add("passwd-off", "passwd", ".ssh/id", *OLD, "--no-passphrase")
        add("comment", "comment", ".ssh/bare", "another comment")
        add("comment-locked", "comment", ".ssh/id", "another comment", *OLD)
        add("comment-ppk", "comment", "boxed.ppk", "another comment")
        add("comment-public", "comment", ".ssh/bare.pub", "another comment")
        add("attach-ppk", "cert", "attach", "sealed.ppk", "sealed-cert.pub", "--force",
            prepare=lambda home: self.must(home, "cert", "detach", "sealed.ppk", "-o", "out.pub"))
        add("attach", "cert", "attach", ".ssh/signed", ".ssh/signed-cert.pub", "--force")
        add("attach-new", "cert", "attach", ".ssh/signed", "cert", prepare=rename(".ssh/signed-cert.pub", "cert"))
        add("detach", "cert", "detach", ".ssh/signed", "-o", "out.pub")
        add("detach-lost", "cert", "detach", ".ssh/signed", "--force")
        add("detach-ppk", "cert", "detach", "sealed.ppk", "-o", "out.pub")
        add("authorized-add", "authorized", "add", ".ssh/id.pub")
        add("authorized-new", "authorized", "add", ".ssh/id.pub", prepare=remove(".ssh/authorized_keys"))
        add("authorized-remove", "authorized", "remove", ".ssh/bare.pub", "--force")
        add("known-hosts-remove", "known-hosts", "remove", "example.org")
        add("keys-name", "keys", "name", ".ssh/bare", "My key")
        add("keys-rename", "keys", "name", ".ssh/bare", "New name", prepare=named)
        add("keys-unname", "keys", "name", ".ssh/bare", "--none", prepare=named)
        add("keys-add", "keys", "add", "pass")
        add("keys-forget", "keys", "forget", "/mnt", prepare=named)
        add("keys-default", "keys", "default", ".ssh/bare")
        add("keys-default-first", "keys", "default", ".ssh/bare", prepare=remove(".ssh/config"))
        add("keys-default-other", "keys", "default", ".ssh/signed", "--only", prepare=with_default)
        add("keys-no-default", "keys", "default", "--none", prepare=with_default)
        add("keys-remove", "keys", "remove", ".ssh/signed")
        add("keys-remove-more", "keys", "remove", ".ssh/signed", prepare=removed_before)
        add("keys-restore", "keys", "restore", ".ssh/signed", prepare=restored)
        add("repair-missing", "keys", "repair", prepare=remove(".ssh/bare.pub"))
        add("repair-mismatch", "keys", "repair", prepare=mismatch)
        add("repair-loose", "keys", "repair", prepare=loose)
        add("repair-half", "keys", "repair", prepare=half)
        add("repair-moving", "keys", "repair", prepare=moving)
        add("puttygen-in-place", "puttygen", "boxed.ppk", "-C", "another comment")
        add("puttygen-new", "puttygen", "-t", "ed25519", "-C", "key", "-o", "new.ppk", "--new-passphrase", "/dev/null")
        add("puttygen", "puttygen", "boxed.ppk", "-C", "another comment", "-o", "new.ppk")

    def judge(self, scene: Scene, home: Path, ran: Ran) -> list[str]:
        """What does not hold after a run that something was done to."""
        after = tree.snapshot(home)
        faults = [*self.harm(scene, after)]
        if ran.status == HUNG:
            return [*faults, "hung: it had not ended after a minute"]
        if "panicked at" in ran.said or ran.status == 101:
            line = next((line for line in ran.said.splitlines() if "panicked at" in line), "")
            faults.append(f"panic: {line}")
        changed = tree.differences(scene.before, after)
        unsaid = [name for name in changed if not self.is_said(name, scene.before, after, ran.said)]
        # What repairs several things says it of each by itself.
        claims = scene.words[:2] != ["keys", "repair"]
        if NOTHING in ran.said and changed and (claims or unsaid):
            faults.append(f"untrue: nothing was changed, but {', '.join(changed)}: {ran.said.strip()[-300:]}")
        if ran.status == 0:
            now = {
                name: what
                for name, what in tree.meaning(after, scene.known).items()
                if not self.is_said_to_stay(name, after, ran.said)
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
    def is_said(name: str, before: tree.Tree, after: tree.Tree, said: str) -> bool:
        """Whether a changed file is named, or a folder that it came or went with, or it is a folder of such a one. What was left
        over before and is cleared away need not be, nor the folder that it was in; where a key of it has gone is asked for by
        that name, and what else was in there by its own."""
        folders = [str(folder) for folder in Path(name).parents]
        if any(names(said, one) for one in [name, *(folder for folder in folders if (folder in before) != (folder in after))]):
            return True
        if name not in after:
            left = [other for other in before if tree.OURS in other]
            return any(other == name or other.startswith(f"{name}/") for other in left)
        is_folder = after[name][0] == "folder"
        return is_folder and any(other.startswith(f"{name}/") and names(said, other) for other in after)

    @staticmethod
    def is_said_to_stay(name: str, after: tree.Tree, said: str) -> bool:
        """Whether something was to be cleared away and could not be, and this is said: a file on its way, or an empty folder. A
        folder with nothing but such a one in it stays as well."""
        stays = [line.split(" could not be removed: ")[0] for line in said.splitlines() if " could not be removed: " in line]
        if tree.OURS in Path(name).name:
            return any(path.endswith(f"/{name}") for path in stays)
        is_empty = not any(kind != "folder" for other, (kind, _, _) in after.items() if other.startswith(f"{name}/"))
        is_told = any(path.endswith(f"/{name}") or f"/{name}/" in path for path in stays)
        return after[name][0] == "folder" and is_empty and is_told

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


def names(said: str, path: str) -> bool:
    """Whether something that was said names the file at this path, and not only one whose name begins or ends as its does."""
    return re.search(rf"(?<![\w.-]){re.escape(path)}(?![\w-]|\.\w)", said) is not None


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
    parser.add_argument("--seconds", type=float, default=None, help="try no longer than this, what chance brings")
    parser.add_argument("--seed", type=int, default=None, help="of that chance")
    parser.add_argument("--only", default="", help="only what has this word in its name")
    options = parser.parse_args()
    options.chance = None
    options.is_wanted = lambda name: options.only in name
    if options.seconds is not None:
        options.seed = options.seed if options.seed is not None else random.randrange(1 << 32)
        options.chance = random.Random(options.seed)
        options.is_wanted = lambda name: options.only in name and options.chance.random() < SHARE
    return options


def all_of(cases: list, work: Callable, options: argparse.Namespace) -> None:
    """Does `work` for each case, two at a time; where time is limited, in an order by chance, as far as it comes."""
    end = None
    if options.seconds is not None:
        print(f"What is tried, and in which order, is that of --seed {options.seed}.", flush=True)
        options.chance.shuffle(cases)
        end = time.monotonic() + options.seconds

    def one(case: object) -> None:
        if end is None or time.monotonic() < end:
            work(case)

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        for done in [pool.submit(one, case) for case in cases]:
            done.result()


def part(
    title: str,
    cases: Callable[[Bench], list],
    try_one: Callable[[Bench, Report, object], None],
) -> int:
    """One part of the run: tries all `cases` that the scenes give; its exit status."""
    options = arguments(title)
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        judge = Bench(options.program, Path(folder), options.is_wanted)
        judge.add_scenes()
        report = Report(title)
        all_of(cases(judge), lambda case: try_one(judge, report, case), options)
        return 0 if report.print() else 1


def need_root(part: str) -> None:
    if os.geteuid() != 0:
        sys.exit(f"{part} needs root.")

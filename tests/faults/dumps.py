"""Looks into the memory of the console program when its work is done, and finds nothing of a key there.

`dumps.py CONSOLE-PROGRAM [WORD…]` runs it for every type of key, through making, opening, wrong passphrases,
saving, an agent and a login; with words, only the scenes whose names have one of them. gdb stops the program
where it ends and writes a core dump, also of what it hides from others. One more scene stops it in the middle
of saving: there the dump must hold the key, or the judge is blind. It needs root, gdb, ssh-agent and sshd.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import traces

HERE = Path(__file__).resolve().parent
MLDSA = HERE.parent / "corpus/real/openssh/mldsa44_ed25519"

TYPES = {
    "ed25519": ["-t", "ed25519"],
    "ecdsa-256": ["-t", "ecdsa", "-b", "256"],
    "ecdsa-384": ["-t", "ecdsa", "-b", "384"],
    "ecdsa-521": ["-t", "ecdsa", "-b", "521"],
    "ed448": ["-t", "ed448"],
    "dsa": ["-t", "dsa"],
    "rsa-2048": ["-t", "rsa", "-b", "2048"],
    "rsa-3072": ["-t", "rsa", "-b", "3072"],
}
LOGIN = ["ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa-2048", "rsa-3072"]

# Texts that nothing but this has, long enough to be cut into pieces.
OLD = "Tulpenzwiebel-Quittung 4711"
NEW = "Regenschirm?Kachelofen#2083"
WRONG = "Zitronenfalter!Vorgarten%95"
PASSWORD = "Heckenschere&Posthorn=6172"


class Judge:
    def __init__(self, program: str, words: list[str], home: Path) -> None:
        self.program, self.words, self.home = program, words, home
        self.count = 0
        self.with_traces: list[str] = []
        for name, text in {"old": OLD, "new": NEW, "wrong": WRONG, "password": PASSWORD}.items():
            (home / name).write_text(text + "\n")

    def is_wanted(self, scene: str) -> bool:
        return not self.words or any(word in scene for word in self.words)

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return kept | {"HOME": str(self.home), "KEYWRIGHT_SCENE": "dumps"} | self.agent

    agent: dict[str, str] = {}

    def run(self, *words: str) -> None:
        """Lays out what a scene needs."""
        done = subprocess.run(
            [self.program, *words], cwd=self.home, env=self.environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(words)}: {done.stderr}")

    def dumped(self, words: list[str], until: str) -> tuple[Path, str, str]:
        """Runs the program until it makes this system call; the dump, what gdb said, and the mappings."""
        core = self.home / "core"
        core.unlink(missing_ok=True)
        script = [
            "set pagination off",
            "set confirm off",
            "set startup-with-shell off",
            "set debuginfod enabled off",
            "set auto-solib-add off",
            "set disable-randomization off",
            "set dump-excluded-mappings on",
            "set print thread-events off",
            "handle SIGWINCH nostop noprint pass",
            f"catch syscall {until}",
            "run",
            "info proc mappings",
            f"gcore {core}",
            "kill",
        ]
        gdb = ["gdb", "-q", "-nx", "-batch"]
        for line in script:
            gdb += ["-ex", line]
        done = subprocess.run(
            [*gdb, "--args", self.program, *words],
            cwd=self.home,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        if not core.exists():
            raise SystemExit(f"no dump of {' '.join(words)}:\n{said}")
        return core, said, done.stdout

    def secrets_of(self, name: str) -> dict[str, str]:
        """The secrets of the key in this file, which has the old passphrase, the new one or none."""
        if name == "mldsa":
            return traces.of_mldsa44_ed25519(MLDSA.read_text())
        out = self.home / "plain.ppk"
        for passphrase in (["--passphrase-file", "old"], ["--passphrase-file", "new"], []):
            out.unlink(missing_ok=True)
            words = ["convert", name, "--to", "ppk", "--no-passphrase", "-o", out.name, *passphrase]
            subprocess.run(
                [self.program, *words], cwd=self.home, env=self.environment(), capture_output=True, check=False
            )
            if out.exists():
                return traces.of_ppk(out.read_text())
        raise SystemExit(f"{name} cannot be opened")

    def judge(self, scene: str, words: list[str], key: str, expected: int = 0, until: str = "exit_group") -> None:
        if not self.is_wanted(scene):
            return
        core, said, mappings = self.dumped(words, until)
        if until == "exit_group" and not re.search(r"Catchpoint 1 \(call to syscall exit_group\)", said):
            raise SystemExit(f"{scene}: gdb did not see the end\n{said}")
        secrets = self.secrets_of(key)
        secrets |= {"old passphrase": f"t:{OLD}", "new passphrase": f"t:{NEW}"}
        secrets |= {"wrong passphrase": f"t:{WRONG}", "password": f"t:{PASSWORD}"}
        place_of = places(mappings)
        found = traces.traces(core, traces.pieces_of(secrets))
        core.unlink()
        self.count += 1
        is_blind = until != "exit_group" and not found
        if until != "exit_group":
            print(f"{scene}: {len(found)} pieces in the middle of it{', THE JUDGE IS BLIND' if is_blind else ''}")
        else:
            print(f"{scene}: {len(found)} pieces")
            for line in traces.told(found, place_of):
                print(f"    {line}")
        sys.stdout.flush()
        if is_blind or (found and until == "exit_group"):
            self.with_traces.append(scene)


def places(mappings: str):
    """Says in what an address lies, by gdb's `info proc mappings`."""
    found = []
    for line in mappings.splitlines():
        fields = line.split()
        if len(fields) >= 4 and fields[0].startswith("0x") and fields[1].startswith("0x"):
            name = next((field for field in fields[4:] if field.startswith(("/", "["))), "")
            found.append((int(fields[0], 16), int(fields[1], 16), name))

    def place_of(address: int) -> str:
        for start, end, name in found:
            if start <= address < end:
                return f"{name or 'an anonymous mapping'} of {end - start >> 10} KiB, {end - address >> 10} KiB before its end"
        return "nowhere"

    return place_of


@contextmanager
def agent(home: Path) -> Iterator[dict[str, str]]:
    path = home / "agent"
    running = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL)
    try:
        wait_for(path.exists, "ssh-agent")
        yield {"SSH_AUTH_SOCK": str(path)}
    finally:
        running.terminate()
        running.wait()


@contextmanager
def server(home: Path) -> Iterator[int]:
    """An sshd with an account `jo`, which only it knows and whose files lie in this folder."""
    place = home / "server"
    place.mkdir(mode=0o755)
    os.chmod(home, 0o755)
    (place / "home/.ssh").mkdir(parents=True, mode=0o755)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place / "host"], check=True)
    hash_of = subprocess.run(["openssl", "passwd", "-6", PASSWORD], capture_output=True, text=True, check=True)
    account = f"jo:x:61234:61234::{place}/home:/bin/sh\n"
    (place / "passwd").write_text(account + Path("/etc/passwd").read_text())
    (place / "shadow").write_text(f"jo:{hash_of.stdout.strip()}:19000:0:99999:7:::\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (place / "config").write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {place}/host\nPidFile {place}/pid\nUsePAM no\nStrictModes no\n"
        "Subsystem sftp internal-sftp\nUseDNS no\n"
    )
    script = (
        'mkdir -p /run/sshd; mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/shadow" /etc/shadow || exit 3; '
        'exec "$2" -D -f "$1/config" -E "$1/log"'
    )
    sshd = shutil.which("sshd") or "/usr/sbin/sshd"
    running = subprocess.Popen(["unshare", "--mount", "sh", "-c", script, "sh", place, sshd])
    try:
        wait_for(lambda: "Server listening" in log_of(place), "sshd")
        kind, blob, *_ = (place / "host.pub").read_text().split()
        (home / ".ssh").mkdir(mode=0o700, exist_ok=True)
        (home / ".ssh/known_hosts").write_text(f"[127.0.0.1]:{port} {kind} {blob}\n")
        yield port
    finally:
        running.terminate()
        running.wait()


def log_of(place: Path) -> str:
    log = place / "log"
    return log.read_text() if log.exists() else ""


def wait_for(is_there, name: str) -> None:
    begin = time.monotonic()
    while not is_there():
        if time.monotonic() - begin > 20:
            raise SystemExit(f"{name} does not start")
        time.sleep(0.02)


def scenes(judge: Judge) -> None:
    for name, words in TYPES.items():
        key = f"id-{name}"
        judge.judge(
            f"{name} made",
            ["generate", *words, "-o", key, "--format", "ppk", "--new-passphrase-file", "old"],
            key,
        )
        if not (judge.home / key).exists():
            judge.run("generate", *words, "-o", key, "--format", "ppk", "--new-passphrase-file", "old")
        judge.judge(f"{name} wrong passphrase", ["passwd", key, "--passphrase-file", "wrong", "--no-passphrase"], key)
        judge.judge(f"{name} shown", ["info", key, "--passphrase-file", "old"], key)
        for form in ("ppk", "openssh", "pkcs8", "pem", "sshcom", "jwk"):
            out = judge.home / f"{key}.{form}"
            out.unlink(missing_ok=True)
            protection = ["--no-passphrase"] if form == "jwk" else ["--new-passphrase-file", "new"]
            words = ["convert", key, "--passphrase-file", "old", "--to", form, "-o", out.name, *protection]
            if subprocess.run(
                [judge.program, *words], cwd=judge.home, env=judge.environment(), capture_output=True, check=False
            ).returncode:
                continue
            out.unlink()
            judge.judge(f"{name} opened and saved as {form}", words, key)
        plain = judge.home / f"{key}.plain"
        judge.run(
            "convert", key, "--passphrase-file", "old", "--to", "ppk", "--no-passphrase", "-o", plain.name
        )
        judge.judge(f"{name} shown, not encrypted", ["info", plain.name], key)
    judge.judge(
        "ed25519 in the middle of saving",
        ["convert", "id-ed25519", "--passphrase-file", "old", "--to", "openssh", "-o", "seen", "--new-passphrase-file", "new"],
        "id-ed25519",
        until="fsync",
    )
    (judge.home / "mldsa").write_text(MLDSA.read_text())
    os.chmod(judge.home / "mldsa", 0o600)
    judge.judge("mldsa44-ed25519 shown", ["info", "mldsa"], "mldsa")
    judge.judge(
        "mldsa44-ed25519 opened and saved",
        ["convert", "mldsa", "--to", "openssh", "-o", "mldsa.new", "--new-passphrase-file", "new"],
        "mldsa",
    )
    with agent(judge.home) as judge.agent:
        for name in LOGIN:
            judge.judge(f"{name} given to an agent", ["agent", "add", f"id-{name}", "--passphrase-file", "old"], f"id-{name}")
    judge.agent = {}
    with server(judge.home) as port:
        target = f"jo@127.0.0.1:{port}"
        for name in LOGIN:
            key = f"id-{name}"
            public = subprocess.run(
                [judge.program, "public", key], cwd=judge.home, env=judge.environment(), capture_output=True, text=True, check=True
            ).stdout
            (judge.home / f"{key}.pub").write_text(public)
            for each in [*(judge.home / "server/home/.ssh").iterdir()]:
                each.unlink()
            judge.judge(
                f"{name} installed with a password, and proved",
                ["install", target, "-k", key, "--passphrase-file", "old", "--password-file", "password"],
                key,
            )
            (judge.home / "server/home/.ssh/authorized_keys").write_text(public)
            judge.judge(
                f"{name} logged in",
                ["install", target, "-k", f"{key}.pub", "-i", key, "--passphrase-file", "old", "--dry-run"],
                key,
            )


def main() -> int:
    program, *words = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        judge = Judge(str(Path(program).resolve()), words, Path(folder))
        scenes(judge)
    print(f"{judge.count} dumps, {len(judge.with_traces)} with traces")
    return 1 if judge.with_traces or not judge.count else 0


if __name__ == "__main__":
    sys.exit(main())

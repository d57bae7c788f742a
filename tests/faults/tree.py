"""What lies in a folder: byte by byte, and by what it means, so that two keys with different salts are the same.

A key file is read here without the program that is judged: its structure by these few lines, its passphrase by
ssh-keygen, whose word counts.
"""

from __future__ import annotations

import base64
import functools
import os
import stat
import struct
import subprocess
import tempfile
from pathlib import Path

OURS = ".keywright-"
PASSPHRASES = ("old", "new", "newer")

Tree = dict[str, tuple]


def snapshot(folder: Path) -> Tree:
    """Every name below a folder, with what it is, who may do what with it, and what is in it; the folder itself is HOME."""
    home = str(folder).encode()
    found: Tree = {}
    for place, folders, files in os.walk(folder):
        for name in folders + files:
            path = Path(place) / name
            status = path.lstat()
            mode = stat.S_IMODE(status.st_mode)
            key = str(path.relative_to(folder))
            if stat.S_ISLNK(status.st_mode):
                found[key] = ("link", 0, os.readlink(path).encode())
            elif stat.S_ISDIR(status.st_mode):
                found[key] = ("folder", mode, b"")
            else:
                found[key] = ("file", mode, path.read_bytes().replace(home, b"HOME"))
    return found


def differences(before: Tree, after: Tree) -> list[str]:
    """The names that are not as they were."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def meaning(tree: Tree, known: frozenset[bytes]) -> dict[str, tuple]:
    """The same tree with keys by what they are; a key that is not `known` is a new one."""
    return {name: (kind, mode, means(text, known)) for name, (kind, mode, text) in tree.items()}


def means(text: bytes, known: frozenset[bytes]) -> object:
    key = private(text)
    if key is not None:
        blob, passphrase, comment = key
        return ("private", blob if blob in known else b"new", passphrase, comment)
    key = public(text)
    if key is not None:
        blob, comment = key
        return ("public", blob if blob in known else b"new", comment)
    return text


def privates(tree: Tree) -> set[bytes]:
    """The private keys in a tree, each by its public half."""
    found = (private(text) for kind, _, text in tree.values() if kind == "file")
    return {key[0] for key in found if key is not None and key[1] != "no passphrase opens it"}


def broken(tree: Tree) -> list[str]:
    """Files that begin as a key does and are none; but for those on their way."""
    return [
        name
        for name, (kind, _, text) in tree.items()
        if kind == "file"
        and OURS not in name
        and (
            (is_private(text) and (private(text) is None or private(text)[1] == "no passphrase opens it"))
            or (name.endswith(".pub") and public(text) is None)
        )
    ]


def mismatched(tree: Tree) -> list[str]:
    """Private keys beside which another key's public half lies."""
    found = []
    for name, (kind, _, text) in tree.items():
        key, beside = private(text) if kind == "file" else None, tree.get(f"{name}.pub")
        if key is not None and beside is not None:
            half = public(beside[2])
            if half is not None and half[0] != key[0]:
                found.append(name)
    return found


def is_private(text: bytes) -> bool:
    return text.startswith((b"-----BEGIN OPENSSH PRIVATE KEY", b"PuTTY-User-Key-File-"))


@functools.lru_cache(maxsize=4096)
def public(text: bytes) -> tuple[bytes, bytes] | None:
    """The key of a line `TYPE BASE64 COMMENT`, and the comment."""
    words = text.rstrip(b"\n").split(b" ", 2)
    if len(words) < 2 or text.count(b"\n") != 1:
        return None
    try:
        blob = base64.b64decode(words[1], validate=True)
    except ValueError:
        return None
    if not blob.startswith(struct.pack(">I", len(words[0])) + words[0]):
        return None
    return blob, words[2] if len(words) > 2 else b""


@functools.lru_cache(maxsize=4096)
def private(text: bytes) -> tuple[bytes, str, bytes] | None:
    """The public half of a private key, the passphrase that opens it, and the comment where it shows."""
    if text.startswith(b"PuTTY-User-Key-File-"):
        return ppk(text)
    lines = text.split(b"\n")
    if len(lines) < 3 or lines[0] != b"-----BEGIN OPENSSH PRIVATE KEY-----" or b"" != lines[-1]:
        return None
    try:
        data = base64.b64decode(b"".join(lines[1:-2]), validate=True)
        magic, rest = data[:15], data[15:]
        cipher, rest = string(rest)
        _, rest = string(rest)
        _, rest = string(rest)
        count, rest = struct.unpack(">I", rest[:4])[0], rest[4:]
        blob, rest = string(rest)
        secret, rest = string(rest)
    except (ValueError, struct.error):
        return None
    if magic != b"openssh-key-v1\0" or count != 1 or rest:
        return None
    if cipher != b"none":
        return blob, passphrase_of(text), b""
    if len(secret) < 8 or secret[:4] != secret[4:8]:
        return None
    return blob, "", b""


def string(data: bytes) -> tuple[bytes, bytes]:
    size = struct.unpack(">I", data[:4])[0]
    if size > len(data) - 4:
        raise ValueError("cut short")
    return data[4 : 4 + size], data[4 + size :]


def ppk(text: bytes) -> tuple[bytes, str, bytes] | None:
    lines = text.split(b"\n")
    fields = dict(line.split(b": ", 1) for line in lines if b": " in line)
    try:
        at = next(index for index, line in enumerate(lines) if line.startswith(b"Public-Lines: "))
        count = int(fields[b"Public-Lines"])
        blob = base64.b64decode(b"".join(lines[at + 1 : at + 1 + count]), validate=True)
    except (ValueError, KeyError, StopIteration):
        return None
    if b"Private-MAC" not in fields or len(fields[b"Private-MAC"]) not in (40, 64):
        return None
    comment = fields.get(b"Comment", b"")
    # A certificate stands in the place of the key that it certifies, whose own numbers come behind a nonce.
    if string(blob)[0] == b"ssh-ed25519-cert-v01@openssh.com":
        _, rest = string(blob)
        _, rest = string(rest)
        point, _ = string(rest)
        blob = b"".join(struct.pack(">I", len(part)) + part for part in (b"ssh-ed25519", point))
        comment += b", with a certificate"
    is_encrypted = fields.get(b"Encryption") != b"none"
    return blob, "some" if is_encrypted else "", comment


def passphrase_of(text: bytes) -> str:
    with tempfile.NamedTemporaryFile() as file:
        file.write(text)
        file.flush()
        for passphrase in PASSPHRASES:
            told = subprocess.run(
                ["ssh-keygen", "-y", "-P", passphrase, "-f", file.name], capture_output=True, check=False
            )
            if told.returncode == 0:
                return passphrase
    return "no passphrase opens it"

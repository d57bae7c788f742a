"""What a key's secrets look like in memory, and where a core dump holds any of it.

A number is looked for in pieces of 64 bits, so that half of one is found too: as big-endian and little-endian bytes,
in hexadecimal digits and in Base64, and in the limbs into which arithmetic cuts it. A passphrase is looked for in
pieces of eight bytes, in UTF-8, UTF-16 and UTF-32. Here a number is written "n:" and hexadecimal digits, the bytes of
a seed "b:" and hexadecimal digits, and a text "t:" and itself.

`traces.py CORE [--ppk FILE]… [--text TEXT]…` judges one dump, by PuTTY's files without a passphrase and by texts. It
prints a line for each trace, and fails if there is one.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import mmap
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

PIECE = 8
# A page, as the system gives it.
UNUSED = bytes(4096)

# The curves' orders (FIPS 186-4 D.1.2), and how many bits R has of the Montgomery form that libraries use.
CURVES = {
    "nistp256": (0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551, 256),
    "nistp384": (
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
        384,
    ),
    "nistp521": (
        0x01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409,
        576,
    ),
}
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493


class Pieces:
    """What to look for: 8 bytes each, and which secret it is of in which shape."""

    def __init__(self) -> None:
        self.of: dict[int, tuple[str, str]] = {}
        # Limbs of few bits are like any small number; only two beside each other are a trace.
        self.pairs: dict[int, list[tuple[str, str, int]]] = {}

    def add(self, name: str, shape: str, text: bytes) -> None:
        # What anything may hold is nobody's trace: zeros, and all but two bytes alike.
        if len(text) == PIECE and len(set(text)) > 3:
            self.of.setdefault(int.from_bytes(text, "little"), (name, shape))

    def number(self, name: str, number: int) -> None:
        size = max(PIECE, (number.bit_length() + 63) // 64 * 8)
        little = number.to_bytes(size, "little")
        for at in range(0, size, PIECE):
            piece = little[at : at + PIECE]
            self.add(name, "little-endian", piece)
            self.add(name, "big-endian", piece[::-1])
        big = number.to_bytes((number.bit_length() + 7) // 8 or 1, "big")
        self.text_of(name, big)
        for radix in (52, 51, 28, 27, 26):
            mask = (1 << radix) - 1
            limbs = [number >> at & mask for at in range(0, number.bit_length(), radix)]
            for limb, above in zip(limbs, limbs[1:]):
                if limb > 0xFFFF and above > 0xFFFF:
                    self.pairs.setdefault(limb, []).append((name, f"limbs of {radix} bits", above))

    def bytes(self, name: str, secret: bytes) -> None:
        for at in range(0, len(secret) - PIECE + 1, PIECE):
            self.add(name, "bytes", secret[at : at + PIECE])
            self.add(name, "bytes backwards", secret[at : at + PIECE][::-1])
        self.text_of(name, secret)

    def text_of(self, name: str, secret: bytes) -> None:
        """Digits of a number, and the Base64 of what holds it wherever it begins."""
        for digits in (secret.hex(), secret.hex().upper()):
            # From its end, for leading zeros come and go.
            for end in range(len(digits), PIECE - 1, -PIECE):
                self.add(name, "hexadecimal", digits[end - PIECE : end].encode())
        for skipped in range(3):
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                text = encode(secret[skipped:])
                for at in range(0, len(text) - PIECE + 1, PIECE):
                    self.add(name, "Base64", text[at : at + PIECE])

    def text(self, name: str, text: str) -> None:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le"):
            encoded = text.encode(encoding)
            for at in range(len(encoded) - PIECE + 1):
                self.add(name, encoding, encoded[at : at + PIECE])


def strings(blob: bytes) -> list[bytes]:
    """What a blob of SSH's holds: strings and numbers, each with its length before it (RFC 4251 §5)."""
    found = []
    while len(blob) >= 4:
        (length,) = struct.unpack(">I", blob[:4])
        found.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    return found


def of_ppk(text: str) -> dict[str, str]:
    """The secrets of a PuTTY file without a passphrase (PuTTY manual, appendix C)."""
    lines = text.splitlines()
    kind = lines[0].split(": ", 1)[1]
    at = next(index for index, line in enumerate(lines) if line.startswith("Private-Lines: "))
    count = int(lines[at].split(": ")[1])
    private = strings(base64.b64decode("".join(lines[at + 1 : at + 1 + count])))
    numbers = [int.from_bytes(part, "big") for part in private]
    if kind == "ssh-rsa":
        d, p, q, iqmp = numbers
        named = {"d": d, "p": p, "q": q, "iqmp": iqmp, "d mod p-1": d % (p - 1), "d mod q-1": d % (q - 1)}
        named |= {"p-1": p - 1, "q-1": q - 1}
        return {name: f"n:{number:x}" for name, number in named.items()}
    if kind == "ssh-dss":
        return {"x": f"n:{numbers[0]:x}"}
    if kind.startswith("ecdsa-sha2-"):
        order, bits = CURVES[kind.removeprefix("ecdsa-sha2-")]
        return {"scalar": f"n:{numbers[0]:x}", "scalar in Montgomery form": f"n:{(numbers[0] << bits) % order:x}"}
    if kind == "ssh-ed25519":
        return of_ed25519(private[0])
    if kind == "ssh-ed448":
        expanded = hashlib.shake_256(private[0]).digest(114)
        clamped = bytearray(expanded[:57])
        clamped[0] &= 252
        clamped[55] |= 128
        clamped[56] = 0
        scalar = int.from_bytes(clamped, "little")
        return {"seed": "b:" + private[0].hex(), "expanded": "b:" + expanded.hex(), "scalar": f"n:{scalar:x}"}
    raise ValueError(f"no such key is known here: {kind}")


def of_ed25519(seed: bytes) -> dict[str, str]:
    """The seed, and what RFC 8032 §5.1.5 makes of it."""
    expanded = hashlib.sha512(seed).digest()
    clamped = bytearray(expanded[:32])
    clamped[0] &= 248
    clamped[31] = clamped[31] & 63 | 64
    scalar = int.from_bytes(clamped, "little")
    return {
        "seed": "b:" + seed.hex(),
        "expanded": "b:" + expanded.hex(),
        "scalar": f"n:{scalar:x}",
        "reduced scalar": f"n:{scalar % ED25519_ORDER:x}",
    }


def of_mldsa44_ed25519(openssh: str) -> dict[str, str]:
    """The two seeds of an OpenSSH file without a passphrase, and what FIPS 204 (algorithm 6) makes of the first."""
    blob = base64.b64decode("".join(openssh.splitlines()[1:-1]))
    # Behind three strings about the cipher stands how many keys there are: one, and both its halves are strings.
    one_key = b"\0\0\0\1"
    private = strings(blob[blob.index(one_key, len("openssh-key-v1") + 20) + len(one_key) :])[1]
    seeds = next(part for part in strings(private[8:]) if len(part) == 64)
    expanded = hashlib.shake_256(seeds[:32] + bytes([4, 4])).digest(128)
    found = {f"Ed25519 {name}": secret for name, secret in of_ed25519(seeds[32:]).items()}
    return found | {"ML-DSA seed": "b:" + seeds[:32].hex(), "rho' and K": "b:" + expanded[32:].hex()}


def pieces_of(secrets: dict[str, str]) -> Pieces:
    pieces = Pieces()
    for name, secret in secrets.items():
        kind, text = secret[:2], secret[2:]
        if kind == "n:":
            pieces.number(name, int(text, 16))
        elif kind == "b:":
            pieces.bytes(name, bytes.fromhex(text))
        else:
            pieces.text(name, text)
    return pieces


def segments(core: mmap.mmap) -> Iterable[tuple[int, int, int]]:
    """Where a 64-bit ELF core dump has memory that the program could write to: address, offset in the file, size."""
    if core[:5] != b"\x7fELF\x02":
        raise ValueError("this is no core dump of a 64-bit program")
    (headers,) = struct.unpack_from("<Q", core, 32)
    entry, count = struct.unpack_from("<HH", core, 54)
    if count == 0xFFFF:
        (sections,) = struct.unpack_from("<Q", core, 40)
        (count,) = struct.unpack_from("<I", core, sections + 44)
    for index in range(count):
        kind, flags, offset, address, _, size = struct.unpack_from("<IIQQQQ", core, headers + index * entry)
        # PT_LOAD, with PF_W.
        if kind == 1 and flags & 2 and size:
            yield address, offset, size


def used(core: mmap.mmap) -> Iterable[tuple[int, bytes]]:
    """What lies in the pages that hold anything, those side by side as one: most pages of a window were never used."""
    for address, offset, size in segments(core):
        start = None
        for at in range(0, size, len(UNUSED)):
            page = core[offset + at : offset + min(at + len(UNUSED), size)]
            if page != UNUSED[: len(page)]:
                start = at if start is None else start
            elif start is not None:
                yield address + start, core[offset + start : offset + at]
                start = None
        if start is not None:
            yield address + start, core[offset + start : offset + size]


def traces(core_file: Path, pieces: Pieces) -> list[tuple[int, str, str]]:
    """Where in the dump which secret is, and in which shape."""
    found = []
    wanted = set(pieces.of)
    halves = set(pieces.pairs)
    with core_file.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as core:
        for address, memory in used(core):
            for shift in range(8):
                usable = (len(memory) - shift) // 8 * 8
                words = memoryview(memory)[shift : shift + usable].cast("Q")
                for piece in wanted.intersection(words):
                    name, shape = pieces.of[piece]
                    text = piece.to_bytes(8, "little")
                    at = memory.find(text)
                    while at >= 0:
                        if at % 8 == shift:
                            found.append((address + at, name, shape))
                        at = memory.find(text, at + 1)
                if shift == 0:
                    for limb in halves.intersection(words):
                        found += pairs(memory, address, limb, pieces)
    return sorted(found)


def pairs(memory: bytes, address: int, limb: int, pieces: Pieces) -> Iterable[tuple[int, str, str]]:
    """Where the limb above lies beside this one, as a number or in a lane of 256 or 512 bits."""
    at = memory.find(limb.to_bytes(8, "little"))
    while at >= 0:
        for name, shape, above in pieces.pairs[limb]:
            for distance in (8, 32, 64):
                if memory[at + distance : at + distance + 8] == above.to_bytes(8, "little"):
                    yield address + at, name, shape
        at = memory.find(limb.to_bytes(8, "little"), at + 1)


def told(found: list[tuple[int, str, str]], place_of) -> list[str]:
    """One line for each place, secret and shape."""
    lines: dict[tuple[str, str, str], list[int]] = {}
    for address, name, shape in found:
        lines.setdefault((name, shape, place_of(address)), []).append(address)
    return [
        f"{name}, {shape}: {len(addresses)} pieces in {place}, at {', '.join(f'{at:#x}' for at in addresses[:4])}"
        for (name, shape, place), addresses in sorted(lines.items())
    ]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("core", type=Path)
    parser.add_argument("--ppk", type=Path, action="append", default=[])
    parser.add_argument("--text", action="append", default=[])
    words = parser.parse_args()
    secrets = {f"“{text}”": f"t:{text}" for text in words.text}
    for file in words.ppk:
        secrets |= of_ppk(file.read_text())
    found = traces(words.core, pieces_of(secrets))
    for line in told(found, lambda _: "memory"):
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

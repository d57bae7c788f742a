"""Judges a folder of RSA keys in PEM (PKCS#1), and what badkeys said of them: see scripts/prove-rsa-keys."""

import base64
import json
import math
import pathlib
import sys
from collections import Counter

import gmpy2


def numbers(pem: str) -> list[int]:
    """The whole numbers of a DER sequence (RFC 8017 A.1.2): version, n, e, d, p, q, …"""
    lines = [line for line in pem.splitlines() if not line.startswith("-----")]
    der = base64.b64decode("".join(lines))

    def header(at: int) -> tuple[int, int]:
        length = der[at + 1]
        if length < 0x80:
            return at + 2, length
        size = length & 0x7F
        return at + 2 + size, int.from_bytes(der[at + 2 : at + 2 + size], "big")

    at, _ = header(0)
    found = []
    while at < len(der):
        at, length = header(at)
        found.append(int.from_bytes(der[at : at + length], "big"))
        at += length
    return found


def chi_squared(name: str, counts: list[int], shares: list[float]) -> bool:
    """Whether counts fit to the shares expected; says how well. Wilson and Hilferty's approximation."""
    total = sum(counts)
    value = sum((count - total * share) ** 2 / (total * share) for count, share in zip(counts, shares))
    degrees = len(counts) - 1
    deviation = ((value / degrees) ** (1 / 3) - (1 - 2 / (9 * degrees))) / math.sqrt(2 / (9 * degrees))
    chance = math.erfc(deviation / math.sqrt(2)) / 2
    print(f"{name}: chi-squared {value:.1f} with {degrees} degrees of freedom, p = {chance:.4f}")
    # Some thirty tests: one in a hundred thousand runs fails for no reason.
    return 1e-7 < chance < 1 - 1e-7


def main() -> None:
    folder, wanted, bits = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    good = True

    said = [json.loads(line) for line in (folder / "badkeys.json").read_text().splitlines()]
    bad = [entry for entry in said if entry.get("results")]
    print(f"badkeys looked at {len(said)} keys and found fault with {len(bad)}")
    good &= len(said) == wanted and not bad

    primes, moduli = [], []
    for file in folder.iterdir():
        if file.suffix or not file.name.isdigit():
            continue
        _, n, e, d, p, q, *_ = numbers(file.read_text())
        half = bits // 2
        sound = (
            n == p * q
            and n.bit_length() == bits
            and e == 65537
            and abs(p - q) >> (half - 100) > 0
            and d.bit_length() > half
            and e * d % math.lcm(p - 1, q - 1) == 1
            and all(prime * prime >= 1 << (bits - 1) and prime.bit_length() == half for prime in (p, q))
            and all(gmpy2.is_prime(prime, 25) for prime in (p, q))
        )
        if not sound:
            print(f"{file.name} is not within the bounds")
            good = False
        primes += [p, q]
        moduli.append(n)
    print(f"{len(moduli)} keys are within the bounds of FIPS 186-5 A.1.3")
    good &= len(moduli) == wanted

    shared = len(primes) - len(set(primes))
    print(f"primes that two keys share: {shared}")
    good &= shared == 0

    # The top bits: evenly from √2 · 2^(half−1) to 2^half.
    half, least = bits // 2, math.sqrt(0.5)
    share = Counter(int((prime / (1 << half) - least) / (1 - least) * 16) for prime in primes)
    good &= chi_squared("sixteenths of the range", [share[i] for i in range(16)], [1 / 16] * 16)
    # Within a window, and where windows meet.
    for name, shift in [("bits 1 to 6", 1), ("bits 26 to 31", 26), ("bits 29 to 34", 29), ("bits 32 to 37", 32)]:
        counts = Counter(prime >> shift & 63 for prime in primes)
        good &= chi_squared(name, [counts[i] for i in range(64)], [1 / 64] * 64)
    for modulus in [3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 97, 251]:
        counts = Counter(prime % modulus for prime in primes)
        rests = range(1, modulus)
        good &= counts[0] == 0
        good &= chi_squared(f"modulo {modulus}", [counts[i] for i in rests], [1 / (modulus - 1)] * (modulus - 1))
    good &= all(prime % 65537 != 1 for prime in primes)

    print("All is as promised." if good else "NOT as promised.")
    sys.exit(0 if good else 1)


main()

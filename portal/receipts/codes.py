"""Codes of 128 random bits that people can copy from paper: 26 characters without I, L, O and U."""

from portal.kernel.ids import random_bits
from portal.kernel.settings import settings

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
LENGTH = 26
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """A code of 128 random bits."""
    return encode(random_bits(128), LENGTH)


def encode(number: int, length: int) -> str:
    """A number as so many characters of the alphabet, the first one the most significant."""
    digits = []
    for _place in range(length):
        number, rest = divmod(number, 32)
        digits.append(ALPHABET[rest])
    return "".join(reversed(digits))


def read(text: str) -> str | None:
    """A code as a person or a scanner gives it, without gaps, O read as 0 and I or L as 1; None when it is none."""
    code = plain(text)
    return code if len(code) == LENGTH and not set(code) - set(ALPHABET) else None


def plain(text: str) -> str:
    """Any code without gaps, in capitals, with what is easily misread put right."""
    return "".join(text.split()).replace("-", "").upper().translate(_MISREAD)


def printed(code: str) -> str:
    """A code in groups for paper: ``7Q4K2-M9XPD-…``."""
    return "-".join(code[start : start + 5] for start in range(0, len(code), 5))


def verify_address(code: str) -> str:
    """The address that a QR code carries."""
    return f"{settings().base_url}/verify/{code}"

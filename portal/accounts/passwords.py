"""Passwords and one-time sign-in codes: how they are made, hashed, checked and refused.

Argon2id with the library's defaults (RFC 9106, low-memory profile). ``PORTAL_FAST_HASH=1`` makes hashing cheap, for
tests.
"""

import os
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _

SHORTEST = 12
LONGEST = 128
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is read as something else
_COMMON = (
    "123456789012", "1234567890123", "0123456789012", "012345678901", "987654321098", "112233445566", "123123123123",
    "121212121212", "111222333444", "qwertyuiop12", "qwertyuiop123", "qwerty123456", "1qaz2wsx3edc", "1q2w3e4r5t6y",
    "qazwsxedcrfv", "zaq12wsxcde3", "asdfghjkl123", "zxcvbnm12345", "password1234", "password12345", "password123456",
    "passw0rd1234", "p@ssw0rd1234", "p@ssword1234", "adminadmin12", "admin1234567", "admin123456789", "administrator",
    "administrator1", "letmein12345", "welcome12345", "iloveyou1234", "iloveyou1314", "woaini520131", "woaini1314520",
    "woaini123456", "woaiwojia520", "5201314520131", "520131452013", "shenzhen1234", "baoan1234567", "abcdefghijkl",
    "abcd12345678", "abc123456789", "a12345678901", "aa1234567890", "changeme1234", "correcthorse", "monkey123456",
    "dragon123456", "sunshine1234", "football1234", "baseball1234", "superman1234", "1234567890ab", "1234567890abc",
    "huawei123456", "wangyut2wang", "zhang1234567", "zhongguo1234",
)  # fmt: skip


@cache
def _passwords() -> PasswordHasher:
    if os.environ.get("PORTAL_FAST_HASH") == "1":
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher()


@cache
def _codes() -> PasswordHasher:
    """A code holds 58 random bits: a cheap hash protects it, and a sheet of a thousand people is read in seconds."""
    if os.environ.get("PORTAL_FAST_HASH") == "1":
        return _passwords()
    return PasswordHasher(time_cost=2, memory_cost=4096, parallelism=1)


@cache
def _nobody() -> str:
    """What a password is compared with when nobody has that login, so that the answer takes as long."""
    return hash_password(secrets.token_hex(16))


def new_code() -> str:
    """A one-time sign-in code, ``K7PM-9XQ2-TR4W``."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _i in range(4)) for _group in range(3))


def bare(code: str) -> str:
    """A code without hyphens, blanks and case."""
    return "".join(code.upper().replace("-", " ").split())


def hash_code(code: str) -> str:
    """What is stored of a code."""
    return _codes().hash(bare(code))


def hash_password(password: str) -> str:
    """What is stored of a password."""
    return _passwords().hash(password)


def _matches(stored: str, secret: str) -> bool:
    try:
        return _passwords().verify(stored, secret)
    except (Argon2Error, InvalidHashError):
        return False


def verify_password(stored: str | None, password: str) -> bool:
    """Whether a password is the stored one; without one the same work is done for nothing."""
    given = password[:LONGEST]
    return _matches(stored or _nobody(), given) and stored is not None


def verify_code(stored: str | None, code: str) -> bool:
    """Whether a code is the stored one, whatever its hyphens and case."""
    return stored is not None and _matches(stored, bare(code[:LONGEST]))


def refuse_weak(login: str, password: str) -> None:
    """Raise DomainError with the way to a better password; a good one passes in silence."""
    small = password.casefold()
    if len(password) < SHORTEST:
        raise DomainError(_("密码至少%(n)s个字符，现在有%(have)s个。", n=SHORTEST, have=len(password)))
    if len(password) > LONGEST:
        raise DomainError(_("密码最多%(n)s个字符。", n=LONGEST))
    # a very short login occurs in good passwords by chance
    if len(login) >= 4 and login.casefold() in small:
        raise DomainError(_("密码不能含有登录名。"))
    if small in _COMMON or len(set(small)) < 5:
        raise DomainError(_("这个密码太常见，容易被猜中，请换一个。例如用几个不相干的词连起来。"))

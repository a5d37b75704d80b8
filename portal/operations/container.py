"""The outer form of a backup: a header, then pieces of at most 1 MiB, each checked before a byte of it is used.

With a key (scrypt of ``PORTAL_BACKUP_KEY``) each piece is AES-256-GCM: its nonce is its number, and the header's hash, the
number and whether it is the last are bound to it, so that a changed, exchanged, doubled or missing piece is refused (the
STREAM construction: Hoang, Reyhanitabar, Rogaway, Vizár, 2015). Without a key each piece carries a SHA-256 that chains it
to the one before: it finds every accident, and no forger who can compute a hash.
"""

import hashlib
import hmac
import json
import secrets
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _

MAGIC = b"PORTAL-BACKUP\n"
FORMAT = 1
PIECE = 1024 * 1024
COST = 2**15  # scrypt's n: 32 MiB and about a tenth of a second
_COSTS = [2**power for power in range(4, 19)]
_LAST = 0x8000_0000
_LONGEST_HEADER = 4096
_TAG = 16
_DIGEST = 32


def damaged() -> DomainError:
    """The one error for a file that is cut, altered or no backup."""
    return DomainError(_("备份文件不完整或者被改动过，请换一份备份。没有恢复任何数据。"))


def _derived(passphrase: str, salt: bytes, cost: int) -> tuple[bytes, str]:
    """(key of the pieces, text by which a wrong passphrase is told from a damaged file)."""
    secret = hashlib.scrypt(passphrase.encode(), salt=salt, n=cost, r=8, p=1, maxmem=512 * PIECE, dklen=64)
    return secret[:32], hmac.new(secret[32:], b"portal backup", hashlib.sha256).hexdigest()[:32]


class _Seal:
    """How pieces are closed and opened: under a key, or with a chain of hashes."""

    def __init__(self, header: bytes, key: bytes | None) -> None:
        self._bound = hashlib.sha256(header).digest()
        self._cipher = AESGCM(key) if key else None
        self._number = 0

    def _places(self, is_last: bool) -> tuple[bytes, bytes]:
        number = struct.pack(">Q", self._number)
        self._number += 1
        return b"\0\0\0\0" + number, self._bound + number + bytes([is_last])

    def close(self, data: bytes, is_last: bool) -> bytes:
        nonce, bound = self._places(is_last)
        if self._cipher:
            return self._cipher.encrypt(nonce, data, bound)
        self._bound = hashlib.sha256(bound + data).digest()
        return data + self._bound

    def open(self, body: bytes, is_last: bool) -> bytes:
        nonce, bound = self._places(is_last)
        if self._cipher:
            try:
                return self._cipher.decrypt(nonce, body, bound)
            except InvalidTag as error:
                raise damaged() from error
        data, digest = body[:-_DIGEST], body[-_DIGEST:]
        self._bound = hashlib.sha256(bound + data).digest()
        if not hmac.compare_digest(self._bound, digest):
            raise damaged()
        return data


class Writer:
    """Takes bytes of any length and writes closed pieces; ``finish`` writes the last one."""

    def __init__(self, target: BinaryIO, passphrase: str) -> None:
        header: dict[str, Any] = {"format": FORMAT, "encrypted": bool(passphrase)}
        key = None
        if passphrase:
            salt = secrets.token_bytes(16)
            key, check = _derived(passphrase, salt, COST)
            header |= {"kdf": "scrypt", "cost": COST, "salt": salt.hex(), "check": check}
        told = json.dumps(header, sort_keys=True).encode()
        opening = MAGIC + struct.pack(">I", len(told)) + told
        target.write(opening)
        self._target, self._seal, self._waiting = target, _Seal(opening, key), bytearray()

    def write(self, data: bytes) -> None:
        """Take bytes in."""
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), False)
            del self._waiting[:PIECE]

    def finish(self) -> None:
        """Write what is left, marked as the last piece."""
        self._put(bytes(self._waiting), True)
        self._waiting.clear()

    def _put(self, data: bytes, is_last: bool) -> None:
        body = self._seal.close(data, is_last)
        self._target.write(struct.pack(">I", len(body) | (_LAST if is_last else 0)) + body)


def _exactly(source: BinaryIO, length: int) -> bytes:
    data = source.read(length)
    if len(data) != length:
        raise damaged()
    return data


def _header(source: BinaryIO) -> tuple[bytes, dict[str, Any]]:
    opening = _exactly(source, len(MAGIC) + 4)
    length = struct.unpack(">I", opening[-4:])[0]
    if not opening.startswith(MAGIC) or length > _LONGEST_HEADER:
        raise damaged()
    told = _exactly(source, length)
    try:
        header = json.loads(told)
    except ValueError as error:
        raise damaged() from error
    if not isinstance(header, dict) or not isinstance(header.get("format"), int):
        raise damaged()
    return opening + told, header


def _key(header: dict[str, Any], passphrase: str) -> bytes | None:
    if header["format"] > FORMAT:
        raise DomainError(_("这份备份由更新的版本制作，请先升级再恢复。没有恢复任何数据。"))
    if not header.get("encrypted"):
        return None
    if not passphrase:
        raise DomainError(_("这份备份是加密的，请设置PORTAL_BACKUP_KEY。没有恢复任何数据。"))
    try:
        salt, cost, check = bytes.fromhex(header["salt"]), header["cost"], str(header["check"])
    except (KeyError, TypeError, ValueError) as error:
        raise damaged() from error
    if cost not in _COSTS or header.get("kdf") != "scrypt":
        raise damaged()
    key, expected = _derived(passphrase, salt, cost)
    if not hmac.compare_digest(expected.encode(), check.encode()):
        raise DomainError(_("PORTAL_BACKUP_KEY与这份备份不符，或者文件被改动过。没有恢复任何数据。"))
    return key


class Reader:
    """Gives the bytes of a backup piece by piece, each checked; DomainError for whatever is wrong."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        opening, header = _header(source)
        self.is_encrypted = bool(header.get("encrypted"))
        self._source, self._seal = source, _Seal(opening, _key(header, passphrase))
        self._pieces, self._waiting = self._opened(), bytearray()

    def _opened(self) -> Iterator[bytes]:
        longest, is_last = PIECE + max(_TAG, _DIGEST), False
        while not is_last:
            mark = struct.unpack(">I", _exactly(self._source, 4))[0]
            length, is_last = mark & ~_LAST, bool(mark & _LAST)
            if length > longest:
                raise damaged()
            yield self._seal.open(_exactly(self._source, length), is_last)
        if self._source.read(1):
            raise damaged()

    def read(self, length: int) -> bytes:
        """Exactly so many bytes."""
        while len(self._waiting) < length:
            piece = next(self._pieces, None)
            if piece is None:
                raise damaged()
            self._waiting += piece
        data = bytes(self._waiting[:length])
        del self._waiting[:length]
        return data

    def end(self) -> None:
        """Refuse anything after what was read."""
        if self._waiting or any(self._pieces):
            raise damaged()

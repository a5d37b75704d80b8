"""What every store of files does: the SHA-256 of the bytes is the name, and bytes that are read are held against it."""

import hashlib
import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from errno import EIO
from typing import BinaryIO

from portal.kernel import counters
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _

MAX_FILE = 200 * 1024 * 1024
PIECE = 1024 * 1024
log = logging.getLogger(__name__)


class FileDamaged(DomainError):
    """The stored bytes are not what their name says. It is in the log and counted; nobody gets the bytes."""


class StoreAway(OSError):
    """The store cannot be reached, or refuses the portal. To whoever asked it is a disk that fails: 503, try again."""

    def __init__(self, reason: str) -> None:
        super().__init__(EIO, reason)


@dataclass(frozen=True)
class StoredFile:
    """A file in the store: its SHA-256 (hexadecimal, small letters) and its size in bytes."""

    sha256: str
    size: int


class FileStore(ABC):
    """Where files are kept: a folder, or an object storage. Each method raises ``OSError`` when the store is away."""

    @abstractmethod
    def put(self, source: bytes | BinaryIO, limit: int = MAX_FILE) -> StoredFile:
        """Keep the bytes and say under which name; ``DomainError`` when they are more than ``limit``.

        When it returns, the bytes are kept for good: a row that names them may be committed.
        """

    @abstractmethod
    def exists(self, sha256: str) -> bool:
        """Whether the store has that file."""

    @abstractmethod
    def stored(self) -> Iterator[StoredFile]:
        """All files of the store, in the order of their names."""

    @abstractmethod
    def fetch(self, sha256: str) -> BinaryIO:
        """The bytes as they lie there, nothing checked; ``NotFound`` if the store does not have them."""

    def open(self, sha256: str) -> BinaryIO:
        """The bytes, for reading, from the beginning; ``NotFound``, or ``FileDamaged`` when they are others."""
        file = self.fetch(sha256)
        try:
            if digest(file) != sha256:
                raise damaged(sha256)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return file

    def read(self, sha256: str) -> bytes:
        """All bytes of a file; ``NotFound``, or ``FileDamaged`` when they are others."""
        with self.fetch(sha256) as file:
            data = file.read()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise damaged(sha256)
        return data

    def verify(self, sha256: str) -> bool:
        """Whether the stored bytes still are what their name says; false when the file is gone."""
        try:
            with self.fetch(sha256) as file:
                return digest(file) == sha256
        except NotFound:
            return False


def digest(file: BinaryIO) -> str:
    """The SHA-256 of what is left of a file, a piece at a time."""
    found = hashlib.sha256()
    while piece := file.read(PIECE):
        found.update(piece)
    return found.hexdigest()


def damaged(sha256: str) -> FileDamaged:
    """Report a file whose bytes are others, and the error to raise."""
    log.error("evidence_damaged file=%s", sha256)
    counters.add("portal_evidence_damaged_total")
    return FileDamaged(_("这个文件已损坏，与保存时的内容不一致，不能使用。问题已记录，请联系系统管理员从备份恢复。"))


def is_name(sha256: str) -> bool:
    """Whether a text can be the name of a file."""
    return re.fullmatch(r"[0-9a-f]{64}", sha256) is not None


def not_there() -> NotFound:
    """No such file."""
    return NotFound(_("没有找到这个文件。"))


def too_large(limit: int) -> DomainError:
    """More bytes than may be."""
    return DomainError(_("文件超过%(n)sMB，没有上传。请压缩后再传。", n=max(1, limit // (1024 * 1024))))

"""Files kept by their content: the SHA-256 of the bytes is the name, so nothing is stored twice or changed in place."""

import hashlib
import io
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.settings import settings

MAX_FILE = 200 * 1024 * 1024
_PIECE = 1024 * 1024


@dataclass(frozen=True)
class StoredFile:
    """A file in the store: its SHA-256 (hexadecimal, small letters) and its size in bytes."""

    sha256: str
    size: int


class FileStore(Protocol):
    """Where files are kept; an object store can take the place of the folder."""

    def put(self, source: bytes | BinaryIO, limit: int = MAX_FILE) -> StoredFile:
        """Keep the bytes and say under which name; ``DomainError`` when they are more than ``limit``."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The bytes, for reading; ``NotFound`` if the store does not have them."""
        ...

    def exists(self, sha256: str) -> bool:
        """Whether the store has that file."""
        ...

    def verify(self, sha256: str) -> bool:
        """Whether the stored bytes still are what their name says."""
        ...


class LocalFileStore:
    """Files in a folder, as ``ab/cd/<sha256>``; folders 0700, files 0600."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, source: bytes | BinaryIO, limit: int = MAX_FILE) -> StoredFile:
        """Keep the bytes: written aside, flushed to the disk, then renamed, so that a file is whole or not there."""
        stream = io.BytesIO(source) if isinstance(source, bytes | bytearray | memoryview) else source
        self._make(self.folder)
        # mkstemp makes the file readable by this user only
        handle, draft = tempfile.mkstemp(prefix=".draft-", dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as file:
                stored = _copy(stream, file, limit)
                file.flush()
                os.fsync(file.fileno())
            self._place(Path(draft), stored.sha256)
        finally:
            Path(draft).unlink(missing_ok=True)
        return stored

    def _place(self, draft: Path, sha256: str) -> None:
        target = self.path(sha256)
        if target.exists() and self.verify(sha256):
            return
        self._make(target.parent.parent)
        self._make(target.parent)
        os.replace(draft, target)  # a damaged copy is mended by the same bytes
        _sync_folder(target.parent)

    @staticmethod
    def _make(folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync_folder(folder.parent)

    def path(self, sha256: str) -> Path:
        """Where that file is, or would be."""
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise NotFound(_("没有找到这个文件。"))
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def open(self, sha256: str) -> io.BufferedReader:
        """The bytes, for reading."""
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError as error:
            raise NotFound(_("没有找到这个文件。")) from error

    def read(self, sha256: str) -> bytes:
        """All bytes of a file."""
        with self.open(sha256) as file:
            return file.read()

    def exists(self, sha256: str) -> bool:
        """Whether the store has that file."""
        return self.path(sha256).is_file()

    def verify(self, sha256: str) -> bool:
        """Whether the stored bytes still are what their name says; false when the file is gone."""
        try:
            with self.open(sha256) as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except NotFound:
            return False


def _copy(source: BinaryIO, target: BinaryIO, limit: int) -> StoredFile:
    digest, size = hashlib.sha256(), 0
    while piece := source.read(_PIECE):
        size += len(piece)
        if size > limit:
            raise DomainError(_("文件超过%(n)sMB，没有上传。请压缩后再传。", n=max(1, limit // (1024 * 1024))))
        digest.update(piece)
        target.write(piece)
    return StoredFile(digest.hexdigest(), size)


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store() -> LocalFileStore:
    """The store of this instance: the folder ``files`` of the instance folder."""
    return LocalFileStore(settings().instance / "files")

"""Files kept by their content: the SHA-256 of the bytes is the name, so nothing is stored twice or changed in place.

They lie in the folder ``files`` of the instance folder, or in an object storage (``kernel.files_s3``) where one is configured.
"""

import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from portal.kernel.files_store import MAX_FILE, PIECE, StoredFile, is_name, not_there, too_large
from portal.kernel.files_store import FileDamaged as FileDamaged
from portal.kernel.files_store import FileStore as FileStore
from portal.kernel.files_store import StoreAway as StoreAway
from portal.kernel.settings import Settings, settings

_DRAFT = ".draft-"


class LocalFileStore(FileStore):
    """Files in a folder, as ``ab/cd/<sha256>``; folders 0700, files 0600."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, source: bytes | BinaryIO, limit: int = MAX_FILE) -> StoredFile:
        """Keep the bytes: written aside, flushed to the disk, then renamed, so that a file is whole or not there."""
        stream = io.BytesIO(source) if isinstance(source, bytes | bytearray | memoryview) else source
        self._make(self.folder)
        # mkstemp makes the file readable by this user only
        handle, draft = tempfile.mkstemp(prefix=_DRAFT, dir=self.folder)
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
        if not is_name(sha256):
            raise not_there()
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def fetch(self, sha256: str) -> io.BufferedReader:
        """The file itself."""
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError as error:
            raise not_there() from error

    def exists(self, sha256: str) -> bool:
        """Whether the store has that file."""
        return self.path(sha256).is_file()

    def stored(self) -> Iterator[StoredFile]:
        """All files of the store, in the order of their names."""
        for path in sorted(self.folder.glob("??/??/*")):
            if is_name(path.name) and path.is_file():
                yield StoredFile(path.name, path.stat().st_size)

    def clear_drafts(self, before: datetime) -> int:
        """Remove what uploads left that were killed before an instant; says how many there were."""
        old = [path for path in self.folder.glob(f"{_DRAFT}*") if path.stat().st_mtime < before.timestamp()]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


def _copy(source: BinaryIO, target: BinaryIO, limit: int) -> StoredFile:
    digest, size = hashlib.sha256(), 0
    while piece := source.read(PIECE):
        size += len(piece)
        if size > limit:
            raise too_large(limit)
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


def local_store() -> LocalFileStore:
    """The folder ``files`` of the instance folder, also where files lie in an object storage."""
    return LocalFileStore(settings().instance / "files")


@lru_cache(maxsize=4)
def _object_store(told: Settings, _process: int) -> FileStore:
    from portal.kernel.files_s3 import S3FileStore  # noqa: PLC0415  loaded only where files lie in a bucket

    return S3FileStore(told)


def store() -> FileStore:
    """The store of this portal: a bucket where ``FILES_S3_BUCKET`` names one, else the folder."""
    told = settings()
    # connections do not survive a fork: each process makes its own
    return _object_store(told, os.getpid()) if told.files_s3_bucket else local_store()

"""Files in an object storage that speaks S3: ``files/ab/cd/<sha256>`` in one bucket, never overwritten, never deleted.

The storage keeps an object whole or not at all, and checks the bytes it gets against the SHA-256 in the signature of the
request. What it gives back is held against the name. Why this library: docs/decisions/0031-evidence-in-object-storage.md.
"""

import hashlib
import logging
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, cast

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from portal.kernel.errors import NotFound
from portal.kernel.files_store import (
    MAX_FILE,
    PIECE,
    FileStore,
    StoreAway,
    StoredFile,
    is_name,
    not_there,
    too_large,
)
from portal.kernel.settings import Settings

if TYPE_CHECKING:
    from obstore.store import S3Credential

_FOLDER = "files/"
_IN_MEMORY = 8 * 1024 * 1024  # a larger file waits on the disk while it is checked
_CONNECT, _ANSWER, _GIVE_UP = timedelta(seconds=3), timedelta(seconds=30), timedelta(seconds=15)
_PAUSE = {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2}
_used_by: dict[str, int] = {}
log = logging.getLogger(__name__)


class _IsThere(Exception):
    """An object of that name exists."""


class S3FileStore(FileStore):
    """Files in the bucket that the settings name."""

    def __init__(self, told: Settings) -> None:
        self._told = told
        self._conditional = True  # until the server says that it knows no If-None-Match

    @cached_property
    def _bucket(self) -> S3Store:
        if _used_by.setdefault("process", os.getpid()) != os.getpid():
            raise RuntimeError("the library's threads do not survive a fork: no file may be touched before it")
        told = self._told
        # the library reads AWS_… variables for what is not given; a portal says everything itself
        client: dict[str, Any] = {
            "allow_http": told.files_s3_endpoint.startswith("http://"),
            "connect_timeout": _CONNECT,
            "timeout": _ANSWER,
        }
        if told.files_s3_ca:
            client["root_certificate"] = Path(told.files_s3_ca).read_bytes()
        return S3Store(
            told.files_s3_bucket,
            endpoint=told.files_s3_endpoint or f"https://s3.{told.files_s3_region}.amazonaws.com",
            region=told.files_s3_region,
            credential_provider=self._keys,
            skip_signature=False,
            unsigned_payload=False,  # the signature covers the SHA-256 of what is sent
            virtual_hosted_style_request=told.files_s3_host_style,
            client_options=cast(Any, client),
            retry_config=cast(Any, {"max_retries": 3, "retry_timeout": _GIVE_UP, "backoff": _PAUSE}),
        )

    def _keys(self) -> "S3Credential":
        told = self._told
        return {"access_key_id": told.files_s3_key, "secret_access_key": told.files_s3_secret, "expires_at": None}

    @contextmanager
    def _asking(self, deed: str) -> Iterator[None]:
        """Every answer of the library as one of the portal's own. Its texts name addresses, never keys; they are not logged."""
        try:
            yield
        except AlreadyExistsError as error:
            raise _IsThere from error
        except FileNotFoundError as error:
            if deed in ("put", "list") or "NoSuchBucket" in str(error):
                raise _away(deed, "no such bucket") from error
            raise not_there() from error
        except BaseError as error:
            if deed == "put" and self._conditional and "501 Not Implemented" in str(error):
                self._conditional = False
            raise _away(deed, _reason(error)) from error

    def put(self, source: bytes | BinaryIO, limit: int = MAX_FILE) -> StoredFile:
        """Keep the bytes: one request, which makes the object whole or not at all. ``StoreAway`` when nothing is sure."""
        data = source if isinstance(source, bytes | bytearray | memoryview) else source.read(limit + 1)
        if len(data) > limit:
            raise too_large(limit)
        stored = StoredFile(hashlib.sha256(data).hexdigest(), len(data))
        for _attempt in range(2):
            if self._send(stored.sha256, bytes(data)):
                return stored
            try:
                self.open(stored.sha256).close()  # what is there is whole, or FileDamaged: it is never overwritten
                return stored
            except NotFound:
                continue  # whoever was making it gave up
        raise _away("put", "neither there nor taken")

    def _send(self, sha256: str, data: bytes) -> bool:
        """Whether this request made the object; false: it was there, or is being made."""
        conditional = self._conditional
        if not conditional and self.exists(sha256):
            return False
        try:
            with self._asking("put"):
                mode: Literal["create", "overwrite"] = "create" if conditional else "overwrite"
                obstore.put(self._bucket, name_of(sha256), data, mode=mode, use_multipart=False)
        except _IsThere:
            return False
        except StoreAway:
            if conditional == self._conditional:
                raise
            return self._send(sha256, data)
        return True

    def fetch(self, sha256: str) -> BinaryIO:
        """The bytes in a file of their own, which goes when it is closed."""
        name = name_of(sha256)
        spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  the caller closes it
        try:
            with self._asking("get"):
                for piece in obstore.get(self._bucket, name).stream(min_chunk_size=PIECE):
                    spool.write(piece)
            spool.seek(0)
        except BaseException:
            spool.close()
            raise
        return cast(BinaryIO, spool)

    def exists(self, sha256: str) -> bool:
        """Whether the bucket has that file."""
        try:
            with self._asking("head"):
                obstore.head(self._bucket, name_of(sha256))
        except NotFound:
            return False
        return True

    def stored(self) -> Iterator[StoredFile]:
        """All files of the bucket, in the order of their names."""
        with self._asking("list"):
            for found in obstore.list(self._bucket, _FOLDER, chunk_size=1000):
                for meta in found:
                    sha256 = meta["path"].rpartition("/")[2]
                    if is_name(sha256) and meta["path"] == name_of(sha256):
                        yield StoredFile(sha256, meta["size"])


def name_of(sha256: str) -> str:
    """The name of a file's object."""
    if not is_name(sha256):
        raise not_there()
    return f"{_FOLDER}{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _reason(error: Exception) -> str:
    """What went wrong, in words without addresses."""
    status = re.search(r"status code: (\d{3} [A-Za-z ]+)", str(error))
    return status[1] if status else type(error).__name__


def _away(deed: str, reason: str) -> StoreAway:
    log.warning("evidence_store_away deed=%s reason=%s", deed, reason)
    return StoreAway(reason)

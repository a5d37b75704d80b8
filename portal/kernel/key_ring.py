"""The files of the key ring: one key each, in a folder of mode 0700; what is newest, what signs, what hashes.

What is sealed for a person or a case, under a key of its own, is the matter of ``portal.kernel.keys``.
"""

import base64
import hashlib
import hmac
import os
import secrets
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.kernel import clock
from portal.kernel.settings import settings


@dataclass(frozen=True)
class Key:
    """One key of the ring: its id and its 32 secret bytes."""

    key_id: str
    secret: bytes


class KeyRing:
    """The keys in one folder. A purpose without a key gets one when first needed."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._loaded: dict[str, Key] = {}

    def _draft(self, key_id: str) -> Path:
        draft = self.folder / f".{key_id}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)))
            file.flush()
            os.fsync(file.fileno())
        return draft

    def _make(self, purpose: str) -> None:
        key_id = f"{purpose}-{clock.today():%Y%m%d}-{secrets.token_hex(3)}"
        draft = self._draft(key_id)
        # One process makes the first key of a purpose, the others find it there.
        try:
            os.link(draft, self.folder / f"{purpose}.first")
        except FileExistsError:
            draft.unlink()
            return
        draft.rename(self.folder / f"{key_id}.key")

    def rotate(self, purpose: str) -> str:
        """A new key for a purpose: it signs and seals from now on, the old ones stay for reading. Returns its id.

        Ids sort by age, so a second key of a day, or one made while the clock stands back, is named after the newest.
        """
        if purpose == "identity":
            raise ValueError("the identity-hash key is not rotated: equal numbers must hash alike for good")
        newest = self.ids(purpose)[-1]
        key_id = f"{purpose}-{clock.today():%Y%m%d}-{secrets.token_hex(3)}"
        if key_id <= newest:
            key_id = f"{newest}-{secrets.token_hex(3)}"
        self._draft(key_id).rename(self.folder / f"{key_id}.key")
        return key_id

    def ids(self, purpose: str) -> list[str]:
        """Ids of a purpose, oldest first."""
        found = self._listed(purpose)
        if not found:
            self._make(purpose)
            for _attempt in range(200):
                found = self._listed(purpose)
                if found:
                    break
                time.sleep(0.01)  # another process is between link and rename
        return found

    def _listed(self, purpose: str) -> list[str]:
        """Asked at every deed, so that a rotation holds at once in every process: plain names are enough."""
        begins, ends = f"{purpose}-", ".key"
        return sorted(
            name.removesuffix(ends)
            for name in os.listdir(self.folder)
            if name.startswith(begins) and name.endswith(ends)
        )

    def key(self, key_id: str) -> Key:
        """A key by its id; KeyError when the ring does not hold it."""
        if key_id not in self._loaded:
            path = self.folder / f"{key_id}.key"
            if not path.exists():
                raise KeyError(key_id)
            self._loaded[key_id] = Key(key_id, base64.b64decode(path.read_bytes()))
        return self._loaded[key_id]

    def current(self, purpose: str) -> Key:
        """The newest key of a purpose."""
        return self.key(self.ids(purpose)[-1])

    def mac(self, key_id: str, data: bytes) -> str:
        """HMAC-SHA256 under a key, hexadecimal."""
        return hmac.new(self.key(key_id).secret, data, hashlib.sha256).hexdigest()

    def identity_hash(self, value: str) -> tuple[str, str]:
        """(key id, keyed hash) of an ID number: equal numbers hash alike, the number cannot be read back."""
        key = self.key(self.ids("identity")[0])
        return key.key_id, self.mac(key.key_id, value.encode())

    def signing_key(self, key_id: str | None = None) -> tuple[str, Ed25519PrivateKey]:
        """(key id, private key) for Ed25519 signatures."""
        key = self.key(key_id) if key_id else self.current("signing")
        return key.key_id, Ed25519PrivateKey.from_private_bytes(key.secret)

    def public_pem(self, key_id: str | None = None) -> bytes:
        """The public half of a signing key."""
        public = self.signing_key(key_id)[1].public_key()
        return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@cache
def _ring(folder: Path) -> KeyRing:
    return KeyRing(folder)


def key_ring() -> KeyRing:
    """The configured key ring."""
    return _ring(settings().keys)


def encrypt(secret: bytes, text: bytes, bound_to: str) -> str:
    """AES-256-GCM, bound to a name; URL-safe base64 of nonce and ciphertext."""
    nonce = secrets.token_bytes(12)
    return base64.urlsafe_b64encode(nonce + AESGCM(secret).encrypt(nonce, text, bound_to.encode())).decode()


def decrypt(secret: bytes, token: str, bound_to: str) -> bytes:
    """What ``encrypt`` made; InvalidTag when it was altered or belongs to another name."""
    raw = base64.urlsafe_b64decode(token)
    return AESGCM(secret).decrypt(raw[:12], raw[12:], bound_to.encode())


def encrypt_file(purpose: str, name: str, text: str) -> bytes:
    """A small file of the portal's own, enciphered under the newest key of a purpose and bound to its name: the id of the
    key on the first line, then the ciphertext."""
    key = key_ring().current(purpose)
    return f"{key.key_id}\n{encrypt(key.secret, text.encode(), name)}\n".encode()


def decrypt_file(name: str, data: bytes) -> str:
    """The text of such a file. KeyError when the ring lacks its key, InvalidTag when it was altered or renamed."""
    key_id, _line, token = data.decode().strip().partition("\n")
    return decrypt(key_ring().key(key_id).secret, token, name).decode()

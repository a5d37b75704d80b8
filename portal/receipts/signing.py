"""The public halves of the signing keys: kept in the database for good, shown as a JWK set."""

from typing import Any

from cryptography.hazmat.primitives import serialization
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.keys import key_ring
from portal.receipts import verifier
from portal.receipts.models import PublicKey


def _x(key_id: str) -> str:
    public = key_ring().signing_key(key_id)[1].public_key()
    return verifier.encode(public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))


def note_key(db: Session, key_id: str) -> None:
    """Keep the public half of a key that signs: two who use it first at once keep it once."""
    if db.get(PublicKey, key_id) is not None:
        return
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    values = {"key_id": key_id, "x": _x(key_id), "first_used_at": clock.now()}
    db.execute(dialect.insert(PublicKey).values(**values).on_conflict_do_nothing())


def known_keys(db: Session) -> dict[str, str]:
    """Key id to public key (base64url): every key that ever signed, and those of the ring, by id."""
    kept = {key_id: x for key_id, x in db.execute(select(PublicKey.key_id, PublicKey.x))}
    ring = {key_id: _x(key_id) for key_id in key_ring().ids("signing")}
    return dict(sorted({**ring, **kept}.items()))


def jwk_set(db: Session) -> dict[str, Any]:
    """The JWK set of ``/.well-known/keys.json``; the last key is the one that signs now."""
    return {
        "keys": [
            {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": key_id, "x": x}
            for key_id, x in known_keys(db).items()
        ]
    }

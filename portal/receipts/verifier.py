#!/usr/bin/env python3
"""Verify a signed receipt or a downloaded data set, without the portal: one file, Python 3.9 or later and ``cryptography``.

    python verify_receipt.py receipt.json --keys keys.json
    python verify_receipt.py receipt.json --keys keys.json --online https://portal.example
    python verify_receipt.py --manifest open-data --keys keys.json

``keys.json`` is the portal's ``/.well-known/keys.json``, saved once and compared with the fingerprint on its pages. Without
``--keys`` the keys are fetched from the site given with ``--online``. The answer is one line:

    genuine     exit 0   signed by a key of the portal, not a byte of the meaning changed
    altered     exit 1   changed, incomplete, or signed by another key
    superseded  exit 3   genuine, and the records it rests on have changed since (only told with ``--online``)

A receipt is ``{"payload": {...}, "key_id": "...", "signature": "..."}``: Ed25519, base64url without padding, over the
canonical JSON (RFC 8785) of the payload. Spaces and the order of members carry no meaning there; every value, name and the
order of every list do.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

GENUINE, ALTERED, SUPERSEDED = "genuine", "altered", "superseded"
EXIT = {GENUINE: 0, ALTERED: 1, SUPERSEDED: 3}
MEMBERS = {"payload", "key_id", "signature"}
PAYLOAD = {"type", "id", "issued_at", "as_of", "known_at", "snapshot", "items"}
LARGEST = 2**53 - 1  # beyond it, programs that read numbers as doubles see another number
Keys = dict[str, bytes]


def canonical(value: Any) -> bytes:
    """The one byte sequence of a value (RFC 8785): no spaces, members in the order of their UTF-16 code units, UTF-8.

    Floats are refused, since programs disagree on how they are printed. Raises TypeError for a value that has no place in
    a receipt, ValueError for a number too large or half a character.
    """
    return _text(value).encode()


def _text(value: Any) -> str:
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise ValueError("a number is too large for canonical JSON")
        return str(value)
    if isinstance(value, (list, tuple)):
        return f"[{','.join([_text(entry) for entry in value])}]"
    if isinstance(value, dict):
        names = sorted(value, key=_order)
        members = [f"{json.dumps(name, ensure_ascii=False)}:{_text(value[name])}" for name in names]
        return "{" + ",".join(members) + "}"
    raise TypeError(f"{type(value).__name__} has no place in a receipt")


def _order(name: Any) -> bytes:
    if not isinstance(name, str):
        raise TypeError("names of members are texts")
    return name.encode("utf-16-be", "surrogatepass")


def encode(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode(text: str) -> bytes:
    """base64url without padding, refused unless it is written in the one right way."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(data) != text:
        raise ValueError("not base64url")
    return data


def parse(data: bytes) -> Any:
    """JSON that can mean only one thing: no member twice, no fractions, no NaN. Raises ValueError."""
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once, parse_float=_none, parse_constant=_none)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _none(text: str) -> Any:
    raise ValueError(f"{text} has no place in a receipt")


def public_keys(jwks: Any) -> Keys:
    """Key id to the 32 bytes of the public key, of a JWK set."""
    found = {key["kid"]: decode(key["x"]) for key in jwks["keys"] if key.get("crv") == "Ed25519"}
    return {kid: raw for kid, raw in found.items() if len(raw) == 32}


def check(receipt: Any, keys: Keys) -> tuple[str, str]:
    """(``genuine`` or ``altered``, why) for a parsed receipt."""
    if not isinstance(receipt, dict) or set(receipt) != MEMBERS:
        return ALTERED, "not a receipt: it must hold payload, key_id and signature, and nothing else"
    payload = receipt["payload"]
    if not isinstance(payload, dict) or set(payload) != PAYLOAD:
        return ALTERED, "the payload does not hold the members of a receipt"
    if not isinstance(receipt["key_id"], str) or receipt["key_id"] not in keys:
        return ALTERED, "signed by a key that is none of the portal's"
    try:
        signature = decode(receipt["signature"])
        Ed25519PublicKey.from_public_bytes(keys[receipt["key_id"]]).verify(signature, canonical(payload))
    except (InvalidSignature, ValueError, TypeError, AttributeError, RecursionError):
        return ALTERED, "the signature does not fit the contents"
    return GENUINE, "signed with key " + receipt["key_id"]


def check_bytes(data: bytes, keys: Keys) -> tuple[str, str, Any]:
    """(verdict, why, receipt or None) for a file."""
    try:
        receipt = parse(data)
    except ValueError as error:
        return ALTERED, f"not readable as a receipt: {error}", None
    verdict, why = check(receipt, keys)
    return verdict, why, receipt if verdict == GENUINE else None


def check_manifest(folder: Path, keys: Keys) -> tuple[str, str]:
    """(verdict, why) for a folder of open data: the signature of the manifest, then the digest of every file."""
    try:
        manifest, signature = (folder / "manifest.json").read_bytes(), (folder / "manifest.sig").read_bytes()
    except OSError as error:
        return ALTERED, f"{error.filename} cannot be read"
    signer = next((kid for kid, raw in keys.items() if _fits(raw, signature, manifest)), None)
    if signer is None:
        return ALTERED, "manifest.sig fits manifest.json under none of the portal's keys"
    for file in json.loads(manifest)["files"]:
        path = folder / Path(file["name"]).name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != file["sha256"]:
            return ALTERED, f"{file['name']} is missing or not the file that was signed"
    return GENUINE, "signed with key " + signer


def _fits(raw: bytes, signature: bytes, data: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, data)
    except InvalidSignature:
        return False
    return True


def _fetch(address: str, body: bytes | None = None) -> Any:
    if not address.startswith(("https://", "http://")):
        raise ValueError("the site's address must begin with https:// or http://")
    request = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Verify a receipt or a data set of the portal.")
    parser.add_argument("receipt", nargs="?", type=Path, help="the receipt, a JSON file")
    parser.add_argument("--manifest", type=Path, metavar="FOLDER", help="verify a folder of open data instead")
    parser.add_argument(
        "--keys", type=Path, metavar="FILE", help="the portal's keys, saved from /.well-known/keys.json"
    )
    parser.add_argument("--online", metavar="SITE", help="also ask the portal whether the records have changed since")
    found = parser.parse_args(given)
    if (found.receipt is None) == (found.manifest is None):
        parser.error("name a receipt or --manifest FOLDER")
    if not found.keys and not found.online:
        parser.error("name the keys (--keys FILE), or the site to fetch them from (--online SITE)")
    return found


def main(given: list[str] | None = None) -> int:
    """The command."""
    asked = _arguments(given)
    site = (asked.online or "").rstrip("/")
    try:
        jwks = json.loads(asked.keys.read_bytes()) if asked.keys else _fetch(site + "/.well-known/keys.json")
        keys = public_keys(jwks)
        if asked.manifest:
            verdict, why = check_manifest(asked.manifest, keys)
        else:
            data = asked.receipt.read_bytes()
            verdict, why, receipt = check_bytes(data, keys)
            if verdict == GENUINE and site:
                answer = _fetch(site + "/api/v1/receipts/verify", canonical(receipt))
                verdict, why = answer["verdict"], answer["detail"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"cannot verify: {error}", file=sys.stderr)
        return 2
    print(f"{verdict}: {why}")
    return EXIT[verdict]


if __name__ == "__main__":
    sys.exit(main())

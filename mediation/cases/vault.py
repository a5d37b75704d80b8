"""What is sealed under the key of a case, and opened again while that key lives."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel import audit, keys


def subject(case_id: str) -> str:
    """The name of a case's key; its prefix puts it under the wrapping key of mediation."""
    return f"mediation:{case_id}"


def seal(db: Session, case_id: str, text: str) -> str:
    """Ciphertext of a text; nothing stays nothing."""
    return keys.seal(db, subject(case_id), text) if text else ""


def unseal(db: Session, case_id: str, token: str) -> str:
    """The text again; empty once the case is deleted."""
    return (keys.unseal(db, subject(case_id), token) or "") if token else ""


def seal_values(db: Session, case_id: str, values: Mapping[str, Any]) -> str:
    """Ciphertext of values (canonical JSON)."""
    return keys.seal(db, subject(case_id), audit.canonical(dict(values)))


def unseal_values(db: Session, case_id: str, token: str) -> dict[str, Any]:
    """The values again; none once the case is deleted."""
    text = keys.unseal(db, subject(case_id), token)
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def seal_behind(db: Session, case_id: str, wall: str, value: Any) -> str:
    """Ciphertext of what is said behind a wall; it opens behind that wall only."""
    return seal_values(db, case_id, {"wall": wall, "value": value})


def unseal_behind(db: Session, case_id: str, wall: str, token: str) -> Any:
    """What was said; None once the case is deleted. A text that was sealed behind another wall does not open."""
    kept = unseal_values(db, case_id, token)
    if kept and kept["wall"] != wall:
        raise PermissionError("sealed behind another wall")
    return kept.get("value")


def digest(content: str) -> str:
    """SHA-256 of a content."""
    return hashlib.sha256(content.encode()).hexdigest()

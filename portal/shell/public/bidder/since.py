"""Has a receipt been overtaken? The records it rests on are looked at again, for the same day, as they are known now."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.registry import api as registry
from portal.shell.public import fields
from portal.shell.public.bidder import answer

COMPARED = ("kind", "subject_type", "subject", "reason", "effective_from", "effective_to")
Payload = dict[str, Any]


def changed(db: Session, payload: Payload) -> list[int]:
    """Numbers (from 1) of the items that would be answered otherwise now; empty when the receipt still stands."""
    compare = _KINDS.get(payload["type"])
    return compare(db, payload) if compare else []


def _check(db: Session, payload: Payload) -> list[int]:
    entries = answer.in_force(db, date.fromisoformat(payload["as_of"]), None)
    names = registry.company_names(db).names
    return [number for number, item in enumerate(payload["items"], start=1) if _differs(item, entries, names)]


def _differs(item: dict[str, Any], entries: answer.Entries, names: dict[str, str]) -> bool:
    if item["uscc"] is None:
        asked = answer.code_of(item["query"].get("uscc", ""))
        return bool(asked) and asked in names  # a code that was unknown has been registered since
    held = entries.get(item["uscc"], ())
    now = sorted(_essence(fields.list_entry(entry)) for entry in held)
    return answer.status_of(held) != item["status"] or now != sorted(_essence(entry) for entry in item["entries"])


def _essence(entry: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(entry[name]) for name in COMPARED)


_KINDS: dict[str, Callable[[Session, Payload], list[int]]] = {answer.KIND: _check}


def register(kind: str, compare: Callable[[Session, Payload], list[int]]) -> None:
    """Let receipts of another kind be compared."""
    _KINDS[kind] = compare

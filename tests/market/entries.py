"""Entries of the black list written straight into the tables."""

from datetime import date

from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.ids import new_id
from scoring.lists.models import ListCase, ListEntry


def black(subject_type: str, subject: str, uscc: str | None, manager: str | None, begins: date) -> None:
    """A black entry in force for a year from a day."""
    common = {"year": 2025, "kind": "black", "subject_type": subject_type, "subject": subject, "reason": "demerits",
              "uscc": uscc, "manager_code": manager}  # fmt: skip
    with transaction() as db:
        case = new_id()
        at = clock.day_start(begins)
        db.add(ListCase(id=case, facts="{}", conditions="[]", rule_set="commodity-2018", recorded_at=at, **common))
        db.flush()
        db.add(
            ListEntry(
                id=new_id(), case_id=case, decision="决〔2026〕1号", valid_from=begins, recorded_at=at,
                valid_to=date(begins.year + 1, begins.month, begins.day), **common,
            )
        )  # fmt: skip

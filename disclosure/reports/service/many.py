"""Many reports of a kind and period at once: what companies hand in on one day, and what the streets confirm.

The same rules as for one; only the questions are asked once for all.
"""

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from disclosure.reports import periods, queries
from disclosure.reports.books import Line, digest, drafts
from disclosure.reports.matrix import Kind, kind
from disclosure.reports.models import FundReport, FundReportLine, FundReportStep
from portal.kernel import audit, clock
from portal.kernel.access import Actor, Permission, require
from portal.kernel.bulk import insert_rows
from portal.kernel.db import lock
from portal.kernel.ids import new_id
from portal.registry import api as registry


def submit_many(
    db: Session,
    actors: Mapping[str, Actor],
    code: str,
    period: str,
    estates: Mapping[str, Mapping[str, str | int]],
    *,
    on: date,
    note: str = "",
) -> dict[str, str]:
    """Hand in the first reports of a kind and period of some estates (to the values that people fill in), each by the person
    of the company that serves it (``actors`` by credit code). Answers estate to report.

    Estates are left out that nobody of ``actors`` serves, that filed before, or whose statements do not reach the end. Where a
    proof does not hold the ``note`` stands; without a note the estate is left out. No values at all: nothing happened.
    """
    lock(db, f"reports:{code}/{period}")
    told, span = kind(code), periods.span(period)
    known = {one.estate_code for one in queries.standing(db, on, None, cell=(code, period))}
    serving = registry.companies_serving(db, on, set(estates) - known)
    by_whom = {estate: actors[uscc] for estate, (uscc, _name) in sorted(serving.items()) if uscc in actors}
    for actor in by_whom.values():
        require(actor.may(Permission.FUNDS_CLASSIFY))
    books = drafts(db, told, list(by_whom), span) if told.from_books else {}
    reports: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for estate, actor in by_whom.items():
        made = books.get(estate)
        if told.from_books and (made is None or (made.flaws and not note)):
            continue
        said = [*(made.lines if made else ()), *_typed(told, estates[estate])] or [Line("zero", 0)]
        proof = made.proof if made else ()
        row = _report(estate, actor, told, period, said, list(proof), on)
        row.update(zero=made.is_zero if made else said[0].code == "zero", note=note if made and made.flaws else "")
        reports.append(row)
        lines += [
            {"report_id": row["id"], "seq": seq, "code": line.code, "amount_fen": line.amount_fen, "text": line.text}
            for seq, line in enumerate(said, start=1)
        ]
    _store(db, reports, lines)
    _note(db, reports, by_whom, "reports.submitted", on)
    return {row["estate_code"]: row["id"] for row in reports}


def _typed(told: Kind, values: Mapping[str, str | int]) -> list[Line]:
    found = []
    for one in told.fields:
        value = values.get(one.code)
        if value is not None:
            found.append(
                Line(one.code, value if isinstance(value, int) else None, "" if isinstance(value, int) else value)
            )
    return found


def _report(
    estate: str, actor: Actor, told: Kind, period: str, lines: list[Line], proof: list[dict[str, Any]], on: date
) -> dict[str, Any]:
    return {
        "id": new_id(), "estate_code": estate, "kind": told.code, "period": period, "number": 1, "uscc": actor.uscc,
        "filed_for": "enterprise", "zero": False, "proof": json.dumps(proof, ensure_ascii=False), "note": "",
        "reverses": None, "reason": "", "digest": digest(lines, proof), "actor": actor.audit_name, "on": on,
        "recorded_at": clock.now(),
    }  # fmt: skip


def _store(db: Session, reports: list[dict[str, Any]], lines: list[dict[str, Any]]) -> None:
    if not reports:
        return
    db.execute(insert(FundReport), reports)
    insert_rows(db, FundReportLine.__table__, lines)
    steps = [_step(row["id"], 1, "submitted", row["actor"], row["on"]) for row in reports]
    db.execute(insert(FundReportStep), steps)


def _step(report_id: str, seq: int, step: str, actor: str, on: date) -> dict[str, Any]:
    return {
        "report_id": report_id, "seq": seq, "step": step, "text": "", "actor": actor, "on": on, "recorded_at": clock.now(),
    }  # fmt: skip


def _note(db: Session, reports: list[dict[str, Any]], by_whom: Mapping[str, Actor], verb: str, on: date) -> None:
    """One audit row for each person."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in reports:
        groups.setdefault(row["actor"], []).append(row)
    for _name, rows in sorted(groups.items()):
        first = rows[0]
        detail = {"on": on, "reports": {row["estate_code"]: row["id"] for row in rows}}
        audit.record(db, by_whom[first["estate_code"]], verb, f"report:{first['kind']}/{first['period']}", detail)


def confirm_many(db: Session, actor: Actor, cell: tuple[str, str], report_ids: Collection[str], *, on: date) -> int:
    """Confirm reports of a kind and period (``cell``) that wait, in an officer's jurisdiction; says how many. Those that
    somebody decided are left."""
    require(actor.may(Permission.FUNDS_CONFIRM) and not actor.uscc)
    code, period = cell
    lock(db, f"reports:{code}/{period}")
    wanted = set(report_ids)
    rows = [one for one in queries.standing(db, on, None, ["submitted"], cell) if one.id in wanted]
    if not actor.has_whole_district:
        places = registry.estate_places(db, on)
        rows = [one for one in rows if actor.covers(places.get(one.estate_code, "-"))]
    if rows:
        db.execute(insert(FundReportStep), [_step(one.id, 2, "confirmed", actor.audit_name, on) for one in rows])
        detail = {"on": on, "reports": {one.estate_code: one.id for one in rows}}
        audit.record(db, actor, "reports.confirmed", f"report:{code}/{period}", detail)
    return len(rows)

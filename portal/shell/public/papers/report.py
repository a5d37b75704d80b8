"""The credit report of a company: what counts on a day, signed, for 30 days. What has ended or was repaired is not in it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel import clock, flags
from portal.kernel.db import transaction
from portal.kernel.i18n import using
from portal.kernel.points import print_cp
from portal.receipts import api as receipts
from portal.registry import api as registry
from portal.shell.public import fields
from portal.shell.public.bidder import since, verdicts
from portal.shell.public.bidder.answer import ref_of
from portal.shell.public.snapshots import Snapshot, last_change
from scoring.credit import api as credit
from scoring.lists import api as lists
from scoring.ratings import api as ratings
from scoring.rules.credit import tariff_on

VALID_DAYS = 30
Row = dict[str, Any]


def content(db: Session, uscc: str, as_of: date, known_at: datetime | None = None) -> Row:
    """What the report says; the same words whoever asks, so that it can be compared later. Raises ``NotFound``."""
    with using("zh"):
        company = registry.enterprise(db, uscc)
        figures = credit.score(db, "enterprise", uscc, as_of, known_at)
        entries = lists.in_force(db, as_of, known_at, uscc=uscc)
        rated = fields.tuples(ratings.enterprise_ratings(db, uscc, as_of, known_at))
        marks = _marks(db, figures.events, entries, rated, as_of, known_at)
        tariff = tariff_on(as_of.isoformat())
        return {
            **fields.enterprise(company),
            "rule_version": tariff.code,
            "credit": {
                "score": print_cp(figures.score_cp), "grade": figures.grade, "start": print_cp(tariff.start_cp),
                "good": print_cp(min(figures.good_cp, tariff.good_cap_cp)), "bad": print_cp(figures.bad_cp),
                "events": [
                    {**fields.credit_event(event), "flags": _shown(marks, f"credit:{event.case_id}")}
                    for event in figures.events
                ],
            },
            "ratings": _ratings(db, rated, marks),
            "lists": [{**fields.list_entry(entry), "flags": _shown(marks, ref_of(entry))} for entry in entries],
        }  # fmt: skip


def _marks(
    db: Session,
    events: Iterable[Any],
    entries: Iterable[Any],
    rated: Iterable[Any],
    as_of: date,
    known_at: datetime | None,
) -> Mapping[str, Sequence[flags.Flag]]:
    refs = [f"credit:{event.case_id}" for event in events]
    refs += [ref for entry in entries if (ref := ref_of(entry))]
    refs += [f"rating:{row.year}/{row.estate_code}" for row in rated]
    return flags.flags(db, refs, as_of, known_at)


def _shown(marks: Mapping[str, Sequence[flags.Flag]], ref: str) -> list[Row]:
    found = marks.get(ref, ())
    return [{"code": flag.code, "label": str(flag.label), "since": flag.since.isoformat()} for flag in found]


def _ratings(db: Session, rated: Sequence[Any], marks: Mapping[str, Sequence[flags.Flag]]) -> list[Row]:
    """Stars by project in the last rated year."""
    last = max((int(row.year) for row in rated), default=0)
    mine = [row for row in rated if int(row.year) == last]
    names = registry.estate_names(db, [row.estate_code for row in mine])
    return [
        {
            "year": last, "estate_code": row.estate_code, "estate_name": names.get(row.estate_code, ""),
            "total": fields.points(row.total_cp), "stars": fields.whole(row.stars), "status": row.status,
            "flags": _shown(marks, f"rating:{last}/{row.estate_code}"),
        }
        for row in mine
    ]  # fmt: skip


def issue(db: Session, who: receipts.Asker, uscc: str, as_of: date, known_at: datetime | None = None) -> Row:
    """A numbered, signed report. Raises ``NotFound``, and ``TooMany`` when this address asks too often."""
    receipts.refuse_flood(db, who.address)
    pinned = Snapshot(as_of, known_at or last_change(db))
    valid = {"valid_until": (clock.today() + timedelta(days=VALID_DAYS)).isoformat()}
    item = {**valid, **content(db, uscc, as_of, pinned.known_at)}
    number = receipts.Number(f"report:{clock.today().year}")
    with transaction() as writing:
        receipt = receipts.issue(
            writing, verdicts.REPORT, as_of=as_of, known_at=known_at or clock.now(), snapshot=str(pinned), items=[item],
            number=number,
        )  # fmt: skip
        receipts.note_query(writing, who, verdicts.REPORT, 1, receipt["payload"]["id"])
    return receipt


def changed(db: Session, payload: Row) -> list[int]:
    """``[1]`` when the report would read otherwise now, for the same day."""
    item = {name: value for name, value in payload["items"][0].items() if name not in ("number", "valid_until")}
    return [1] if content(db, item["uscc"], date.fromisoformat(payload["as_of"])) != item else []


since.register(verdicts.REPORT, changed)

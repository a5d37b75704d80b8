"""Whether what the portal acknowledged is there, once, and whole; each thing that is not is one line."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel import audit, copies
from portal.kernel.audit import AuditEntry
from portal.kernel.files import store
from portal.operations.evidence import check_files
from portal.registry.models import Estate, EstateFacts
from scoring.checks.models import CheckStep, MonthlyCheck, Photo
from scoring.ratings.models import QuarterScore, Release
from tools.faults.journal import Journal

STEPS = {"submitted": "check.submitted", "confirmed": "check.confirmed"}
ONCE = ("check.started", "check.submitted", "check.confirmed", "photo.added", "import.stored")


def wrong(db: Session, journal: Journal) -> list[str]:
    """Everything that is lost, doubled or half done; empty when all is well."""
    parts = (_audit, _checks, _photos, _imports, _publications)
    return [*journal.strange, *(line for part in parts for line in part(db, journal))]


def _counted(db: Session, column: Any, *where: Any) -> Counter[str]:
    rows = db.execute(select(column, func.count()).where(*where).group_by(column))
    return Counter({str(subject): int(count) for subject, count in rows})


def _audited(db: Session, action: str) -> Counter[str]:
    return _counted(db, AuditEntry.subject, AuditEntry.action == action)


def _audit(db: Session, _journal: Journal) -> Iterator[str]:
    _rows, found = audit.verify(db)
    if found is not None:
        yield f"audit log: row {found.seq} {found.message}"
    for action in ONCE:
        yield from (f"{action} {subject}: {n} rows in the log" for subject, n in _audited(db, action).items() if n > 1)


def _checks(db: Session, journal: Journal) -> Iterator[str]:
    begun = {row.id: row.estate_code for row in db.execute(select(MonthlyCheck.id, MonthlyCheck.estate_code))}
    for told in journal.of("started"):
        estate, check = told.split()
        if begun.get(check) != estate:
            yield f"lost: check {check} of {estate}"
    places = _counted(db, MonthlyCheck.estate_code + " " + MonthlyCheck.month)
    yield from (f"doubled: check of {place}" for place, n in places.items() if n > 1)
    paper = set(db.scalars(select(MonthlyCheck.id).where(MonthlyCheck.origin == "page")))
    for step, action in STEPS.items():
        there, logged = _counted(db, CheckStep.check_id, CheckStep.step == step), _audited(db, action)
        yield from (f"lost: {step} {check}" for check in journal.of(step) if not there[check])
        yield from (f"doubled: {step} {check}" for check, n in there.items() if n > 1)
        mine = paper if step == "submitted" else set(there)
        yield from (f"half done: {step} {check} is not in the log" for check in set(there) & mine
                    if not logged[f"check:{check}"])  # fmt: skip
        yield from (f"half done: {action} {check} has no step" for check in logged
                    if check.removeprefix("check:") not in there)  # fmt: skip


def _photos(db: Session, journal: Journal) -> Iterator[str]:
    rows = [f"{row.check_id} {row.item_code} {row.sha256}" for row in db.scalars(select(Photo))]
    there = Counter(rows)
    yield from (f"lost: photo {told}" for told in journal.of("photo") if not there[told])
    yield from (f"doubled: photo {told}" for told, n in there.items() if n > 1)
    kept = store()
    named = set(db.scalars(select(Photo.sha256)))
    yield from (f"file {name} is not there, or not whole" for name in sorted(named) if not kept.verify(name))
    yield from (f"no copies of photo {name}" for name in sorted(named) if copies.copy(name, copies.Size.SCREEN) is None)
    found = check_files(db)
    yield from (f"evidence missing: {name}" for name in found.missing)
    yield from (f"evidence altered: {name}" for name in found.altered)


def _imports(db: Session, journal: Journal) -> Iterator[str]:
    facts = _counted(db, EstateFacts.estate_code, EstateFacts.superseded_at.is_(None))
    yield from (f"lost: imported estate {code}" for code in journal.of("estate") if not facts[code])
    yield from (f"doubled: facts of estate {code}" for code, n in facts.items() if n > 1)
    codes = set(db.scalars(select(Estate.code)))
    yield from (f"half done: estate {code} without facts" for code in sorted(codes - set(facts)))
    logged = _audited(db, "import.stored")
    yield from (f"lost: import {sha} is not in the log" for sha in journal.of("imported") if not logged[f"file:{sha}"])
    # a sheet of the trial brings three estates: all or none
    sheets = Counter(code.rsplit("-", 1)[0] for code in codes if code.startswith("N"))
    yield from (f"half done: {n} of 3 estates of sheet {sheet}" for sheet, n in sheets.items() if n != 3)


def _publications(db: Session, journal: Journal) -> Iterator[str]:
    releases = list(db.scalars(select(Release).order_by(Release.number)))
    known = {release.id for release in releases}
    yield from (f"lost: publication {told}" for told in journal.of("published") if told not in known)
    if [release.number for release in releases] != list(range(1, len(releases) + 1)):
        yield f"publications are numbered {[release.number for release in releases]}"
    rows = _counted(db, QuarterScore.release_id)
    yield from (f"half done: publication {r.number} has {rows[r.id]} of {r.rows} rows" for r in releases
                if rows[r.id] != r.rows)  # fmt: skip
    last = select(QuarterScore.estate_code, func.max(QuarterScore.revision), func.count())
    for estate, highest, count in db.execute(last.group_by(QuarterScore.estate_code)):
        if highest != count:
            yield f"revisions of {estate}: {count}, the last is number {highest}"

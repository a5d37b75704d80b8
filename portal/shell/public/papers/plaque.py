"""The certificate of a star rating: one for each revision of a rating, numbered, signed, printed as plaque and as poster."""

from typing import Any

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.db import lock, transaction
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _, using
from portal.receipts import api as receipts
from portal.registry import api as registry
from portal.registry.api import areas
from portal.shell.public import fields
from portal.shell.public.bidder import since, verdicts
from portal.shell.public.snapshots import Snapshot, last_change
from scoring.ratings import api as ratings

Row = dict[str, Any]


def rating_of(db: Session, year: int, code: str) -> Any | None:
    """The public rating of an estate and year."""
    rows = [row for row in fields.tuples(ratings.estate_ratings(db, code)) if int(row.year) == year]
    return rows[0] if rows else None


def current(db: Session, year: int, code: str) -> Any:
    """The rating that can be certified. Raises ``NotFound`` without one, ``DomainError`` without stars."""
    row = rating_of(db, year, code)
    if row is None:
        raise NotFound(_("%(period)s还没有公布。", period=year))
    if row.status != "rated":
        raise DomainError(_("这个小区这一年度没有星级，不能制作证书和海报。"))
    return row


def content(db: Session, row: Any) -> Row:
    """What the certificate says."""
    with using("zh"):
        names = registry.divisions(db)
        company = registry.enterprise(db, row.uscc).name if fields.plain(row.uscc) else None
        return {
            "estate_code": row.estate_code, "estate_name": registry.estate(db, row.estate_code).name,
            "kind": row.kind, "division_code": row.division_code, "place": areas.place(names, row.division_code),
            "year": int(row.year), "stars": int(row.stars), "total": fields.points(row.total_cp),
            "rule_set": row.rule_set, "revision": int(row.revision), "published_on": fields.plain(row.public_from),
            "uscc": fields.plain(row.uscc), "company": company,
        }  # fmt: skip


def certificate(db: Session, who: receipts.Asker, year: int, code: str) -> Row:
    """The certificate in force, issued when first asked for. Raises ``NotFound``, ``DomainError``, ``TooMany``."""
    receipts.refuse_flood(db, who.address)
    return issued(db, who, year, code)


def issued(db: Session, who: receipts.Asker, year: int, code: str) -> Row:
    """As ``certificate``, however many are asked for: for a batch of the office. Opens its own transaction."""
    row = current(db, year, code)
    ref = f"rating:{year}/{code}#{int(row.revision)}"
    item = content(db, row)
    with transaction() as writing:
        lock(writing, ref)
        held = receipts.certificate(writing, verdicts.PLAQUE, ref)
        receipt = receipts.contents(writing, held.id) if held else None
        if receipt is None:
            pinned = Snapshot(clock.today(), last_change(writing))
            receipt = receipts.issue(
                writing, verdicts.PLAQUE, as_of=clock.today(), known_at=clock.now(), snapshot=str(pinned), items=[item],
                number=receipts.Number(f"plaque:{year}", ref),
            )  # fmt: skip
            receipts.note_query(writing, who, verdicts.PLAQUE, 1, receipt["payload"]["id"])
    return receipt


def changed(db: Session, payload: Row) -> list[int]:
    """``[1]`` when the rating has another revision now."""
    item = payload["items"][0]
    row = rating_of(db, item["year"], item["estate_code"])
    same = row is not None and (int(row.revision), fields.whole(row.stars)) == (item["revision"], item["stars"])
    return [] if same else [1]


since.register(verdicts.PLAQUE, changed)

"""Every result that is recorded on a company and can be contested: quarters, ratings, credit events, list entries."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.formats import points_text
from portal.kernel.i18n import _
from portal.registry import api as registry
from scoring.credit import api as credit
from scoring.lists import api as lists
from scoring.objections import words
from scoring.objections.contested import HELD_TOO
from scoring.ratings import api as ratings


@dataclass(frozen=True)
class Result:
    """One result: its reference, what it is, what it says; ``day`` orders them."""

    ref: str
    kind: str
    title: str
    figure: str
    day: str


def results_of(db: Session, uscc: str, kind: str = "") -> list[Result]:
    """The results recorded on a company, of one kind or of all, the newest first within each kind; held ones included."""
    readers = {"rating": _ratings, "quarter": _quarters, "credit": _events, "list": _entries, "affiliation": _links}
    return [one for name, read in readers.items() if kind in ("", name) for one in read(db, uscc)]


def _quarters(db: Session, uscc: str) -> list[Result]:
    rows = ratings.enterprise_quarters(db, uscc, as_of=HELD_TOO)
    names = registry.estate_names(db, set(rows["estate_code"]))
    found = []
    for row in rows.itertuples(index=False):
        facts = {"estate": names.get(row.estate_code, row.estate_code), "quarter": row.quarter}
        score = points_text(int(row.score_cp)) if row.status == "published" else _("数据不足，没有得分")
        ref = f"quarter:{row.quarter}/{row.estate_code}"
        found.append(Result(ref, "quarter", words.title("quarter", facts), score, str(row.quarter)))
    return sorted(found, key=lambda one: (one.day, one.title), reverse=True)


def _ratings(db: Session, uscc: str) -> list[Result]:
    rows = ratings.enterprise_ratings(db, uscc, as_of=HELD_TOO)
    names = registry.estate_names(db, set(rows["estate_code"]))
    found = []
    for row in rows.itertuples(index=False):
        facts = {"estate": names.get(row.estate_code, row.estate_code), "year": int(row.year)}
        stars = int(row.stars) if row.status == "rated" else None
        figure = words.rating_text(str(row.status), stars, None)
        found.append(Result(f"rating:{int(row.year)}/{row.estate_code}", "rating", words.title("rating", facts), figure,
                            str(row.year)))  # fmt: skip
    return sorted(found, key=lambda one: (one.day, one.title), reverse=True)


def _events(db: Session, uscc: str) -> list[Result]:
    view = credit.score(db, "enterprise", uscc, clock.today())
    found = []
    for event in view.events:
        title = words.title("credit", {"code": event.code, "name": event.name})
        sign = "+" if event.points_cp > 0 else "－"
        figure = f"{sign}{points_text(abs(event.points_cp))}"
        found.append(Result(f"credit:{event.case_id}", "credit", title, figure, event.valid_from.isoformat()))
    return sorted(found, key=lambda one: (one.day, one.ref), reverse=True)


def _links(db: Session, uscc: str) -> list[Result]:
    found = []
    for link in credit.links(db, uscc):
        names = {code: registry.enterprise(db, code).name for code in (link.former, link.later)}
        title = words.title("affiliation", {"former": names[link.former], "later": names[link.later]})
        found.append(Result(f"affiliation:{link.id}", "affiliation", title, link.rule_name, link.on.isoformat()))
    return found


def _entries(db: Session, uscc: str) -> list[Result]:
    found = []
    for entry in lists.in_force(db, clock.today(), uscc=uscc):
        facts = {"year": entry.year, "kind": entry.kind, "estate": entry.name, "subject": entry.subject}
        figure = lists.reason_text(entry.reason, entry.kind, entry.rule_set)
        title = words.title("list", facts)
        found.append(Result(f"list:{entry.case_id}", "list", title, figure, entry.effective_from.isoformat()))
    return found

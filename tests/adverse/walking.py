"""Walks a case along its chain over HTTP, and tries at every step all that may not be done there.

A deed is who does it, where it is posted and with what. At each state every deed but the next one is tried by the right
person, and the next one by everybody else and on the wrong day: nothing may change. Then the next one is done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, literal, select, union_all

from portal.kernel import clock
from portal.kernel.db import reading
from portal.notices.models import Document, DocumentService
from scoring.adverse.models import Answer, HearingStep, LegalReview, Mark, Point
from scoring.lists.models import ListEntry, ListStep
from scoring.repair.models import RepairStep
from scoring.surveys.models import Veto
from scoring.vetoes.models import VetoStep
from tests.ratings.district import USCC

# login -> role and company: everybody who might press a button
PEOPLE: Mapping[str, tuple[str, str | None]] = {
    "officer": ("officer", None),
    "lawyer": ("officer", None),
    "lead": ("lead", None),
    "company": ("enterprise", USCC[0]),
    "stranger": ("enterprise", USCC[1]),
    "inspector": ("inspector", None),
    "auditor": ("auditor", None),
}
KEPT = (
    ListStep,
    VetoStep,
    RepairStep,
    Point,
    Answer,
    HearingStep,
    LegalReview,
    Mark,
    Document,
    DocumentService,
    ListEntry,
    Veto,
)
COUNTS = union_all(*(select(literal(model.__tablename__), func.count()).select_from(model) for model in KEPT))


@dataclass(frozen=True)
class Deed:
    """Who does it, where, with what. ``path`` and ``data`` may look at the walk (ids come into being on the way)."""

    who: str
    path: Callable[["Walk"], str]
    data: Callable[["Walk"], dict[str, Any]] = lambda _walk: {}


def rows() -> dict[str, int]:
    """How many rows of each kind there are: what nothing may change."""
    with reading() as db:
        return dict(db.execute(COUNTS).all())


@dataclass
class Walk:
    """One case: ``ids`` names what deeds need, ``deeds`` all that somebody could try."""

    signed_in: Callable[..., Any]
    deeds: Mapping[str, Deed]
    ids: dict[str, str]
    kind: str = "list"
    clients: dict[tuple[str, date], tuple[Any, str]] = field(default_factory=dict)

    @property
    def ref(self) -> str:
        """How the case is named."""
        return f"{self.kind}:{self.ids['case']}"

    def _client(self, login: str, day: date) -> tuple[Any, str]:
        """A client of that day with its form token."""
        if (login, day) not in self.clients:
            role, uscc = PEOPLE[login]
            client = self.signed_in(role, uscc=uscc, login=login)
            self.clients[login, day] = (client, client.token())
        return self.clients[login, day]

    def client(self, login: str, day: date) -> Any:
        """A client of that day."""
        with clock.on(day):
            return self._client(login, day)[0]

    def post(self, name: str, day: date, who: str = "") -> int:
        """Press the button; the status."""
        deed = self.deeds[name]
        with clock.on(day):
            client, token = self._client(who or deed.who, day)
            answer = client.post(deed.path(self), data={"csrf_token": token, **deed.data(self)})
        return int(answer.status_code)

    def do(self, name: str, day: date, early: date | None = None, beside: tuple[str, ...] = ()) -> None:
        """Everything but this and ``beside`` is refused here; this one to everybody else and before its day; then it is
        done."""
        self.nothing_but((name, *beside), day)
        for who in PEOPLE:
            if who != self.deeds[name].who and not self._may_too(who, name):
                self._refused(name, day, who)
        if early is not None:
            self._refused(name, early)
        before = rows()
        status = self.post(name, day)
        assert status == 303, f"{name}: {status}"
        assert rows() != before, f"{name} did nothing"

    def _may_too(self, who: str, name: str) -> bool:
        """Another officer may do what an officer does, save where persons are kept apart; a lead may review."""
        if (who, name) == ("lead", "review"):
            return True
        return {who, self.deeds[name].who} == {"officer", "lawyer"} and name != "review"

    def nothing_but(self, possible: tuple[str, ...], day: date) -> None:
        """No other deed is possible in this state."""
        for name in self.deeds:
            if name not in possible:
                self._refused(name, day)

    def _refused(self, name: str, day: date, who: str = "") -> None:
        before = rows()
        status = self.post(name, day, who)
        after = rows()
        assert after == before, f"{name} by {who or self.deeds[name].who} on {day} was let pass ({status})"
        assert status in (303, 400, 403, 404, 409, 422), f"{name}: {status}"


def document(ref: str, kind: str) -> str:
    """The id of the last document of a kind of a case; ``none`` while there is none."""
    with reading() as db:
        query = select(Document.id).where(Document.subject == ref, Document.kind == kind)
        return db.scalar(query.order_by(Document.recorded_at.desc(), Document.seq.desc()).limit(1)) or "none"


def open_point(ref: str) -> str:
    """The id of a point that waits; ``none`` while there is none."""
    with reading() as db:
        query = select(Point.id).outerjoin(Answer).where(Point.ref == ref, Answer.point_id.is_(None))
        return db.scalar(query.limit(1)) or "none"


def steps(model: Any, case_id: str) -> list[str]:
    """The steps of a case."""
    with reading() as db:
        return list(db.scalars(select(model.step).where(model.case_id == case_id).order_by(model.seq)))


def common(kind: str, notice: str, decision: str) -> dict[str, Deed]:
    """The deeds of the common path, of lists and vetoes alike."""

    def at(path: str) -> Callable[[Walk], str]:
        return lambda walk: path.format(kind=kind, id=walk.ids["case"])

    def serving(which: str) -> Deed:
        return Deed(
            "officer",
            lambda walk: f"/documents/{document(walk.ref, which)}/serve",
            lambda walk: {"method": "in_person", "on": walk.ids["day"], "note": "送达回证1号"},
        )

    return {
        "serve notice": serving(notice),
        "point": Deed("company", at("/company/decisions/{kind}/{id}/points"), lambda _w: {"text": "事实有出入。"}),
        "answer": Deed(
            "officer",
            lambda walk: f"/adverse/{kind}/{walk.ids['case']}/points/{open_point(walk.ref)}/answer",
            lambda _walk: {"verdict": "not_taken", "text": "经核实，事实清楚。"},
        ),
        "ask": Deed("company", at("/company/decisions/{kind}/{id}/hearing/ask")),
        "arrange": Deed(
            "officer",
            at("/adverse/{kind}/{id}/hearing/arrange"),
            lambda walk: {"held_on": walk.ids["day"], "place": "局会议室，王某主持"},
        ),
        "minutes": Deed(
            "officer", at("/adverse/{kind}/{id}/hearing/minutes"), lambda _w: {"minutes": "企业陈述了意见。"}
        ),
        "withdraw": Deed("company", at("/company/decisions/{kind}/{id}/hearing/withdraw")),
        "review": Deed(
            "lawyer",
            at("/adverse/{kind}/{id}/review"),
            lambda walk: {"verdict": walk.ids.get("verdict", "agree"), "opinion": "程序合法。"},
        ),
        "serve decision": serving(decision),
    }

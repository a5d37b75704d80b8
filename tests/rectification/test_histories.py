"""Random histories of orders: where each stands, when it is due and the on-time rate equal a plain recomputation."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError
from scoring.rectification import queries
from scoring.rectification.indicator import computed_indicators
from scoring.rectification.service import answering, deciding
from tests.checks import district as small
from tests.rectification import acts

DEEDS = ("answer", "verify", "refuse", "ask", "grant", "deny", "protect", "answer", "verify")
PHOTO = (small.photo(7), "a.jpg")


@dataclass
class Plain:
    """An order as somebody with a pencil would keep it."""

    hazard: str
    start: datetime
    state: str = "open"
    asked: bool = False
    decided: bool = False
    extra: int = 0
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    answered: datetime | None = None
    closed: datetime | None = None

    def due(self, pauses=None) -> datetime:
        pauses = self.pauses if pauses is None else pauses
        if self.hazard == "C":
            moment = self.start + timedelta(hours=24)
            for begins, ends in pauses:
                moment += ends - begins if begins < moment else timedelta(0)
            if self.extra:
                moment += timedelta(hours=24)
            for begins, ends in pauses if self.extra else ():
                if moment - timedelta(hours=24) <= begins < moment:
                    moment += ends - begins
            return moment
        day, left = self.start.date(), 7 + self.extra
        while left:
            day += timedelta(days=1)
            left -= not any(begins.date() < day <= ends.date() for begins, ends in pauses)
        return datetime(day.year, day.month, day.day, tzinfo=clock.DISTRICT) + timedelta(days=1)

    def try_to(self, deed: str, now: datetime) -> bool:
        """Whether the deed is possible; if so it is done."""
        possible = {
            "protect": self.state == "open" and self.hazard == "C",
            "answer": self.state == "open",
            "ask": self.state == "open" and not self.asked and now < self.due(),
            "grant": self.state == "open" and self.asked and not self.decided,  # asked in time, however slow the street
            "deny": self.state == "open" and self.asked and not self.decided,
            "verify": self.state == "awaiting",
            "refuse": self.state == "awaiting",
        }[deed]
        if not possible:
            return False
        if deed == "answer":
            self.state, self.answered = "awaiting", now
        elif deed == "ask":
            self.asked = True
        elif deed in ("grant", "deny"):
            self.decided = True
            self.extra = (7 if self.hazard == "B" else 1) if deed == "grant" else 0
        elif deed == "verify":
            self.state, self.closed = "closed", self.answered
        elif deed == "refuse":
            self.state = "open"
            self.pauses.append((self.answered, now))
        return True

    def judged(self, now: datetime) -> str:
        """``on time``, ``late`` or not judged yet."""
        if self.state == "closed":
            return "on time" if self.closed < self.due() else "late"
        seen = self.answered if self.state == "awaiting" else now
        return "late" if seen >= self.due() else ""


class Over(Exception):
    """Takes back what an example wrote."""


def do(db, row, deed, now):
    """The deed by its verb; whether it was possible."""
    on = clock.district_date(now)
    order = queries.order_row(db, row.id)
    verbs = {
        "protect": lambda: answering.protect(db, acts.COMPANY, row.id, order.seq, "已围挡", [], on),
        "answer": lambda: answering.answer(db, acts.COMPANY, row.id, order.seq, "已清理", [PHOTO], on),
        "ask": lambda: answering.ask_extension(db, acts.COMPANY, row.id, order.seq, "等待配件", on),
        "grant": lambda: deciding.decide_extension(db, small.STREET, row.id, order.seq, True, "", on),
        "deny": lambda: deciding.decide_extension(db, small.STREET, row.id, order.seq, False, "不充分", on),
        "verify": lambda: deciding.verify(db, small.ZHANG, row.id, order.seq, on),
        "refuse": lambda: deciding.refuse(db, small.ZHANG, row.id, order.seq, "仍有杂物", on),
    }
    try:
        with db.begin_nested():
            verbs[deed]()
    except DomainError:
        return False
    return True


step = st.tuples(st.sampled_from(DEEDS), st.sampled_from(["XF01", "SB07"]), st.integers(0, 60))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(step, min_size=6, max_size=20))
def test_any_history_equals_its_plain_recomputation(asked, history):
    rows = acts.orders()
    now = clock.now().astimezone(clock.DISTRICT)
    plain = {code: Plain(row.hazard_class, now) for code, row in rows.items()}
    try:
        with transaction() as db:
            for deed, code, hours in history:
                now += timedelta(hours=hours)
                with clock.at(now):
                    assert do(db, rows[code], deed, now) == plain[code].try_to(deed, now), (deed, code, now)
            with clock.at(now):
                _compare(db, rows, plain, now)
            raise Over
    except Over:
        pass


def _compare(db, rows, plain, now):
    for code, row in rows.items():
        stands = queries.order_row(db, row.id)
        clocks = {one.rule: one for one in deadlines.of_subjects(db, [row.subject])[row.subject]}
        running = clocks[f"finding.{row.hazard_class}"]
        assert (stands.state, running.due_at) == (plain[code].state, plain[code].due()), code
        assert running.overdue == (plain[code].judged(now) == "late")
    judged = [verdict for verdict in (one.judged(now) for one in plain.values()) if verdict]
    rate = computed_indicators(db, 2026).get("E-1")
    if judged:
        share = Fraction(10000 * judged.count("on time"), len(judged))
        assert rate == int(share + Fraction(1, 2))
    else:
        assert rate is None

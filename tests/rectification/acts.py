"""What the people of these tests do: orders come about by checks, and are answered, verified, refused, extended."""

from datetime import datetime

from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import reading, transaction
from scoring.checks import service as checks
from scoring.rectification import queries
from scoring.rectification import reading as pages
from scoring.rectification.service import answering, deciding
from tests.checks import district as small
from tests.registry.sheets import USCC

COMPANY = person_actor("company", Role.ENTERPRISE, "440306000000", USCC[1])
OTHERS = person_actor("others", Role.ENTERPRISE, "440306000000", USCC[0])
FOUND = {"XF01": small.finding("2", "5栋2层"), "SB07": small.finding("1", "东侧"), "HJ01": small.finding("1", "北门")}


def submitted(found=None, **others):
    """A check with a finding of each class, handed to the street; its id."""
    return small.submitted(FOUND if found is None else found, **others)


def confirmed(found=None, **others):
    """The same, confirmed by the street."""
    check = submitted(found, **others)
    with transaction() as db:
        checks.confirm(db, small.STREET, check, clock.today())
    return check


def orders(check=None):
    """Orders as they stand, by item code (the latest round)."""
    with reading() as db:
        rows = (
            queries.of_checks(db, [check]) if check else queries._rows(db, queries._select().order_by(queries.ORDER.id))
        )
        return {row.item_code: row for row in rows}


def view(row, actor=small.OFFICER):
    """An order as a page shows it."""
    with reading() as db:
        return pages.order_view(db, actor, row.id)


def clocks(row):
    """Rule to its deadline."""
    with reading() as db:
        return {one.rule: one for one in deadlines.of_subjects(db, [row.subject]).get(row.subject, [])}


def fresh(row):
    """The order as it stands now."""
    with reading() as db:
        return queries.order_row(db, row.id)


def answer(row, actor=COMPANY, seq=None, uploads=None):
    """Answered with two photos."""
    uploads = [(small.photo(7), "a.jpg"), (small.photo(9), "b.jpg")] if uploads is None else uploads
    with transaction() as db:
        answering.answer(
            db, actor, row.id, fresh(row).seq if seq is None else seq, "已清理", list(uploads), clock.today()
        )


def protect(row, actor=COMPANY):
    """Temporary protection recorded."""
    with transaction() as db:
        answering.protect(db, actor, row.id, fresh(row).seq, "已围挡", [], clock.today())


def ask(row, actor=COMPANY):
    """More time asked for."""
    with transaction() as db:
        answering.ask_extension(db, actor, row.id, fresh(row).seq, "等待配件", clock.today())


def extend(row, granted=True, actor=small.STREET):
    """The street decides."""
    with transaction() as db:
        deciding.decide_extension(
            db, actor, row.id, fresh(row).seq, granted, "" if granted else "理由不充分", clock.today()
        )


def verify(row, actor=small.ZHANG):
    """The inspector closes it."""
    with transaction() as db:
        deciding.verify(db, actor, row.id, fresh(row).seq, clock.today())


def refuse(row, actor=small.ZHANG):
    """The inspector sends it back."""
    with transaction() as db:
        deciding.refuse(db, actor, row.id, fresh(row).seq, "仍有杂物", clock.today())


def at(day, hour=10, minute=0):
    """Hold the clock."""
    return clock.at(clock.day_start(day, hour, minute))


def instant(year, month, day, hour=0, minute=0) -> datetime:
    """An instant of the district."""
    return datetime(year, month, day, hour, minute, tzinfo=clock.DISTRICT)

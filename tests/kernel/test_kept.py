"""An answer is kept until somebody does something, and never across days, languages or databases."""

from datetime import date

from portal.kernel import audit, clock
from portal.kernel.access import system_actor
from portal.kernel.db import reading, transaction
from portal.kernel.i18n import using
from portal.kernel.kept import kept

DAY = date(2026, 3, 2)


def test_an_answer_lives_until_the_next_deed(instance):
    made: list[int] = []

    def ask(name="it", day=DAY) -> int:
        with clock.on(day), reading() as db:
            return kept(db, name, lambda: made.append(1) or len(made))

    assert [ask(), ask()] == [1, 1]
    with transaction() as db:
        audit.record(db, system_actor("test"), "something.done", "it")
    assert [ask(), ask()] == [2, 2]
    with transaction():
        pass
    assert ask() == 2
    assert ask(name="other") == 3
    assert ask(day=date(2026, 3, 3)) == 4
    with using("en"):
        assert ask() == 5
    assert ask() == 2, "the answers do not push one another out"

"""That the office looked at the names of a case stands in the log: once a person, case and day, and never what was seen."""

from datetime import timedelta

from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from tests.mediation.centre import TODAY, filed, found
from tests.mediation.test_pages import enter, people


def _looks() -> list[tuple[str, str]]:
    with reading() as db:
        rows = select(AuditEntry.actor, AuditEntry.detail).where(AuditEntry.action == "look.mediation-names")
        return [tuple(row) for row in db.execute(rows.order_by(AuditEntry.seq))]


def test_a_look_at_names_is_noted_once_a_day(app, client, instance):
    found()
    with clock.on(TODAY):
        registrar = people(app)[0]
        with transaction() as db:
            made = filed(db)
        path = f"/mediation/cases/{made.case_id}"
        assert _looks() == []
        assert "王小明" in str(registrar.page(path))
        registrar.page(path)
        ((who, detail),) = _looks()
        assert (bool(who), detail) == (True, "{}")
        with reading() as db:
            number = db.scalar(select(AuditEntry.subject).where(AuditEntry.action == "look.mediation-names")).partition(
                ":"
            )[2]
        assert enter(client, number, next(iter(made.entry_codes.values()))).status_code == 303
        client.page(f"/mediation/mine/{made.case_id}")
        assert len(_looks()) == 1  # a party's own case is no look of the office
    with clock.on(TODAY + timedelta(days=1)):
        people(app)[0].page(path)
    assert len(_looks()) == 2

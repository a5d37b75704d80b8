"""Whoever scores never meets mediation: no source names its tables, and the chain of scores runs for a database role that
has no rights on them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from migrations.tables import metadata
from portal.kernel import clock, db
from portal.kernel.access import Role, person_actor
from portal.kernel.db import transaction
from portal.kernel.periods import Quarter, Year
from scoring.ratings import api as ratings
from tests.architecture.sources import PROJECT, modules
from tests.ratings.district import COMMUNITIES, DISTRICT, add_check, add_year_facts, found_district

PREFIXES = ("mediation_", "mediator", "meeting_place")
ROLE = "scores_only"


def _tables() -> list[str]:
    return sorted(name for name in metadata().tables if name.startswith(PREFIXES))


def test_no_source_of_scoring_or_registry_names_a_table_of_mediation():
    names = _tables()
    assert len(names) > 20
    sources = [
        path for top in ("scoring", "portal/registry", "portal/deadlines", "portal/notices") for path in modules(top)
    ]
    assert len(sources) > 100
    found = [(str(path.relative_to(PROJECT)), name) for path in sources for name in names if name in path.read_text()]
    assert found == []
    assert [
        str(path) for path in sources if "import mediation" in path.read_text() or "from mediation" in path.read_text()
    ] == []


@pytest.mark.postgres
def test_scores_are_made_by_a_role_without_rights_on_mediation(instance):
    closed = _tables()
    with transaction() as session:
        everything = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        session.execute(text(f"DROP ROLE IF EXISTS {ROLE}"))
        session.execute(text(f"CREATE ROLE {ROLE}"))
        session.execute(text(f"GRANT USAGE ON SCHEMA public TO {ROLE}"))
        for name in sorted(set(everything) - set(closed)):
            session.execute(text(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{name}" TO {ROLE}'))
    db.dispose()

    def enter(connection, _record) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {ROLE}")
        connection.commit()

    event.listen(db.engine(), "connect", enter)
    try:
        _a_year_of_scores()
        for name in closed:
            with pytest.raises(DBAPIError, match="permission denied"), transaction() as session:
                session.execute(text(f"SELECT count(*) FROM {name}"))
    finally:
        db.dispose()
        with transaction() as session:
            session.execute(text(f"DROP OWNED BY {ROLE}"))
            session.execute(text(f"DROP ROLE {ROLE}"))


def _a_year_of_scores() -> None:
    found_district({"E1": ("commodity", COMMUNITIES[0])})
    officer, lead = person_actor("officer", Role.OFFICER, DISTRICT), person_actor("lead", Role.LEAD, DISTRICT)
    for quarter in ("2025Q1", "2025Q2"):
        period = Quarter.parse(quarter)
        with clock.on(period.last), transaction() as session:
            for month in period.months:
                add_check(session, "E1", str(month), {"XF01": "1"}, state="confirmed")
        published = period.last + timedelta(days=20)
        with clock.on(published), transaction() as session:
            ratings.publish_quarter(session, officer, period, on=published)
    with clock.on(date(2026, 1, 5)), transaction() as session:
        add_year_facts(session, "E1", 8600)
    with clock.on(date(2026, 1, 20)), transaction() as session:
        assert ratings.publish_year(session, lead, Year(2025), on=date(2026, 1, 20))

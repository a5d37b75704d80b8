"""Two people at the same moment: nothing doubled, nothing lost."""

import random
import threading
from datetime import date

import pytest
from sqlalchemy import func, select

from portal.kernel import clock
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict
from portal.kernel.periods import Quarter
from scoring.checks.models import CheckStep
from scoring.ratings import api as ratings
from scoring.ratings.models import QuarterScore, QuarterStep, Release
from tests.ratings import district as d

Q1 = Quarter.parse("2025Q1")
TOLD, ON = date(2025, 4, 9), date(2025, 4, 20)  # the hold of what enterprises were told is over
KINDS = {f"E-{number}": ("commodity", d.COMMUNITIES[number % 3]) for number in range(12)}


@pytest.fixture
def district(instance, monkeypatch):
    """Twelve estates with three submitted checks each."""
    d.wire(monkeypatch)
    d.found_district(KINDS)
    chance = random.Random(3)
    with clock.on(date(2025, 4, 2)), transaction() as db:
        items = d.checklist(db)
        for code in KINDS:
            for month in Q1.months:
                d.add_check(db, code, str(month), d.random_results(chance, items))
    return instance


def together(*deeds) -> list:
    """Run deeds in threads that start at once; what each answered or raised."""
    gate = threading.Barrier(len(deeds))
    answers: list = [None] * len(deeds)

    def run(place: int, deed) -> None:
        gate.wait()
        try:
            with clock.on(ON), transaction() as db:
                answers[place] = deed(db)
        except Exception as error:
            answers[place] = error

    threads = [threading.Thread(target=run, args=(place, deed)) for place, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def publish(db):
    return ratings.publish_quarter(db, d.CLI, Q1, on=TOLD)


@pytest.mark.both_databases
def test_two_publications_make_one(district):
    with clock.on(ON), transaction() as db:
        ratings.confirm_quarter(db, d.CLI, Q1, on=ON)
    answers = together(publish, publish)
    assert sorted(done.rows for done in answers) == [0, 12]
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(Release)) == 1
        assert db.scalar(select(func.count()).select_from(QuarterScore)) == 12


@pytest.mark.both_databases
def test_two_reviewers_close_a_community_once(district):
    with clock.on(ON), transaction() as db:
        ratings.prepare_quarter(db, d.CLI, Q1, on=ON)
    place = d.COMMUNITIES[0]

    def confirm(db):
        return ratings.confirm_quarter(db, d.CLI, Q1, place, on=ON, seen={place: 1})

    answers = together(confirm, confirm)
    assert sorted(type(answer).__name__ for answer in answers) == ["ConfirmedQuarter", Conflict.__name__]
    with reading() as db:
        steps = select(func.count()).select_from(QuarterStep).where(QuarterStep.division_code == place)
        assert db.scalar(steps) == 2
        confirmed = select(func.count()).select_from(CheckStep).where(CheckStep.step == "confirmed")
        assert db.scalar(confirmed) == 4 * 3


@pytest.mark.both_databases
def test_confirmation_beside_publication_loses_nothing(district):
    def confirm(place: str):
        return lambda db: ratings.confirm_quarter(db, d.CLI, Q1, place, on=ON)

    answers = together(
        confirm(d.COMMUNITIES[0]), publish, confirm(d.COMMUNITIES[1]), publish, confirm(d.COMMUNITIES[2])
    )
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    with clock.on(ON):
        with transaction() as db:
            publish(db)
        with reading() as db:
            table = ratings.quarter_rows(db, Q1)
            assert set(table["status"]) == {"published"}
            assert set(table["months"]) == {3}
            every = db.execute(
                select(QuarterScore.estate_code, QuarterScore.revision).order_by(
                    QuarterScore.estate_code, QuarterScore.revision
                )
            ).all()
    by_estate: dict[str, list[int]] = {}
    for code, revision in every:
        by_estate.setdefault(code, []).append(revision)
    assert all(revisions == list(range(1, len(revisions) + 1)) for revisions in by_estate.values())

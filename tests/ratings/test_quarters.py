"""A quarter from rows to revisions: figures, idempotence, what changes and what never does."""

import random
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import func, select

from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.i18n import using
from portal.kernel.periods import Quarter
from scoring.checks.models import CheckStep
from scoring.ratings import api as ratings
from scoring.ratings.models import InitialScore, QuarterMonth, QuarterScore, QuarterStep, Release
from tests.ratings import district as d
from tests.rules import oracle

Q1 = Quarter.parse("2025Q1")
TOLD, ON = date(2025, 4, 9), date(2025, 4, 20)  # the hold of what enterprises were told is over
MONTHS = ("2025-01", "2025-02", "2025-03")
KINDS = {
    "E-1": ("commodity", d.COMMUNITIES[0]),
    "E-2": ("commodity", d.COMMUNITIES[0]),
    "E-3": ("commodity", d.COMMUNITIES[1]),
    "E-4": ("commodity", d.COMMUNITIES[2]),
    "E-5": ("village", d.COMMUNITIES[0]),
    "E-6": ("village", d.COMMUNITIES[2]),
    "E-7": ("affordable", d.COMMUNITIES[2]),
}


@pytest.fixture
def district(instance, monkeypatch):
    """The estates of ``KINDS``, the clock at ten on the day of the acts."""
    d.wire(monkeypatch)
    d.found_district(KINDS, {"E-6": ""})
    with clock.on(ON):
        yield instance


def file_quarter(state: str = "submitted", seed: int = 1, months=MONTHS) -> dict[str, dict[str, dict[str, str]]]:
    """Random checks of every estate save E-7 (one month only): estate -> month -> results."""
    chance, made = random.Random(seed), {}
    with clock.on(date(2025, 4, 2)), transaction() as db:
        items = d.checklist(db)
        for code in KINDS:
            for month in months if code != "E-7" else months[:1]:
                results = d.random_results(chance, items)
                d.add_check(db, code, month, results, state)
                made.setdefault(code, {})[month] = results
    return made


def publish(on: date = TOLD, **more):
    with transaction() as db:
        return ratings.publish_quarter(db, d.CLI, Q1, on=on, **more)


def confirm(division: str | None = None, **more):
    with transaction() as db:
        return ratings.confirm_quarter(db, d.CLI, Q1, division, on=ON, **more)


def rows(**more):
    with reading() as db:
        return ratings.quarter_rows(db, Q1, **more).set_index("estate_code")


def table_sizes() -> list[int]:
    with reading() as db:
        counted = [
            db.scalar(select(func.count()).select_from(model))
            for model in (Release, QuarterScore, QuarterMonth, InitialScore, QuarterStep, CheckStep)
        ]
        return [*counted, d.audit_count(db)]


@pytest.mark.both_databases
def test_scores_and_ranks_are_those_of_the_contract(district):
    filed = file_quarter()
    confirm()
    done = publish()
    assert (done.rows, done.revisions, done.ratings) == (7, 0, 0)
    with reading() as db:
        items = d.checklist(db)
        months = ratings.quarter_months(db, Q1)
    expected = {
        code: {month: oracle.month(results, items) for month, results in by_month.items()}
        for code, by_month in filed.items()
    }
    got = {
        (row.estate_code, row.month): (row.earned_cp, row.applicable_cp, row.score_cp)
        for row in months.itertuples(index=False)
    }
    assert got == {(code, month): sums for code, by_month in expected.items() for month, sums in by_month.items()}
    scores = {code: oracle.mean([sums[2] for sums in by_month.values()]) for code, by_month in expected.items()}
    table = rows()
    for code, (kind, community) in KINDS.items():
        row = table.loc[code]
        same = [other for other, (its, _place) in KINDS.items() if its == kind]
        street = [other for other in same if KINDS[other][1][:9] == community[:9]]
        wanted = (
            scores[code],
            oracle.rank(scores[code], [scores[other] for other in same]),
            oracle.rank(scores[code], [scores[other] for other in street]),
        )
        assert tuple(_plain(row[name]) for name in ("score_cp", "rank_district", "rank_street")) == wanted, code
        assert (row["kind"], row["division_code"], row["revision"]) == (kind, community, 1)
    assert table.loc["E-7", ["status", "months"]].tolist() == ["insufficient_data", 1]
    assert table.loc["E-6", ["uscc", "manager_code"]].tolist() == [None, None]
    assert table.loc["E-5", ["uscc", "manager_code", "rule_set"]].tolist() == [d.USCC[0], "PM-1", "village-2021"]


def _plain(value):
    return None if pd.isna(value) else int(value)


@pytest.mark.both_databases
def test_repeating_a_verb_writes_nothing(district):
    file_quarter()
    with transaction() as db:
        assert ratings.prepare_quarter(db, d.CLI, Q1, on=ON).changed == 7
    confirm()
    publish()
    before = table_sizes()
    with transaction() as db:
        assert ratings.prepare_quarter(db, d.CLI, Q1, on=ON).changed == 0
    assert confirm().communities == 0
    assert publish().release_id is None
    assert table_sizes() == before


def test_only_confirmed_checks_are_published(district):
    file_quarter()
    publish()
    assert set(rows()["status"]) == {"insufficient_data"}
    confirm(d.COMMUNITIES[0])
    publish()
    table = rows()
    assert table["status"].to_dict() == {
        code: "published" if place == d.COMMUNITIES[0] else "insufficient_data" for code, (_k, place) in KINDS.items()
    }
    assert table["revision"].to_dict() == {code: 2 if table.loc[code, "status"] == "published" else 1 for code in KINDS}


@pytest.mark.both_databases
def test_a_revision_touches_only_what_changes_ranks_included(district):
    with clock.on(date(2025, 4, 2)), transaction() as db:
        for code, fault in (("E-1", "1"), ("E-2", "2"), ("E-3", "3")):
            for month in MONTHS[:2]:
                d.add_check(db, code, month, {"XF01": fault}, "confirmed")
        for month in MONTHS[:2]:
            d.add_check(db, "E-4", month, {}, "confirmed")
    publish()
    first = rows()
    assert first["rank_district"].dropna().to_dict() == {"E-1": 2, "E-2": 3, "E-3": 4, "E-4": 1}
    with clock.on(date(2025, 5, 6)):
        with transaction() as db:
            d.add_check(db, "E-1", MONTHS[2], {"XF01": "3", "XF02": "2", "FW01": "4", "FW04": "2"}, "confirmed")
        done = publish(date(2025, 5, 6), reason="补充确认3月检查")
        assert done.revisions == done.rows
        second = rows()
        changed = [code for code in KINDS if second.loc[code, "revision"] == 2]
        assert changed == ["E-1", "E-2", "E-3"]  # E-4 stays first in both
        assert second["rank_district"].dropna().to_dict() == {"E-1": 4, "E-2": 2, "E-3": 3, "E-4": 1}
        assert rows(as_of=date(2025, 5, 5)).equals(first)  # what was public the day before stays readable
        with reading() as db:
            (erratum,) = ratings.errata(db, "2025Q1")
        assert erratum.reason == "补充确认3月检查"
        assert {field.name for field in erratum.rows[1].fields} <= {"rank_district", "rank_street"}


def test_a_correction_without_a_reason_tells_its_cause(district):
    file_quarter("confirmed", months=MONTHS[:2])
    publish()
    with clock.on(date(2025, 5, 6)):
        with transaction() as db:
            d.add_check(db, "E-1", MONTHS[2], {}, "confirmed")
            d.add_check(db, "E-2", MONTHS[2], {}, "confirmed")
        publish(date(2025, 5, 6))
        with reading() as db:
            assert ratings.errata(db)[0].reason.startswith("公布后又确认了2份检查")
            with using("en"):
                assert ratings.errata(db)[0].reason.startswith("2 checks were confirmed after publication")


def test_pins_survive_changes_of_the_registry(district):
    file_quarter("confirmed")
    publish()
    first = rows()
    with clock.on(date(2025, 6, 1)), transaction() as db:
        d.add_contract(db, "E-6", d.USCC[1], "PM-2", date(2025, 6, 1))
    with clock.on(date(2025, 6, 2)):
        assert publish(date(2025, 6, 2)).rows == 0
        assert rows().equals(first)
        with reading() as db:
            assert ratings.pinned_days(db)["E-6"] == [date(2025, 3, 31)]


def publish_and_fail() -> None:
    with transaction() as db:
        assert ratings.publish_quarter(db, d.CLI, Q1, on=ON).rows == 7
        raise RuntimeError


def test_a_rolled_back_publication_leaves_nothing(district):
    file_quarter("confirmed")
    before = table_sizes()
    with pytest.raises(RuntimeError):
        publish_and_fail()
    assert table_sizes() == before


def test_too_early_and_ahead_are_refused(district):
    for on in (date(2025, 3, 31), date(2025, 4, 21)):
        for verb in (ratings.prepare_quarter, ratings.confirm_quarter, ratings.publish_quarter):
            with pytest.raises(DomainError), transaction() as db:
                verb(db, d.CLI, Q1, on=on)
    with transaction() as db:
        ratings.prepare_quarter(db, d.CLI, Q1, on=date(2025, 4, 1))  # from the first day after the quarter


def test_jurisdiction_and_permission(district):
    file_quarter()
    street = person_actor("rev", Role.REVIEWER, d.STREETS[0])
    officer = person_actor("off", Role.OFFICER, d.DISTRICT)
    with pytest.raises(NotFound), transaction() as db:
        ratings.confirm_quarter(db, street, Q1, d.STREETS[1], on=ON)
    with pytest.raises(NotAllowed), transaction() as db:
        ratings.publish_quarter(db, street, Q1, on=ON)
    with pytest.raises(NotAllowed), transaction() as db:
        ratings.confirm_quarter(db, officer, Q1, on=ON)
    with transaction() as db:
        done = ratings.confirm_quarter(db, street, Q1, on=ON)
    assert (done.communities, done.checks) == (2, 4 * 3)
    with reading() as db:
        assert {code: step for code, (_seq, step, _on) in ratings.steps(db, Q1).items()} == {
            code: "confirmed" for code in d.COMMUNITIES[:2]
        }


def test_a_stale_form_is_refused(district):
    file_quarter()
    with transaction() as db:
        ratings.prepare_quarter(db, d.CLI, Q1, on=ON)
    with reading() as db:
        seen = {code: seq for code, (seq, _step, _on) in ratings.steps(db, Q1).items()}
    with transaction() as db:
        d.add_check(db, "E-7", MONTHS[1], {})
    before = table_sizes()
    with pytest.raises(Conflict):  # a check came in behind the reviewer's back
        confirm(d.COMMUNITIES[2], seen={d.COMMUNITIES[2]: seen[d.COMMUNITIES[2]]})
    assert table_sizes() == before
    confirm(d.COMMUNITIES[0], seen={d.COMMUNITIES[0]: seen[d.COMMUNITIES[0]]})
    with pytest.raises(Conflict):  # and this one is closed already
        confirm(d.COMMUNITIES[0], seen={d.COMMUNITIES[0]: seen[d.COMMUNITIES[0]]})


def test_a_late_check_opens_its_community_again(district):
    file_quarter()
    confirm()
    with transaction() as db:
        d.add_check(db, "E-7", MONTHS[1], {})
        ratings.prepare_quarter(db, d.CLI, Q1, on=ON)
    with reading() as db:
        last = ratings.steps(db, Q1)
        assert last[d.COMMUNITIES[2]][1] == "prepared"
        assert last[d.COMMUNITIES[0]][1] == "confirmed"
        cover = ratings.coverage(db, Q1)
    assert cover.open_communities == [d.COMMUNITIES[2]]
    assert cover.total == {
        "estates": 7,
        "due": 21,
        "checked": 20,
        "draft": 0,
        "returned": 0,
        "submitted": 1,
        "confirmed": 19,
        "late": 1,
        "without_score": 0,
    }
    assert cover.streets["confirmed_communities"].tolist() == [2, 0]


def test_movement_against_the_last_published_quarter(district):
    file_quarter("confirmed")
    publish()
    q3 = Quarter.parse("2025Q3")
    with clock.on(date(2025, 10, 20)):
        with transaction() as db:
            for code in ("E-1", "E-2", "E-3"):
                for month in q3.months[:2]:
                    d.add_check(db, code, str(month), {}, "confirmed")
            ratings.publish_quarter(db, d.CLI, q3, on=date(2025, 10, 9))
        first = rows()
        with reading() as db:
            assert ratings.last_quarter_before(db, q3) == "2025Q1"
            moved = ratings.movement(db, q3).set_index("estate_code")
            assert ratings.movement(db, Q1)["score_delta_cp"].isna().all()
    for code in ("E-1", "E-2", "E-3"):
        assert moved.loc[code, "score_delta_cp"] == 10000 - first.loc[code, "score_cp"]
        assert moved.loc[code, "district_delta"] == first.loc[code, "rank_district"] - 1
    assert moved.loc["E-4", "previous_score_cp"] == first.loc["E-4", "score_cp"]
    assert moved["score_delta_cp"].isna().to_dict()["E-4"]

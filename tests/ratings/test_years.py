"""A year from published quarters and facts: ratings, revisions in one transaction, vetoes, explanations."""

import json
import random
from datetime import date

import pytest
from sqlalchemy import func, select

from portal.kernel import clock, hooks
from portal.kernel.access import Role, person_actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError, NotAllowed
from portal.kernel.i18n import using
from portal.kernel.ids import new_row_number
from portal.kernel.periods import Quarter, Year
from portal.kernel.points import print_cp
from scoring.checks.models import ItemResult
from scoring.ratings import api as ratings
from scoring.ratings.models import PreparedRating, QuarterScore, Rating, RatingComponent, Release
from scoring.surveys import api as surveys
from tests.ratings import district as d
from tests.rules import oracle

YEAR = Year(2025)
TOLD, OPEN, ON = date(2026, 1, 12), date(2026, 1, 20), date(2026, 1, 25)  # act, public after its hold, today
KINDS = {
    "E-1": ("commodity", d.COMMUNITIES[0]),
    "E-2": ("commodity", d.COMMUNITIES[2]),
    "E-3": ("village", d.COMMUNITIES[0]),
    "E-4": ("affordable", d.COMMUNITIES[1]),
    "E-5": ("commodity", d.COMMUNITIES[1]),
    "E-6": ("village", d.COMMUNITIES[2]),
}


@pytest.fixture
def heard():
    """What credit would hear."""
    return []


@pytest.fixture
def district(instance, monkeypatch, heard):
    """Two published quarters of 2025, facts of the year for all but E-5; E-6 has nobody serving."""
    d.wire(monkeypatch, heard)
    d.found_district(KINDS, {"E-6": ""})
    chance = random.Random(11)
    for quarter in YEAR.quarters[:2]:
        with clock.on(date(2025, 8, 20)):
            with transaction() as db:
                items = d.checklist(db)
                for code in KINDS:
                    for month in quarter.months[:2]:
                        d.add_check(db, code, str(month), d.random_results(chance, items), "confirmed")
            with transaction() as db:
                ratings.publish_quarter(db, d.CLI, quarter, on=date(2025, 8, 20))
    with clock.on(date(2026, 1, 5)), transaction() as db:
        for place, code in enumerate(("E-1", "E-2", "E-3", "E-4", "E-6")):
            d.add_year_facts(db, code, 8200 + 250 * place, collection=KINDS[code][0] == "village")
    with clock.on(ON):
        yield instance


def publish(on: date = TOLD, **more):
    with transaction() as db:
        return ratings.publish_year(db, d.CLI, YEAR, on=on, **more)


def rows(**more):
    with reading() as db:
        return ratings.rating_rows(db, YEAR, **more).set_index("estate_code")


def sizes() -> list[int]:
    with reading() as db:
        counted = [
            db.scalar(select(func.count()).select_from(model))
            for model in (Release, QuarterScore, Rating, RatingComponent, PreparedRating)
        ]
        return [*counted, d.audit_count(db)]


def whole(value) -> int | None:
    return None if str(value) == "<NA>" or value is None else int(value)


@pytest.mark.both_databases
def test_ratings_are_those_of_the_contract(district, heard):
    done = publish()
    assert (done.rows, done.revisions) == (6, 0)
    table = rows()
    with reading() as db:
        scores = ratings.published_scores(db, YEAR, ON)
        facts = surveys.facts(db, 2025)
    for code, (kind, _place) in KINDS.items():
        mine = scores.loc[scores["estate_code"] == code, "score_cp"].tolist()
        survey = facts.surveys[facts.surveys["estate_code"] == code]
        rate = facts.collection_rates[facts.collection_rates["estate_code"] == code]
        own = facts.indicators[facts.indicators["estate_code"] == code]
        parts = {
            "management": (oracle.mean(mine), "quarters"),
            "survey": oracle.survey(
                None
                if survey.empty
                else tuple(int(survey.iloc[0][name]) for name in ("households", "valid_responses", "score_cp"))
            ),
            "comprehensive": oracle.comprehensive(
                dict(zip(own["indicator_code"], own["score_cp"].tolist(), strict=True))
            ),
        }
        if kind == "village":
            parts["collection"] = (None if rate.empty else int(rate.iloc[0]["rate_cp"]), "missing")
        wanted = oracle.rating(kind, parts, eligible=code != "E-6", vetoes=[])
        got = table.loc[code]
        assert got["status"] == wanted["status"], code
        assert whole(got["total_cp"]) == wanted["total"], code
        assert whole(got["stars"]) == wanted["stars"], code
    assert json.loads(table.loc["E-5", "reasons"])[0] == "survey:missing"
    assert json.loads(table.loc["E-6", "reasons"]) == ["nobody_serving"]
    assert whole(table.loc["E-6", "total_cp"]) is not None  # given whenever it can be computed
    assert [change.estate_code for change in heard] == sorted(KINDS)
    assert {change.previous_stars for change in heard} == {None}


@pytest.mark.both_databases
def test_repeating_a_verb_writes_nothing(district):
    with transaction() as db:
        assert ratings.prepare_year(db, d.CLI, YEAR, on=ON).changed == 6
    publish()
    before = sizes()
    with transaction() as db:
        assert ratings.prepare_year(db, d.CLI, YEAR, on=ON).changed == 0
    assert publish().release_id is None
    assert sizes() == before


def test_preparation_names_every_missing_part(district):
    with transaction() as db:
        ratings.prepare_year(db, d.CLI, YEAR, on=ON)
    with reading() as db:
        prepared = {row["estate_code"]: row for row in ratings.prepared_rows(db, YEAR)}
        assert ratings.years(db) == []
    row = prepared["E-5"]
    assert (row["status"], row["reasons"][0]) == ("pending", "survey:missing")
    assert row["reasons"][1].startswith("comprehensive:indicators:")
    assert {part["component"]: part["status"] for part in row["components"]} == {
        "survey": "pending",
        "management": "ok",
        "comprehensive": "pending",
    }


def correct_and_fail(on: date) -> None:
    with transaction() as db:
        assert ratings.publish_quarter(db, d.CLI, Quarter.parse("2025Q1"), on=on).ratings == 1
        raise RuntimeError


@pytest.mark.both_databases
def test_a_corrected_quarter_revises_its_ratings_in_the_same_transaction(district, heard):
    publish()
    first = rows()
    heard.clear()
    on = date(2026, 2, 10)
    with clock.on(on):
        with transaction() as db:
            d.add_check(db, "E-1", "2025-03", {"XF01": "3", "XF02": "2", "ZH01": "zero"}, "confirmed")
        with pytest.raises(RuntimeError):
            correct_and_fail(on)
        assert rows().equals(first)
        heard.clear()
        with transaction() as db:
            done = ratings.publish_quarter(db, d.CLI, Quarter.parse("2025Q1"), on=on, reason="3月检查补充确认")
        second = rows()
        assert done.ratings == 1
        assert [(change.estate_code, change.revision, change.public_from) for change in heard] == [("E-1", 2, on)]
        assert second.loc["E-1", "total_cp"] < first.loc["E-1", "total_cp"]
        assert second.drop("E-1").equals(first.drop("E-1"))
        assert rows(as_of=date(2026, 2, 9)).equals(first)
        with reading() as db:
            assert {erratum.reason for erratum in ratings.errata(db, as_of=on)} == {"3月检查补充确认"}
            assert {erratum.release.period for erratum in ratings.errata(db)} == {"2025", "2025Q1"}
        assert publish(on).release_id is None  # the rating is what a new publication would say


def test_a_correction_dated_back_is_not_public_before_what_it_corrects(district):
    publish()
    with transaction() as db:
        d.add_check(db, "E-1", "2025-03", {"XF01": "3"}, "confirmed")
        ratings.publish_quarter(db, d.CLI, Quarter.parse("2025Q1"), on=date(2025, 9, 1))
    assert rows().loc["E-1", "revision"] == 2
    assert rows().loc["E-1", "public_from"] == OPEN
    assert rows().loc["E-2", "revision"] == 1


@pytest.mark.both_databases
def test_a_veto_counts_at_once(district, heard):
    publish()
    heard.clear()
    lead = person_actor("lead", Role.LEAD, d.DISTRICT)
    on = date(2026, 3, 1)
    veto = {
        "veto_code": "V03",
        "decision": "深宝住建决〔2026〕3号",
        "decided_on": date(2026, 2, 20),
        "evidence": "送达回证",
    }
    with clock.on(on):
        with transaction() as db:
            assert surveys.decide_veto(db, lead, 2025, "E-2", on=on, **veto)
        row = rows().loc["E-2"]
        assert (row["status"], whole(row["stars"]), row["revision"]) == ("vetoed", None, 2)
        assert whole(row["total_cp"]) is not None
        (change,) = heard
        assert (change.status, change.stars, change.previous_stars is not None) == ("vetoed", None, True)
        with reading() as db:
            assert ratings.errata(db)[0].reason == "1个小区的一票否决情况有变化。"
            opened = ratings.rating_explained(db, YEAR, "E-2")
            assert "深宝住建决〔2026〕3号" in opened.sentences[0]
            with using("en"):
                assert (
                    ratings.rating_explained(db, YEAR, "E-2").sentences[0].startswith("No star rating: automatic fail")
                )
        before = sizes()
        with transaction() as db:
            assert not surveys.decide_veto(db, lead, 2025, "E-2", on=on, **veto)
        assert sizes() == before
        with reading() as db:
            standing = surveys.facts(db, 2025).vetoes
            assert standing["estate_code"].tolist() == ["E-2"]


def test_a_correction_of_a_fact_needs_a_reason_and_revises(district):
    publish()
    officer = person_actor("off", Role.OFFICER, d.DISTRICT)
    change = {"households": 600, "valid_responses": 40, "score_cp": 9000, "on": ON}
    with pytest.raises(DomainError), transaction() as db:
        surveys.record_survey(db, officer, 2025, "E-1", **change)
    with transaction() as db:
        assert surveys.record_survey(db, officer, 2025, "E-1", reason="重复问卷已剔除", **change)
    row = rows().loc["E-1"]
    assert (row["status"], json.loads(row["reasons"])) == ("pending", ["survey:sample"])
    with reading() as db:
        assert ratings.errata(db)[0].reason == "重复问卷已剔除"
        opened = ratings.rating_explained(db, YEAR, "E-1")
    assert opened.sentences[0] == "暂不评定：有效问卷40份，至少需要60份。"


def test_a_later_fact_waits_for_the_next_publication(district):
    publish()
    with transaction() as db:
        d.add_year_facts(db, "E-5", 9500)
    assert rows().loc["E-5", "status"] == "pending"
    assert publish().revisions == 1
    assert rows().loc["E-5", "status"] == "rated"


def test_who_may_and_when(district):
    officer = person_actor("off", Role.OFFICER, d.DISTRICT)
    with pytest.raises(NotAllowed), transaction() as db:
        ratings.publish_year(db, officer, YEAR, on=ON)
    with pytest.raises(DomainError), transaction() as db:
        ratings.publish_year(db, d.CLI, YEAR, on=date(2025, 12, 31))
    with pytest.raises(DomainError), transaction() as db:
        ratings.publish_year(db, d.CLI, Year(2026), on=ON)


def test_every_point_can_be_opened(district):
    publish()
    with reading() as db:
        opened = ratings.rating_explained(db, YEAR, "E-3")
        months = ratings.quarter_explained(db, "2025Q2", "E-3")
    total = opened.row["total_cp"]
    weighted = sum(part.weight * part.score_cp for part in opened.components)
    lost = sum(line.centipoints for line in opened.waterfall)
    assert weighted + lost == 100 * 10000
    assert (2 * weighted + 100) // 200 == total
    assert print_cp(total) in opened.sentences[-1]
    assert [row["quarter"] for row in opened.quarters] == ["2025Q1", "2025Q2"]
    assert not {"evidence"} & {key for veto in (*opened.vetoes, *opened.indicators) for key in veto}
    for month in months.months:
        assert sum(category.earned_cp for category in month.categories) == month.earned_cp
        assert sum(category.applicable_cp for category in month.categories) == month.applicable_cp
        assert all(sum(item.lost_cp for item in part.items) == part.lost_cp for part in month.categories)
    assert any(part.items for month in months.months for part in month.categories)


def test_an_explanation_stays_with_its_publication(district):
    """A correction of an item after publication does not move what explains the published row."""
    with reading() as db:
        before = ratings.quarter_explained(db, "2025Q1", "E-1")
    check = before.months[0].check_id
    with clock.on(date(2026, 2, 1)), transaction() as db:
        taken = {item.item.item_code for part in before.months[0].categories for item in part.items}
        free = next(code for code in ("XF01", "XF02", "FW01", "FW04") if code not in taken)
        day = date(2026, 2, 1)
        db.add(
            ItemResult(
                year=2025,
                id=new_row_number(),
                check_id=check,
                item_code=free,
                result="2",
                origin="correction",
                reason="复核",
                actor="x",
                valid_from=day,
                recorded_at=clock.now(),
            )
        )
    with reading() as db:
        after = ratings.quarter_explained(db, "2025Q1", "E-1")
        assert after.months[0].categories == before.months[0].categories
    with clock.on(date(2026, 2, 2)):
        with transaction() as db:
            ratings.publish_quarter(db, d.CLI, Quarter.parse("2025Q1"), on=date(2026, 2, 2))
        with reading() as db:
            assert ratings.quarter_explained(db, "2025Q1", "E-1").months[0].categories != before.months[0].categories
            assert ratings.errata(db, "2025Q1")[0].reason.startswith("更正了1份检查的结果")


def test_hooks_answer_what_is_pinned_and_published(district):
    publish()
    with reading() as db:
        assert hooks.announce("year.published", db, year=2025) == [set(KINDS)]
        assert hooks.announce("year.published", db, year=2024) == [set()]
        assert ratings.pinned_days(db)["E-1"] == [date(2025, 3, 31), date(2025, 6, 30), date(2025, 12, 31)]

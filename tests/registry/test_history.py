"""What was true when, and what the portal knew when: nothing is ever overwritten."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.kernel import clock
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError
from portal.registry import api, queries
from portal.registry.models import Contract, EstateFacts
from portal.registry.service import contracts, estates
from portal.registry.service.contracts import ContractInput
from portal.registry.service.refusals import FieldRefused
from tests.registry.sheets import CLI, ON, USCC, bring, bring_all

START = datetime(2026, 11, 22, 1, tzinfo=UTC)
DAYS = [date(2024, 1, 1) + timedelta(days=45 * n) for n in range(24)]
HEAVY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def named(name: str) -> estates.EstateInput:
    return estates.EstateInput(name, "commodity", "440306017010", None, 100)


def change(db, name: str, day: date | None) -> None:
    version = queries.current_estate(db, "E-1").id
    estates.edit_estate(db, CLI, "E-1", named(name), version=version, from_day=day, on=ON)


def test_a_change_from_a_day_leaves_what_was_before(district):
    with transaction() as db:
        change(db, "海乐新园", date(2025, 5, 1))
    with reading() as db:
        assert api.estate(db, "E-1", as_of=date(2025, 4, 30)).name == "海乐花园"
        assert api.estate(db, "E-1", as_of=date(2025, 5, 1)).name == "海乐新园"


def test_a_correction_reaches_back_but_not_into_what_was_known(instance):
    with clock.at(START):
        bring_all()
    with clock.at(START + timedelta(hours=1)), transaction() as db:
        change(db, "海乐新园", None)
    with reading() as db:
        assert api.estate(db, "E-1", as_of=date(2020, 1, 1)).name == "海乐新园"
        assert api.estate(db, "E-1", as_of=date(2020, 1, 1), known_at=START).name == "海乐花园"


def test_an_unchanged_edit_writes_nothing(district):
    with transaction() as db:
        row = queries.current_estate(db, "E-1")
        facts = estates.facts_of(row)
        assert not estates.edit_estate(db, CLI, "E-1", facts, version=row.id, from_day=None, on=ON)
        assert "audit_rows" not in db.info


def test_a_day_in_the_future_or_before_the_version_is_refused(district):
    for day in (ON + timedelta(days=1), date(1899, 12, 31)):
        with pytest.raises(FieldRefused) as caught, transaction() as db:
            change(db, "海乐新园", day)
        assert caught.value.field == "from_day"


def test_the_second_of_two_edits_of_one_version_is_a_conflict(district):
    with reading() as db:
        version = queries.current_estate(db, "E-1").id
    with transaction() as db:
        estates.edit_estate(db, CLI, "E-1", named("甲"), version=version, from_day=None, on=ON)
    with pytest.raises(Conflict, match="cli:test已在"), transaction() as db:
        estates.edit_estate(db, CLI, "E-1", named("乙"), version=version, from_day=None, on=ON)


def test_kind_and_community_of_published_days_stay(district, pinned):
    pinned["E-1"] = [date(2025, 3, 31)]
    other = estates.EstateInput("海乐花园", "village", "440306017010", None, 100)
    with reading() as db:
        version = queries.current_estate(db, "E-1").id
    for day in (None, date(2025, 3, 31)):
        with pytest.raises(FieldRefused, match="截至2025-03-31的评价结果已经公布"), transaction() as db:
            estates.edit_estate(db, CLI, "E-1", other, version=version, from_day=day, on=ON)
    with transaction() as db:
        assert estates.edit_estate(db, CLI, "E-1", other, version=version, from_day=date(2025, 4, 1), on=ON)


@pytest.mark.parametrize("table", ["estate_facts", "contract"])
@pytest.mark.both_databases
def test_the_database_itself_refuses_to_overwrite(district, table):
    for deed in (f"UPDATE {table} SET valid_from = '2000-01-01'", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError), transaction() as db:
            db.execute(text(deed))


@settings(max_examples=15, deadline=None, suppress_health_check=HEAVY)
@given(st.lists(st.tuples(st.sampled_from([None, *DAYS]), st.sampled_from("甲乙丙丁")), max_size=6))
def test_estates_answer_every_day_as_known_at_every_instant(district, steps):
    """A list of days, rewritten step by step, is what the register says at each step, now and later."""
    known: list[tuple[datetime, dict[date, str]]] = []
    probes = [date(1950, 1, 1), *DAYS, ON]
    instant = clock.now()
    with transaction() as db:
        change(db, "始", None)
        world = {day: _name(db, day) for day in probes}
        first = queries.current_estate(db, "E-1").valid_from
        for number, (day, name) in enumerate(steps, 1):
            instant += timedelta(seconds=number)
            with clock.at(instant):
                if day is not None and day < first:
                    continue
                change(db, name, day)
            if _name(db, ON) == name and world[ON] != name:
                begin = day or first
                world = {probe: name if probe >= begin else old for probe, old in world.items()}
                first = begin
            known.append((instant, dict(world)))
        for at, then in known:
            assert {day: _name(db, day, at) for day in probes} == then
        assert {day: _name(db, day) for day in probes} == world
        db.rollback()
        db.info.clear()


def _name(db, day: date, known_at: datetime | None = None) -> str:
    return api.estate(db, "E-1", as_of=day, known_at=known_at).name


PERIOD = st.tuples(st.integers(0, 40), st.one_of(st.none(), st.integers(0, 15))).map(
    lambda pair: (
        date(2024, 1, 1) + timedelta(days=20 * pair[0]),
        None if pair[1] is None else date(2024, 1, 1) + timedelta(days=20 * (pair[0] + pair[1])),
    )
)


@settings(max_examples=15, deadline=None, suppress_health_check=HEAVY)
@given(st.lists(st.tuples(PERIOD, st.sampled_from(USCC[:2]), st.sampled_from(["M-1", "M-2"])), max_size=10))
def test_two_contracts_of_an_estate_never_overlap(district, wishes):
    """Whatever is asked for, one company serves a day, and each accepted contract serves all its days."""
    with transaction() as db:
        for row in queries.live_contracts(db, ["E-2"]):
            contracts.withdraw_contract(db, CLI, row.id, reason="测试")
        accepted: list[ContractInput] = []
        for (first, last), uscc, manager in wishes:
            terms = ContractInput("E-2", uscc, manager, first, last)
            clash = any(_meet(terms, other) for other in accepted)
            try:
                contracts.add_contract(db, CLI, terms)
            except DomainError:
                assert clash
            else:
                assert not clash
                accepted.append(terms)
        live = [contracts.terms_of(row) for row in queries.live_contracts(db, ["E-2"])]
        assert live == sorted(accepted, key=lambda terms: terms.starts_on)
        for day in (date(2024, 1, 1) + timedelta(days=20 * n) for n in range(57)):
            serving = api.serving(db, day)
            mine = serving[serving["estate_code"] == "E-2"][["uscc", "manager_code"]].values.tolist()
            assert mine == [[t.uscc, t.manager_code] for t in accepted if t.covers(day)]
        db.rollback()
        db.info.clear()


def _meet(one: ContractInput, other: ContractInput) -> bool:
    return other.covers(one.starts_on) or one.covers(other.starts_on)


def test_contracts_answer_as_known_at_an_instant(instance):
    with clock.at(START):
        bring_all()
    later = START + timedelta(days=1)
    with clock.at(later), transaction() as db:
        row = queries.live_contracts(db, ["E-2"])[0]
        contracts.end_contract(db, CLI, row.id, ends_on=date(2025, 12, 31))
        contracts.add_contract(db, CLI, ContractInput("E-2", USCC[1], "M-2", date(2026, 1, 1)))
    with reading() as db:
        day = date(2026, 3, 31)
        assert api.serving(db, day, known_at=START)["uscc"].tolist()[1] == USCC[0]
        assert api.serving(db, day, known_at=later)["uscc"].tolist()[1] == USCC[1]
        assert api.serving(db, day)["uscc"].tolist()[1] == USCC[1]
        assert len(api.contracts_frame(db, START)) == 3
        assert len(api.contracts_frame(db)) == 4
        assert api.serving(db, day, known_at=START - timedelta(seconds=1)).empty


def test_a_published_contract_is_neither_withdrawn_nor_given_to_another(district, pinned):
    pinned["E-2"] = [date(2025, 3, 31)]
    with reading() as db:
        held = queries.live_contracts(db, ["E-2"])[0].id
    with pytest.raises(DomainError, match="截至2025-03-31由谁服务"), transaction() as db:
        contracts.withdraw_contract(db, CLI, held, reason="登记错误")
    with pytest.raises(FieldRefused, match="截至2025-03-31由谁服务"), transaction() as db:
        contracts.edit_contract(db, CLI, held, manager_code="M-2", ends_on=None)


def test_a_withdrawn_contract_stays_readable(district):
    with transaction() as db:
        row = queries.live_contracts(db, ["E-2"])[0]
        contracts.withdraw_contract(db, CLI, row.id, reason="登记错误")
    with reading() as db:
        assert queries.live_contracts(db, ["E-2"]) == []
        assert len(queries.contracts_history(db, "E-2")) == 1
    with pytest.raises(Conflict), transaction() as db:
        contracts.withdraw_contract(db, CLI, row.id, reason="再次")


@pytest.mark.both_databases
def test_versions_never_overlap_in_the_register(district):
    for name in ("甲", "乙"):
        bring("estates", f"estate_code,name,kind,division_code,households\nE-1,{name},commodity,440306017010,5\n")
    with reading() as db:
        live = db.scalars(select(EstateFacts).where(EstateFacts.superseded_at.is_(None))).all()
        assert sorted(row.estate_code for row in live) == ["E-1", "E-2"]
        assert len(db.scalars(select(Contract)).all()) == 3

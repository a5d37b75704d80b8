"""The chains as data, and the database that holds everybody to them."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from portal.deadlines import api as deadlines
from portal.kernel.db import reading, transaction
from scoring.adverse.chains import CHAINS, transitions
from scoring.adverse.models import Answer, ChainTransition, HearingStep, Point
from scoring.lists.models import ListCase, ListStep
from scoring.repair.models import RepairCase, RepairStep
from scoring.rules.rulesets import all_rule_sets
from scoring.vetoes.models import VetoCase, VetoStep
from tests.lists.year import found
from tests.ratings.district import USCC

AT, ON = datetime(2026, 2, 10, 2, tzinfo=UTC), date(2026, 2, 10)


@pytest.fixture
def cases(instance):
    """One case of each chain, without steps: chain -> (table of steps, id of the case)."""
    found({"E1": USCC[0]})
    listed = {"year": 2025, "subject_type": "estate", "subject": "E1", "reason": "veto", "attempt": 1, "uscc": USCC[0],
              "facts": "{}", "conditions": "[]", "rule_set": "commodity-2018", "recorded_at": AT}  # fmt: skip
    vetoed = {"id": "V", "year": 2025, "estate_code": "E1", "veto_code": "V03", "attempt": 1, "uscc": USCC[0], "facts": "x",
              "evidence": "[]", "responsibility": "", "hint": "", "recorded_at": AT}  # fmt: skip
    with transaction() as db:
        for kind in ("black", "red"):
            db.execute(insert(ListCase).values(id=kind, kind=kind, **listed))
        db.execute(insert(VetoCase).values(**vetoed))
        db.execute(insert(RepairCase).values(id="R", target="list:x", attempt=1, uscc=USCC[0], recorded_at=AT))
    return {"list-black": (ListStep, "black"), "list-red": (ListStep, "red"), "veto": (VetoStep, "V"),
            "repair": (RepairStep, "R"), "hearing": (HearingStep, "veto:V")}  # fmt: skip


def put(model, case: str, seq: int, step: str) -> None:
    """A row straight into the journal, past all code."""
    row = {"case_id": case, "seq": seq, "step": step, "actor": "x", "on": ON, "at": AT, "document": "", "reason": ""}
    with transaction() as db:
        db.execute(insert(model).values(**row))


def way_to(chain: str, goal: str) -> list[str]:
    """The shortest way to a step."""
    ways = [[""]]
    for way in ways:
        if way[-1] == goal:
            return way[1:]
        ways += [[*way, step] for step in CHAINS[chain].get(way[-1], ()) if step not in way]
    raise AssertionError(goal)


@pytest.mark.both_databases
def test_no_step_is_skipped_past_the_code(cases):
    """In each state of each chain every step that may not follow is refused by the database itself."""
    for chain, (model, case) in cases.items():
        every = {step for following in CHAINS[chain].values() for step in following}
        longest = max((way_to(chain, step) for step in every), key=len)
        before = ""
        for seq, step in enumerate(longest, 1):
            for other in sorted(every - set(CHAINS[chain].get(before, ()))):
                with pytest.raises(IntegrityError):
                    put(model, case, seq, other)
            with pytest.raises(IntegrityError):
                put(model, case, seq + 1, step)
            put(model, case, seq, step)
            before = step


@pytest.mark.both_databases
def test_no_decision_over_an_unanswered_point(cases):
    for chain, decision in (
        ("list-black", "decided_list"),
        ("list-black", "dropped"),
        ("veto", "decided"),
        ("veto", "dropped"),
    ):
        model, case = cases[chain]
        with reading() as db:
            if db.scalar(select(model.seq).where(model.case_id == case).limit(1)) is None:
                for seq, step in enumerate(way_to(chain, "review"), 1):
                    put(model, case, seq, step)
                _raise_point(f"{chain.partition('-')[0]}:{case}", f"P{case}")
        with pytest.raises(IntegrityError):
            put(model, case, len(way_to(chain, "review")) + 1, decision)
    with transaction() as db:
        db.add(Answer(point_id="PV", verdict="taken", text="x", actor="x", on=ON, at=AT))
    put(VetoStep, "V", len(way_to("veto", "review")) + 1, "decided")


def _raise_point(ref: str, point_id: str) -> None:
    with transaction() as db:
        db.add(
            Point(
                id=point_id,
                ref=ref,
                party="company",
                channel="portal",
                text="x",
                raised_by="x",
                on=ON,
                at=AT,
                files="[]",
            )
        )


@pytest.mark.both_databases
def test_the_table_of_the_database_is_that_of_the_code_and_nobody_adds_to_it(instance):
    with reading() as db:
        held = {(row.chain, row.from_step, row.to_step) for row in db.scalars(select(ChainTransition))}
    assert held == set(transitions())
    with pytest.raises(Exception, match="append only"), transaction() as db:
        db.add(ChainTransition(chain="veto", from_step="", to_step="decided"))


def test_the_clock_of_a_notice_is_that_of_the_rule_sets():
    for rules in all_rule_sets():
        assert rules.list_rules("black")["response_workdays"] == deadlines.rule("notice.response").length
        assert rules.list_rules("red")["public_notice_workdays"] == deadlines.rule("list.public-notice").length

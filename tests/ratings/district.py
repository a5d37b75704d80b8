"""A small district written straight into the tables: two streets, three communities, estates of every kind.

The verbs under test read it through the other slices' api, so that a test starts from rows and not from pages.
"""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime

from sqlalchemy import func, insert, select

from portal.kernel import clock, hooks, keys
from portal.kernel.access import system_actor
from portal.kernel.audit import AuditEntry
from portal.kernel.db import transaction
from portal.kernel.ids import new_id, new_row_number
from portal.registry.models import Contract, Division, Enterprise, Estate, EstateFacts, Manager
from scoring.checks.models import CheckStep, ItemResult, MonthlyCheck
from scoring.ratings import api as ratings
from scoring.standards import api as standards
from scoring.standards.models import StandardItem
from scoring.surveys import api as surveys

CLI = system_actor("cli:test")
DISTRICT = "440306000000"
COMMUNITIES = ("440306001001", "440306001002", "440306002001")
STREETS = ("440306001000", "440306002000")
USCC = ("91440300000000001A", "91440300000000002B")
MANAGERS = ("PM-1", "PM-2")
START = datetime(2024, 6, 1, 2, 0, tzinfo=UTC)
INDICATORS = ("rectification", "disclosure", "complaints", "safety", "cooperation", "spot_check")


def wire(monkeypatch, heard: list | None = None) -> None:
    """Only the subscriptions of the ratings; ``heard`` collects what credit would hear."""
    fresh = {
        "veto.decided": [ratings.on_veto_decided],
        "year-fact.corrected": [ratings.on_fact_corrected],
        "year.published": [ratings.published_estates],
        "registry.pinned": [ratings.pinned_days],
        "ratings.published": [lambda db, **facts: heard.extend(facts["changes"])] if heard is not None else [],
    }
    for event in (*hooks._subscribers, *fresh):
        monkeypatch.setitem(hooks._subscribers, event, fresh.get(event, []))


def found_district(kinds: Mapping[str, tuple[str, str]], uscc: Mapping[str, str] | None = None) -> None:
    """Estates: code -> (kind, community); all served by the first enterprise since 2024 save as ``uscc`` says
    (empty: nobody)."""
    with clock.at(START), transaction() as db:
        standards.seed(db, CLI)
        areas = [(DISTRICT, "宝安区", "district", "440300000000")]
        areas += [(code, f"街道{code[6:9]}", "street", DISTRICT) for code in STREETS]
        areas += [(code, f"社区{code[6:]}", "community", code[:9] + "000") for code in COMMUNITIES]
        db.execute(
            insert(Division), [dict(zip(("code", "name", "level", "parent_code"), area, strict=True)) for area in areas]
        )
        for code in USCC:
            db.add(Enterprise(uscc=code, name=f"物业{code[-1]}", search_key="", recorded_at=START))
        for number, code in enumerate(MANAGERS):
            db.add(
                Manager(
                    code=code,
                    name_sealed=keys.seal(db, f"manager:{code}", "张三"),
                    id_hash=str(number),
                    id_hash_key="k",
                    id_last4="0000",
                    search_key="",
                    recorded_at=START,
                )
            )
        db.flush()
        for code, (kind, community) in kinds.items():
            add_estate(db, code, kind, community, (uscc or {}).get(code, USCC[0]))


def add_estate(db, code: str, kind: str, community: str, uscc: str) -> None:
    """An estate of the register and its contract since 2024."""
    at = clock.now()
    db.add(Estate(code=code, recorded_at=at))
    db.flush()
    db.add(
        EstateFacts(
            id=new_id(),
            estate_code=code,
            name=f"{code}花园",
            kind=kind,
            division_code=community,
            households=600,
            search_key="",
            valid_from=date(1900, 1, 1),
            recorded_at=at,
        )
    )
    if uscc:
        manager = MANAGERS[USCC.index(uscc)]
        add_contract(db, code, uscc, manager, date(2024, 1, 1))


def add_contract(db, code: str, uscc: str, manager: str, starts: date, ends: date | None = None) -> None:
    """A contract row."""
    db.add(
        Contract(
            id=new_id(),
            estate_code=code,
            uscc=uscc,
            manager_code=manager,
            valid_from=starts,
            valid_to=ends,
            recorded_at=clock.now(),
        )
    )


def add_check(db, estate: str, month: str, results: Mapping[str, str], state: str = "submitted") -> str:
    """A routine check with its exceptions, submitted or confirmed."""
    at, check = clock.now(), new_id()
    day = date.fromisoformat(f"{month}-15")
    db.add(
        MonthlyCheck(
            id=check,
            estate_code=estate,
            month=month,
            standard_version="2025.1",
            inspector="ins",
            inspected_on=day,
            origin="sheet",
            recorded_at=at,
        )
    )
    db.flush()
    for number, step in enumerate(["submitted", "confirmed"] if state == "confirmed" else [state], 1):
        db.add(CheckStep(check_id=check, seq=number, step=step, actor="ins", on=day, at=at))
    for code, result in results.items():
        db.add(
            ItemResult(
                year=day.year,
                id=new_row_number(),
                check_id=check,
                item_code=code,
                result=result,
                note="无此设施" if result == "na" else "",
                actor="ins",
                valid_from=day,
                recorded_at=at,
            )
        )
    return check


def add_year_facts(db, estate: str, score: int, year: int = 2025, collection: bool = False) -> None:
    """Survey and indicators at one score, so that a rating is complete."""
    on = date(year + 1, 1, 5)
    surveys.record_survey(db, CLI, year, estate, households=600, valid_responses=60, score_cp=score, on=on)
    for code in INDICATORS:
        surveys.record_indicator(db, CLI, year, estate, indicator_code=code, score_cp=score, evidence="台账", on=on)
    if collection:
        surveys.record_collection_rate(db, CLI, year, estate, rate_cp=score, on=on)


def checklist(db) -> dict[str, tuple[int, str]]:
    """Item code -> (maximum in centipoints, deduction code) of the first standard, for the oracle."""
    rows = select(StandardItem.item_code, StandardItem.max_points, StandardItem.deduction)
    return {code: (points * 100, rule) for code, points, rule in db.execute(rows)}


def random_results(chance: random.Random, items: Mapping[str, tuple[int, str]]) -> dict[str, str]:
    """Exceptions of one visit."""
    made = {}
    for code in chance.sample(sorted(items), chance.randrange(0, 12)):
        rule = items[code][1]
        choices = {"BIN": ["fail"], "T": ["half", "zero"]}.get(rule, ["1", "2", "5"])
        made[code] = chance.choice([*choices, "na"])
    return made


def audit_count(db) -> int:
    """Rows of the audit log."""
    return db.scalar(select(func.count()).select_from(AuditEntry)) or 0

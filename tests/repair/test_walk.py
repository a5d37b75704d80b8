"""Every legal path of a repair over HTTP, all that is illegal on the way, and what an approval ends."""

from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import select

from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.db import reading
from scoring.adverse.chains import CHAINS
from scoring.lists import api as lists
from scoring.repair.models import RepairCase, RepairPaper, RepairStep
from tests.adverse.walking import Deed, Walk, document, steps

EARLY, OPEN, NEXT = date(2026, 9, 4), date(2026, 9, 7), date(2026, 9, 8)  # the first six months end on 4 September
LATE = date(2026, 9, 15)
PROOF = b"%PDF-1.4 proof"


def _application(walk: Walk) -> dict[str, object]:
    whole = {"statement": "已移交资料。", "is_committed": "y", "signer": "李四", "files": (BytesIO(PROOF), "proof.pdf")}
    return {name: whole[name] for name in walk.ids.get("parts", "statement is_committed signer files").split()}


def _own(path: str):
    return lambda walk: path.format(id=newest())


DEEDS = {
    "apply": Deed("company", lambda walk: f"/company/repairs/list/{walk.ids['case']}/new", _application),
    "supplement": Deed("company", _own("/company/repairs/{id}/supplement"), _application),
    "withdraw": Deed("company", _own("/company/repairs/{id}/withdraw")),
    "extend": Deed("lead", _own("/repairs/{id}/extend"), lambda _w: {"more": "需要实地核实"}),
    "decide": Deed(
        "lead",
        _own("/repairs/{id}/decide"),
        lambda walk: {
            "outcome": walk.ids.get("outcome", "approve"),
            "code": walk.ids.get("code", ""),
            "why": "核实属实。",
        },
    ),
    "serve decision": Deed(
        "officer",
        lambda _walk: f"/documents/{document(f'repair:{newest()}', 'repair.decision')}/serve",
        lambda walk: {"method": "in_person", "on": walk.ids["day"], "note": "送达回证2号"},
    ),
}


def newest() -> str:
    with reading() as db:
        return (
            db.scalar(select(RepairCase.id).order_by(RepairCase.recorded_at.desc(), RepairCase.attempt.desc()))
            or "none"
        )


@pytest.fixture
def walk(entry, signed_in):
    return Walk(signed_in, DEEDS, {"case": entry, "day": NEXT.isoformat()}, kind="repair")


def in_force(day: date) -> list[str]:
    with reading() as db:
        return [one.subject for one in lists.in_force(db, day, kind="black")]


def test_an_approval_ends_display_and_effect_together(walk):
    walk.do("apply", OPEN, early=EARLY)
    with reading() as db:
        clocks = deadlines.of_subjects(db, [f"repair:{newest()}"])[f"repair:{newest()}"]
        assert [(one.rule, one.last_day) for one in clocks] == [("repair.decide", date(2026, 9, 10))]
    walk.do("extend", NEXT, beside=("decide", "withdraw"))
    assert in_force(NEXT) == ["E2"]
    walk.do("decide", NEXT, beside=("withdraw",))
    assert in_force(NEXT) == []
    assert in_force(OPEN) == ["E2"], "earlier days keep it"
    walk.do("serve decision", NEXT)
    assert steps(RepairStep, newest()) == ["submitted", "accepted", "extended", "approved", "decision_served"]


def test_what_is_missing_is_told_once_and_supplemented_once(walk):
    walk.ids["parts"] = "statement"
    walk.do("apply", OPEN)
    with clock.on(OPEN):
        text = walk.client("company", OPEN).page(f"/company/repairs/{newest()}").get_text()
    assert "没有改正的证明材料" in text
    assert "没有签署信用承诺" in text
    walk.ids["parts"] = "files is_committed signer"
    walk.do("supplement", NEXT, beside=("withdraw",))
    assert steps(RepairStep, newest()) == ["submitted", "gaps_told", "supplemented", "accepted"]


def test_still_incomplete_is_refused(walk):
    walk.ids["parts"] = "statement"
    walk.post("apply", OPEN)
    walk.post("supplement", NEXT)
    assert steps(RepairStep, newest())[-1] == "refused"
    assert in_force(NEXT) == ["E2"]


def test_after_false_materials_nothing_can_be_applied_for(walk):
    walk.post("apply", OPEN)
    walk.ids |= {"outcome": "refuse", "code": "false_materials"}
    walk.do("decide", NEXT, beside=("extend", "withdraw"))
    walk.nothing_but(("serve decision",), LATE)


def test_a_refusal_needs_its_code_and_a_withdrawn_application_may_come_again(walk):
    walk.post("apply", OPEN)
    walk.ids["outcome"] = "refuse"
    assert walk.post("decide", OPEN) == 422
    walk.do("withdraw", OPEN, beside=("extend",))
    walk.do("apply", NEXT)


def test_who_listed_does_not_decide_the_repair(walk):
    walk.post("apply", OPEN)
    with clock.on(OPEN):
        client = walk.signed_in("lead", login="lead2")
        answer = client.submit(f"/repairs/{newest()}/decide", {"outcome": "approve", "why": "可以"}, page="/account")
    assert answer.status_code == 403
    assert in_force(OPEN) == ["E2"]


def test_who_signed_is_sealed(walk):
    walk.post("apply", OPEN)
    with reading() as db:
        signed, text = db.execute(select(RepairPaper.signed_by, RepairPaper.commitment)).one()
    assert signed
    assert "李四" not in signed
    assert text.startswith("本单位承诺")


def test_every_way_of_the_chain_is_walked():
    walked = {("", "submitted"), ("submitted", "gaps_told"), ("submitted", "accepted"), ("gaps_told", "supplemented"),
              ("supplemented", "accepted"), ("supplemented", "refused"), ("accepted", "extended"), ("accepted", "refused"),
              ("accepted", "withdrawn"), ("extended", "approved"), ("approved", "decision_served")}  # fmt: skip
    same_deed = {("submitted", "withdrawn"), ("gaps_told", "withdrawn"), ("supplemented", "withdrawn"), ("extended", "withdrawn"),
                 ("accepted", "approved"), ("extended", "refused"), ("refused", "decision_served")}  # fmt: skip
    assert walked | same_deed == {
        (before, step) for before, following in CHAINS["repair"].items() for step in following
    }

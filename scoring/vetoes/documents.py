"""The notice and the decision of a veto: Chinese, numbered, final once issued."""

import json
from datetime import date

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel.access import Actor
from portal.kernel.errors import NotFound
from portal.kernel.i18n import using
from portal.notices import api as notices
from portal.registry import api as registry
from scoring.adverse import api as adverse
from scoring.vetoes.described import ground_of
from scoring.vetoes.models import VetoCase

NOTICE, DECISION = "veto.notice", "veto.decision"


def _addressee(db: Session, case: VetoCase) -> notices.Addressee:
    try:
        name = registry.enterprise(db, case.uscc).name
    except NotFound:
        name = case.uscc
    return notices.Addressee(uscc=case.uscc, name=name)


def _facts(db: Session, case: VetoCase) -> list[str]:
    estate = registry.estate(db, case.estate_code)
    with using("zh"):
        ground = ground_of(case)
    facts = [f"涉及小区：{estate.name}（{case.estate_code}）。", f"否决情形：{ground}。", case.facts]
    return [*facts, f"认定责任的文书：{case.responsibility}。"] if case.responsibility else facts


def issue_notice(db: Session, actor: Actor, case: VetoCase, on: date) -> notices.DocumentView:
    """拟不予评星告知书 with its evidence in the annex."""
    annex = json.loads(case.evidence)
    evidence = [(f"证据{number}", sha) for number, sha in enumerate(annex, 1)]
    evidence += [(f"认定责任的文书：{case.responsibility}", "")] if case.responsibility else []
    measure = f"我局拟对该小区{case.year}年度星级评价适用一票否决，不予评星。"
    body = adverse.notice_sections(
        facts=_facts(db, case),
        evidence=evidence or [("见上述事实", "")],
        basis="veto",
        measure=measure,
        days=deadlines.rule("notice.response").length,
        hearing=deadlines.rule("hearing.ask").length,
        exit_text=adverse.standing_texts()["repair_veto"],
    )
    title, who = f"{case.year}年度拟不予评星告知书", _addressee(db, case)
    return notices.issue(
        db, actor, NOTICE, f"veto:{case.id}", addressee=who, title=title, body=body, on=on, annex=annex
    )


def issue_decision(
    db: Session, actor: Actor, case: VetoCase, *, vetoed: bool, why: str, on: date
) -> notices.DocumentView:
    """The decision, with every point raised and its answer."""
    held = f"决定对该小区{case.year}年度星级评价适用一票否决，不予评星。本决定送达之日起生效。"
    body = adverse.decision_sections(
        facts=_facts(db, case),
        points=adverse.points(db, f"veto:{case.id}"),
        basis="veto",
        outcome=held if vetoed else "决定不适用一票否决。",
        more=why,
        exit_text=adverse.standing_texts()["repair_veto"] if vetoed else "本决定送达后，本次告知终止。",
    )
    title = f"{case.year}年度{'不予评星' if vetoed else '不适用一票否决'}决定书"
    who = _addressee(db, case)
    return notices.issue(db, actor, DECISION, f"veto:{case.id}", addressee=who, title=title, body=body, on=on)

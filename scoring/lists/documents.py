"""The documents of a case: notice, public notice, decision. Chinese, numbered, final once issued."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel.access import Actor
from portal.kernel.errors import NotFound
from portal.kernel.formats import date_text
from portal.kernel.i18n import using
from portal.notices import api as notices
from portal.registry import api as registry
from scoring.adverse import api as adverse
from scoring.lists import words
from scoring.lists.models import ListCase
from scoring.rules.rulesets import rule_set

NOTICE, PUBLIC_NOTICE, DECISION = "list.notice", "list.public-notice", "list.decision"
# Why a case is dropped in a decision of the whole year, as the document says it.
WHY = {"not_met": "经复核，列入条件已不满足。", "legal_review": "经法制审核，不宜列入。"}


def ref_of(case: ListCase) -> str:
    """How other rooms name the case."""
    return f"list:{case.id}"


def company_name(db: Session, uscc: str | None) -> str:
    """The name of the company; its code where the register has none."""
    try:
        return registry.enterprise(db, uscc).name if uscc else ""
    except NotFound:
        return uscc or ""


def subject_name(db: Session, case: ListCase) -> str:
    """Whom the entry would name: an estate or a company; a manager by code."""
    if case.subject_type == "estate":
        return registry.estate_names(db, [case.subject]).get(case.subject, case.subject)
    return company_name(db, case.subject) if case.subject_type == "enterprise" else case.subject


def title_of(case: ListCase, what: str) -> str:
    """``拟列入2025年度物业服务黑榜（行业评价）`` with what kind of paper it is."""
    with using("zh"):
        return f"{case.year}年度物业服务{words.list_name(case.kind)}{what}"


def findings(case: ListCase) -> list[str]:
    """The conditions found met, each with its fact, in Chinese."""
    with using("zh"):
        met = [one for one in json.loads(case.conditions) if one["met"]]
        return [f"{words.condition_name(one)}（{words.fact(one, case.year)}）。" for one in met]


def _facts(db: Session, case: ListCase) -> list[str]:
    where = f"涉及小区：{subject_name(db, case)}（{case.subject}）。" if case.subject_type == "estate" else ""
    return [text for text in ("经核查，你单位有下列情形：", *findings(case), where) if text]


def _addressee(db: Session, case: ListCase) -> notices.Addressee:
    return notices.Addressee(uscc=case.uscc, name=company_name(db, case.uscc))


def _exit_text(case: ListCase) -> str:
    months = rule_set(case.rule_set).list_rules(case.kind).get("repair_after_months")
    told = adverse.standing_texts()["repair_list"]
    return str(told.format(months=months)) if months else "红榜条目到下一年度榜单公布为止。"


def issue_notice(db: Session, actor: Actor, case: ListCase, on: date) -> notices.DocumentView:
    """拟列入黑榜告知书: facts, evidence, basis, intended measure, period, rights, exit, remedies, contact."""
    rules = rule_set(case.rule_set).list_rules(case.kind)
    with using("zh"):
        measure = f"我局拟将你单位列入{words.list_name(case.kind)}，{words.lasting(case.kind, rules)}。"
    body = adverse.notice_sections(
        facts=_facts(db, case),
        evidence=[(text.rstrip("。"), "") for text in findings(case)],
        basis="list",
        measure=measure,
        days=rules["response_workdays"],
        hearing=deadlines.rule("hearing.ask").length,
        exit_text=_exit_text(case),
    )
    title = "拟列入" + title_of(case, "告知书")
    return _issue(db, actor, NOTICE, case, title, body, on)


def issue_public_notice(db: Session, actor: Actor, case: ListCase, on: date, due: date) -> notices.DocumentView:
    """红榜公示: who, why, and until when anybody may object."""
    name, company = subject_name(db, case), company_name(db, case.uscc)
    with using("zh"):
        about = f"{name}（{case.subject}），服务企业{company}（{case.uscc}），符合下列条件，我局拟将其列入{words.list_name(case.kind)}："
        until = f"公示期自{date_text(on)}起至{date_text(due)}止（含当日）。公示期内任何人都可以在平台的红黑榜页面提出意见，也可以联系我局。"
    body = adverse.numbered_sections(
        [
            ("facts", (about, *findings(case)), None),
            ("comments", (until,), None),
            ("contact", (adverse.contact(),), None),
        ]
    )
    return _issue(db, actor, PUBLIC_NOTICE, case, "拟列入" + title_of(case, "公示"), body, on)


def issue_decision(
    db: Session, actor: Actor, case: ListCase, *, listed: bool, why: str, on: date
) -> notices.DocumentView:
    """The decision, with every point raised and its answer, and how to be repaired (两书同达)."""
    name = subject_name(db, case)
    rules = rule_set(case.rule_set).list_rules(case.kind)
    with using("zh"):
        held, lasting = words.list_name(case.kind), words.lasting(case.kind, rules)
    outcome = f"决定将{name}列入{held}，自公布之日起生效，{lasting}。" if listed else f"决定不将{name}列入{held}。"
    body = adverse.decision_sections(
        facts=_facts(db, case),
        points=adverse.points(db, ref_of(case)),
        basis="list",
        outcome=outcome,
        more=why,
        exit_text=_exit_text(case) if listed else "本决定送达后，本次告知终止。",
    )
    title = ("列入" if listed else "不予列入") + title_of(case, "决定书")
    return _issue(db, actor, DECISION, case, title, body, on)


def _issue(
    db: Session, actor: Actor, kind: str, case: ListCase, title: str, body: Sequence[Any], on: date
) -> notices.DocumentView:
    who = _addressee(db, case)
    return notices.issue(db, actor, kind, ref_of(case), addressee=who, title=title, body=body, on=on)


def of_case(db: Session, case_id: str, kind: str) -> notices.DocumentView | None:
    """The last document of a kind that was issued for a case."""
    found = [one for one in notices.documents_of(db, f"list:{case_id}") if one.kind == kind]
    return found[0] if found else None

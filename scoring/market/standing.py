"""What stands on an enterprise and a project manager when a contract is registered: entries in force, grade, links.

The portal bars nobody (decision 0020): what stands is shown to the officer, who decides and gives the reason.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.formats import date_text
from portal.kernel.i18n import _
from portal.kernel.points import print_cp
from portal.registry import api as registry
from scoring.credit import api as credit
from scoring.lists import api as lists

LOW = ("C", "D")


@dataclass(frozen=True)
class Standing:
    """Black entries (``lists.EntryView``) on the enterprise, the manager and the enterprises linked with it; the grades."""

    uscc: str
    manager_code: str
    entries: tuple[lists.EntryView, ...]
    grade: str
    score_cp: int
    manager_grade: str
    relations: tuple[credit.LinkView, ...]

    @property
    def asks_decision(self) -> bool:
        """Whether the officer must decide: an entry in force, or one of the two lowest grades."""
        return bool(self.entries) or self.grade in LOW or self.manager_grade in LOW

    def kept(self) -> str:
        """What stood, as it is kept with the decision."""
        entries = [
            {"case": one.case_id, "subject_type": one.subject_type, "subject": one.subject} for one in self.entries
        ]
        links = [one.id for one in self.relations]
        kept: dict[str, Any] = {"entries": entries, "grade": self.grade, "score_cp": self.score_cp,
                                "manager_grade": self.manager_grade, "links": links}  # fmt: skip
        return json.dumps(kept, ensure_ascii=False, sort_keys=True)


def standing(db: Session, uscc: str, manager_code: str, on: date) -> Standing:
    """What stands on a day on an enterprise and a manager."""
    related = tuple(credit.links(db, uscc))
    black = lists.in_force(db, on, kind="black")
    mine = tuple(one for one in black if _concerns(one, uscc, manager_code, {link.other(uscc) for link in related}))
    company = credit.score(db, "enterprise", uscc, on)
    manager = credit.score(db, "manager", manager_code, on)
    return Standing(uscc, manager_code, mine, company.grade, company.score_cp, manager.grade, related)


def _concerns(entry: lists.EntryView, uscc: str, manager_code: str, linked: set[str]) -> bool:
    companies = {entry.uscc, entry.subject if entry.subject_type == "enterprise" else None}
    managers = {entry.manager_code, entry.subject if entry.subject_type == "manager" else None}
    return manager_code in managers or uscc in companies or bool(linked & companies)


def lines(db: Session, found: Standing) -> list[str]:
    """What stands, in sentences for the office."""
    told = [_entry_line(found, one) for one in found.entries]
    told.append(_("企业信用%(grade)s级，%(points)s分。", grade=found.grade, points=print_cp(found.score_cp)))
    told.append(_("项目负责人（编号%(code)s）信用%(grade)s级。", code=found.manager_code, grade=found.manager_grade))
    names = {link.other(found.uscc) for link in found.relations}
    for link in found.relations:
        other = registry.enterprise(db, link.other(found.uscc)).name
        told.append(_("关联或者承继关系：%(name)s（%(rule)s）。", name=other, rule=link.rule_name))
    return told if names or told else []


def _entry_line(found: Standing, entry: lists.EntryView) -> str:
    until = date_text(entry.effective_to) if entry.effective_to else _("下一年度榜单公布")
    values = {"decision": entry.decision, "until": until}
    if found.manager_code in (entry.manager_code, entry.subject):
        return _("项目负责人在黑榜（行业评价）上，决定书%(decision)s，有效期至%(until)s。", **values)
    if found.uscc in (entry.uscc, entry.subject):
        return _("企业在黑榜（行业评价）上，决定书%(decision)s，有效期至%(until)s。", **values)
    return _("有关联关系的企业在黑榜（行业评价）上，决定书%(decision)s，有效期至%(until)s。", **values)

"""The values of an entry as a person reads them."""

from datetime import date
from typing import Any

from disclosure.opened.kinds import Field, Kind
from disclosure.opened.queries import Entry
from disclosure.opened.votes import outcome
from portal.kernel.formats import MISSING, date_text, money_text, number_text, points_figure
from portal.kernel.i18n import _, lazy

SOURCES = {
    "enterprise": lazy("物业服务企业填报"),
    "committee": lazy("业主委员会提交，由区住房和建设局录入"),
    "office": lazy("主管部门录入"),
}
STATES = {
    "current": lazy("已公开"),
    "expired": lazy("已过期"),
    "missing": lazy("没有公开"),
    "none": lazy("暂无"),
}


def source_name(source: str) -> str:
    """Whose words an entry is."""
    return str(SOURCES[source])


def state_name(state: str) -> str:
    """Where a kind stands."""
    return str(STATES[state])


def _shown(field: Field, value: Any) -> str:
    if value in (None, ""):
        return MISSING
    if field.type == "money":
        return money_text(int(value))
    if field.type == "area":
        return _("%(area)s平方米", area=points_figure(int(value)))
    if field.type == "date":
        return date_text(date.fromisoformat(str(value)))
    if field.type == "choice":
        return field.chosen(str(value))
    if field.type == "count":
        return number_text(int(value))
    return str(value)


def facts_shown(kind: Kind, facts: dict[str, Any]) -> list[tuple[str, str]]:
    """(name, value in words) of the fields that hold something."""
    return [(str(field.name), _shown(field, facts[field.code])) for field in kind.fields
            if facts.get(field.code) not in (None, "")]  # fmt: skip


def facts_below(entry: Entry) -> list[tuple[str, str]]:
    """The fields that the headline does not say already."""
    shown = facts_shown(entry.kind, entry.facts)
    if entry.kind.code == "fee":
        return shown[3:]
    return shown[1:] if entry.kind.many and not entry.title else shown


def vote_sentence(facts: dict[str, Any]) -> str:
    """What a vote decided, counted anew from its numbers."""
    found = outcome(facts)
    if not found.quorum:
        return _("参与表决的业主人数或者专有部分面积不足三分之二，表决没有达到法定要求。")
    return _("同意的人数和面积达到要求，表决通过。") if found.carried else _("同意的人数或者面积不够，表决未通过。")


def headline(entry: Entry) -> str:
    """One line for an entry: its title, or what its kind says first."""
    if entry.title:
        return entry.title
    facts = facts_shown(entry.kind, entry.facts)
    if entry.kind.code == "fee":
        unit = next(field for field in entry.kind.fields if field.code == "unit").chosen(str(entry.facts["unit"]))
        return _(
            "%(item)s：%(price)s（%(unit)s）",
            item=entry.facts["item"],
            price=money_text(entry.facts["price"]),
            unit=unit,
        )
    return facts[0][1] if entry.kind.many and facts else str(entry.kind.name)

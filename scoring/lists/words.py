"""The words of the lists: names, reasons, states, and facts as sentences."""

from collections.abc import Callable
from datetime import date
from typing import Any

from portal.kernel.formats import date_text
from portal.kernel.i18n import _, language, ngettext
from portal.kernel.points import print_cp
from scoring.lists.reasons import reason_text
from scoring.surveys import api as surveys


def period(kind: str, rules: dict[str, Any]) -> str:
    """For how long an entry lasts."""
    if rules["months"]:
        return ngettext("%(n)s个月", "%(n)s个月", rules["months"])
    return _("到下一年度榜单公布为止")


def lasting(kind: str, rules: dict[str, Any]) -> str:
    """The period in a Chinese document, as the end of a sentence."""
    return f"期限为{period(kind, rules)}" if rules["months"] else period(kind, rules)


def list_name(kind: str) -> str:
    """The list with the bracket that belongs to it in titles and documents."""
    return _("红榜（行业评价）") if kind == "red" else _("黑榜（行业评价）")


def short_name(kind: str) -> str:
    """The list in a table."""
    return _("红榜") if kind == "red" else _("黑榜")


def subject_type(code: str) -> str:
    """What an entry is about."""
    return {"estate": _("小区"), "enterprise": _("企业"), "manager": _("项目负责人")}[code]


def reason(code: str, kind: str, rule_set: str) -> str:
    """Why a subject stands on a list; an event gives its name."""
    return reason_text(code, kind, rule_set)


def step(code: str) -> str:
    """A state of a case."""
    words = {
        "candidate": _("拟列入"),
        "notice_served": _("告知书已送达"),
        "response_open": _("陈述申辩期"),
        "hearing": _("听取意见"),
        "review": _("列入复核"),
        "public_notice": _("公示中"),
        "decided_list": _("决定列入"),
        "dropped": _("不予列入"),
        "decision_served": _("决定书已送达"),
        "effective": _("在榜（已生效）"),
        "exited": _("已移出"),
    }
    return words[code]


def exit_reason(text: str) -> str:
    """Why an entry ended, from the code that begins the reason of its last step."""
    words = {"expired": _("期满"), "repaired": _("修复"), "revoked": _("已撤销"), "corrected": _("已更正")}
    return words.get(text.split(":")[0], text)


def step_note(text: str) -> str:
    """What a step says beside its name."""
    whole = {
        "not_met": _("决定时条件已不满足"),
        "recorded": _("法制审核在平台外完成，由决定人登记"),
        "legal_review": _("法制审核意见是不予列入"),
    }
    if text in whole:
        return whole[text]
    code, _colon, more = text.partition(": ")
    if more == "not_met":
        return _("决定后条件已不满足，没有公布")
    if more.startswith("rating "):
        return _("%(reason)s：年度星级评定结果已更正", reason=exit_reason(code))
    return _("%(reason)s：%(why)s", reason=exit_reason(code), why=more) if more else exit_reason(code)


def stars(count: int | None) -> str:
    """A star rating in words."""
    if count is None:
        return _("没有星级")
    return (_("无星级"), _("一星"), _("二星"), _("三星"), _("四星"), _("五星"))[count]


def condition_name(outcome: dict[str, Any]) -> str:
    """A condition in the reader's language."""
    return str(outcome["en"] if language() == "en" else outcome["zh"])


def met(value: bool | None) -> str:
    """Whether a condition is met; a fact that nobody collects is named."""
    return _("未采集") if value is None else _("满足") if value else _("不满足")


def fact(outcome: dict[str, Any], year: int) -> str:
    """The fact behind a condition, as a sentence."""
    if outcome["met"] is None:
        return _("本系统没有这项数据，不影响列入")
    found = outcome["fact"]
    return FACTS.get(outcome["condition"], _other)(found, year)


def _other(found: dict[str, Any], _year: int) -> str:
    return _("；").join(f"{name} {value}" for name, value in found.items())


def _min_stars(found: dict[str, Any], year: int) -> str:
    total = _("总分%(points)s分", points=print_cp(found["total_cp"])) if found.get("total_cp") is not None else ""
    return _("，").join(
        part for part in (_("%(year)s年度%(stars)s", year=year, stars=stars(found["stars"])), total) if part
    )


def _grade(found: dict[str, Any], year: int) -> str:
    if found.get("score_cp") is None:
        return _("%(year)s年12月31日信用%(grade)s级", year=year, grade=found["grade"])
    points = print_cp(found["score_cp"])
    return _("%(year)s年12月31日信用%(grade)s级，%(points)s分", year=year, grade=found["grade"], points=points)


def _tiers(found: dict[str, Any], _year: int) -> str:
    names = {"minor": _("轻微"), "ordinary": _("一般"), "serious": _("较重")}
    held = _("、").join(names.get(tier, tier) for tier in found["tiers"])
    return _("有%(tiers)s的不良信息", tiers=held) if held else _("没有这些不良信息")


def _vetoes(found: dict[str, Any], year: int) -> str:
    names = {ground.code: ground.name(language()) for ground in surveys.veto_grounds(year)}
    return _("；").join(
        _(
            "%(code)s“%(name)s”，决定书%(decision)s，%(day)s",
            code=veto["veto_code"],
            name=names.get(veto["veto_code"], ""),
            decision=veto["decision"],
            day=date_text(date.fromisoformat(veto["decided_on"])),
        )
        for veto in found["vetoes"]
    )


def _low_stars(found: dict[str, Any], year: int) -> str:
    return _("、").join(
        _("%(year)s年度%(stars)s", year=year - back, stars=stars(count)) for back, count in enumerate(found["stars"])
    )


def _demerits(found: dict[str, Any], year: int) -> str:
    return _("%(year)s年信用扣分共%(points)s分", year=year, points=print_cp(found["demerits_cp"]))


def _codes(found: dict[str, Any], _year: int) -> str:
    return _("、").join(_("信用事项%(code)s", code=code) for code in found["codes"])


def _on_time(found: dict[str, Any], _year: int) -> str:
    return _("按期公开率%(rate)s%%", rate=print_cp(found["on_time_cp"]))


def _open(found: dict[str, Any], _year: int) -> str:
    return _("还有%(n)s处未办结", n=found["open"]) if found["open"] else _("没有未办结的隐患")


FACTS: dict[str, Callable[[dict[str, Any], int], str]] = {
    "min_stars": _min_stars,
    "min_grade": _grade,
    "no_events": _tiers,
    "disclosure_on_time": _on_time,
    "no_open_findings": _open,
    "veto": _vetoes,
    "low_stars": _low_stars,
    "grade": _grade,
    "demerits": _demerits,
    "event": _codes,
}

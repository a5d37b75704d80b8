"""The words of objections: what is contested, states, coded reasons, outcomes."""

from collections.abc import Mapping
from typing import Any

from portal.kernel.formats import item_points, month_text, points_text, quarter_text, year_text
from portal.kernel.i18n import _, language, lazy
from scoring.credit import api as credit
from scoring.lists import api as lists
from scoring.standards import api as standards
from scoring.surveys import api as surveys

REFUSALS = {
    "not_concerned": lazy("提出人与有异议的结果无关"),
    "no_points": lazy("没有写明具体的异议事项"),
    "already_decided": lazy("同一事项已经作出过复核决定，没有新的事实"),
    "not_in_force": lazy("有异议的结果已经更正或者失效"),
    "rules_only": lazy("只对评价规则本身有意见，不涉及具体结果"),
    "other_procedure": lazy("同一事项正在行政复议或者行政诉讼中"),
}
PROCEEDINGS = {"reconsideration": lazy("行政复议"), "lawsuit": lazy("行政诉讼")}
RESULTS = {
    "maintained": lazy("维持"),
    "changed": lazy("变更"),
    "revoked": lazy("撤销原决定"),
    "withdrawn": lazy("申请人撤回"),
    "inadmissible": lazy("不予受理"),
}
SERVICE = {
    "in_person": lazy("直接送达"),
    "post": lazy("邮寄送达"),
    "posted_notice": lazy("公告送达"),
}


def kind(code: str) -> str:
    """What is contested, in a table."""
    return {
        "check": _("检查项"),
        "quarter": _("季度得分"),
        "rating": _("年度星级"),
        "credit": _("信用事项"),
        "list": _("榜单条目"),
        "affiliation": _("关联企业"),
    }[code]


def title(kind_code: str, facts: Mapping[str, Any]) -> str:
    """The contested record in one line, in the reader's language."""
    if kind_code == "check":
        item = facts["item_en"] if language() == "en" else facts["item_zh"]
        return _("%(estate)s%(month)s检查：%(code)s %(item)s", estate=facts["estate"], month=month_text(facts["month"]),
                 code=facts["item_code"], item=item)  # fmt: skip
    if kind_code == "quarter":
        return _("%(estate)s%(quarter)s得分", estate=facts["estate"], quarter=quarter_text(facts["quarter"]))
    if kind_code == "rating":
        return _("%(estate)s%(year)s星级", estate=facts["estate"], year=year_text(facts["year"]))
    if kind_code == "credit":
        return _("信用事项%(code)s %(name)s", code=facts["code"], name=facts["name"])
    if kind_code == "affiliation":
        return _("%(former)s与%(later)s的关联关系", former=facts["former"], later=facts["later"])
    kind_of_list = _("红榜（行业评价）") if facts["kind"] == "red" else _("黑榜（行业评价）")
    subject = facts["estate"] or facts["subject"]
    return _("%(year)s%(list)s条目：%(subject)s", year=year_text(facts["year"]), list=kind_of_list, subject=subject)


def figure(kind_code: str, facts: Mapping[str, Any]) -> str:
    """What stood there when the objection was filed."""
    if kind_code == "check":
        result, lost = standards.result_name(facts["result"]), facts["lost_cp"]
        return result if lost is None else _("%(result)s，扣%(points)s分", result=result, points=item_points(lost))
    if kind_code == "quarter":
        return points_text(facts["score_cp"]) if facts["score_cp"] is not None else _("数据不足，没有得分")
    if kind_code == "rating":
        return rating_text(facts["status"], facts["stars"], facts["total_cp"])
    if kind_code == "credit":
        sign = "+" if facts["points_cp"] > 0 else "−"
        return f"{sign}{points_text(abs(facts['points_cp']))}"
    if kind_code == "affiliation":
        return credit.link_rule_name(facts["rule"])
    return lists.reason_text(facts["reason"], facts["kind"], facts.get("rule_set", ""))


def rating_text(status: str, stars: int | None, total_cp: int | None) -> str:
    """A rating in words."""
    if status == "rated" and stars is not None:
        named = (_("无星级"), _("一星"), _("二星"), _("三星"), _("四星"), _("五星"))[stars]
    else:
        named = {"pending": _("暂不评定"), "vetoed": _("不予评星"), "not_eligible": _("不参评")}.get(status, status)
    return named if total_cp is None else _("%(named)s（%(points)s）", named=named, points=points_text(total_cp))


def state(step: str, code: str = "") -> str:
    """Where an objection stands; a decided one by its outcome."""
    if step == "decided":
        return outcome(code)
    return {
        "filed": _("已收到，待受理"),
        "accepted": _("已受理，复核中"),
        "extension_asked": _("复核中，已申请延期"),
        "extended": _("复核中，已延期"),
        "extension_denied": _("复核中，没有延期"),
        "refused": _("不予受理"),
        "withdrawn": _("已撤回"),
    }[step]


def outcome(code: str) -> str:
    """How an objection ended."""
    return {
        "allowed": _("异议成立，已更正"),
        "partly_allowed": _("异议部分成立，已更正"),
        "dismissed": _("异议不成立，维持原结果"),
    }[code]


def verdict(code: str) -> str:
    """What was found of one point."""
    return _("成立") if code == "allowed" else _("不成立")


def step_name(step: str) -> str:
    """A step of the journal."""
    return {
        "filed": _("企业提出异议"),
        "accepted": _("受理"),
        "refused": _("不予受理"),
        "withdrawn": _("企业撤回异议"),
        "extension_asked": _("申请延期"),
        "extended": _("批准延期"),
        "extension_denied": _("不批准延期"),
        "decided": _("作出复核决定"),
    }[step]


def corrected(target: str, value: str) -> str:
    """A value of a correction in words."""
    what = target.partition(":")[0]
    if what == "check":
        return standards.result_name(value)
    if what in ("credit", "list", "affiliation"):
        return {"confirmed": _("计入"), "withdrawn": _("已撤销"), "effective": _("在榜"), "corrected": _("更正移出")}[
            value
        ]
    return _("%(points)s分", points=value)


def fact_name(target: str, item_name: str = "") -> str:
    """What a correction is about."""
    what, _colon, key = target.partition(":")
    if what == "check":
        return item_name or key.partition("/")[2]
    if what == "indicator":
        code = key.rpartition("/")[2]
        return item_name or next((one.name(language()) for one in surveys.indicators() if one.code == code), code)
    return {"survey": _("业主满意度"), "collection": _("物业费收缴率"), "credit": _("信用事项"), "list": _("榜单条目"),
            "affiliation": _("关联企业")}[what]  # fmt: skip

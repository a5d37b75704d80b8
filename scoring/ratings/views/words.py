"""Short words of the ratings' pages, beside the full sentences of ``scoring.ratings.sentences``."""

from portal.kernel.i18n import _, language
from portal.registry import api as registry
from scoring.ratings.sentences import COMPONENTS, STATUSES, component_name, limiter_text, listed
from scoring.rules.rulesets import rule_set
from scoring.surveys import api as surveys


def kind_name(kind: str) -> str:
    """A kind of estate in words."""
    return registry.kind_name(kind)


def status_name(status: str) -> str:
    """A status of a row in words."""
    return str(STATUSES.get(status, status))


def short_name(component: str) -> str:
    """A component where there is little room: 满意度, 管理, …"""
    names = {"survey": _("满意度"), "management": _("管理"), "comprehensive": _("综合"), "collection": _("收缴率")}
    return names[component]


def rule_set_name(code: str) -> str:
    """The name of a rule set."""
    return rule_set(code).text("name", language())


def indicator_name(code: str) -> str:
    """The name of an indicator."""
    return next((row.name(language()) for row in surveys.indicators() if row.code == code), code)


def veto_name(code: str, year: int) -> str:
    """The name of a ground for an automatic fail."""
    return next((row.name(language()) for row in surveys.veto_grounds(year) if row.code == code), code)


def reason_text(reason: str, year: int) -> str:
    """A reason of a status in a few words: ``survey:sample``, ``comprehensive:indicators:safety``, ``V01``,
    ``nobody_serving``."""
    if reason[:1] == "V" and reason[1:].isdigit():
        return f"{reason} {veto_name(reason, year)}"
    if reason == "nobody_serving":
        return _("年末没有企业服务")
    if reason == "served_too_short":
        return _("服务不满6个月")
    if reason.startswith("limiter:"):
        return limiter_text(reason)
    component, _colon, why = reason.partition(":")
    if component not in COMPONENTS:
        return reason
    return _pending(component_name(component), why)


def _pending(name: str, why: str) -> str:
    if why == "sample":
        return _("%(component)s：有效问卷不足", component=name)
    if why == "quarters":
        return _("%(component)s：有得分的季度不足2个", component=name)
    if why.startswith("indicators:"):
        names = listed([indicator_name(code) for code in why.removeprefix("indicators:").split(",")])
        return _("%(component)s：缺少%(names)s", component=name, names=names)
    return _("%(component)s：没有数据", component=name)


def reason_group(reason: str) -> str:
    """What a filter of reasons goes by: the reason without the names of single indicators."""
    return reason.split(":indicators:")[0] + (":indicators" if ":indicators:" in reason else "")

"""The words of the common path: states, verdicts, hearing, ways of service."""

from portal.kernel.i18n import _
from scoring.adverse.flags import label as flag_label

__all__ = ["channel", "flag_label", "hearing", "method", "state", "tone", "verdict"]


def state(code: str) -> str:
    """A state of a case as the company reads it."""
    words = {
        "candidate": _("拟列入"),
        "proposed": _("拟不予评星"),
        "notice_served": _("告知书已送达"),
        "response_open": _("陈述申辩期"),
        "hearing": _("听取意见"),
        "review": _("法制审核"),
        "public_notice": _("公示中"),
        "decided_list": _("决定列入"),
        "decided": _("决定不予评星"),
        "dropped": _("不予列入或者终止"),
        "decision_served": _("决定书已送达"),
        "effective": _("在榜（已生效）"),
        "exited": _("已移出"),
        "revoked": _("已撤销"),
    }
    return words[code]


def tone(code: str) -> str:
    """The colour of a state."""
    if code in ("response_open", "hearing", "review", "public_notice"):
        return "soon"
    return "dark" if code in ("effective", "decision_served") else "plain"


def verdict(code: str) -> str:
    """Whether a point was taken up."""
    return {"taken": _("采纳"), "partly": _("部分采纳"), "not_taken": _("不采纳")}[code]


def hearing(code: str) -> str:
    """A step of a hearing."""
    words = {
        "asked": _("企业要求当面听取意见"),
        "arranged": _("已安排听取意见"),
        "held": _("已听取意见"),
        "withdrawn": _("企业撤回要求"),
    }
    return words[code]


def method(code: str) -> str:
    """How a document was served."""
    words = {
        "portal": _("平台送达"),
        "in_person": _("直接送达"),
        "post": _("邮寄送达"),
        "posted_notice": _("公告送达"),
        "recorded": _("经办人员登记送达"),
    }
    return words.get(code, code)


def channel(code: str) -> str:
    """How a point came."""
    return _("书面提交") if code == "paper" else _("网上提交")

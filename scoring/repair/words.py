"""The words of repairs."""

from collections.abc import Sequence

from portal.kernel.i18n import _
from portal.kernel.said import Said, refused
from scoring.repair.models import RepairStep


def state(code: str) -> str:
    """A state of an application."""
    words = {
        "submitted": _("已提交"),
        "gaps_told": _("已告知补正"),
        "supplemented": _("已补正"),
        "accepted": _("已受理"),
        "extended": _("已延期"),
        "approved": _("准予修复"),
        "refused": _("不予修复"),
        "decision_served": _("决定书已送达"),
        "withdrawn": _("企业已撤回"),
    }
    return words[code]


def tone(code: str) -> str:
    """The colour of a state."""
    if code in ("submitted", "gaps_told", "supplemented", "accepted", "extended"):
        return "soon"
    return "ok" if code == "approved" else "plain"


def refusal(code: str) -> str:
    """Why an application was refused."""
    words = {
        "not_corrected": _("没有改正，或者没有消除不利影响"),
        "same_type": _("期间又发生同类行为"),
        "incomplete": _("补正后材料仍不齐全"),
        "false_materials": _("提供虚假材料（36个月内不能再申请）"),
        "not_met": _("不符合修复条件"),
    }
    return words.get(code, code)


def step_note(step: str, reason: str) -> str:
    """What a step says beside its name."""
    code, colon, more = reason.partition(": ")
    if step == "refused" and colon:
        return _("%(reason)s：%(why)s", reason=refusal(code), why=more) if more else refusal(code)
    return reason


def refusal_said(case_id: str, steps: Sequence[RepairStep]) -> Said | None:
    """A refused application in one sentence, with the decision and what one may do; None when it was not refused."""
    step = next((one for one in reversed(steps) if one.step == "refused"), None)
    if step is None:
        return None
    return refused(
        f"repair:{case_id}", _("信用修复申请"), step_note(step.step, step.reason), basis=step.document or None, on=step.on,
        next=_("改正以后可以再次申请；对决定不服的，可以申请行政复议或者提起行政诉讼。"), page=f"/company/repairs/{case_id}",
    )  # fmt: skip

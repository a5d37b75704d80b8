"""Why a moderator may refuse a reply: a closed list, so that nobody refuses one for what it says about the office."""

from portal.kernel.i18n import _, lazy
from portal.kernel.said import Said
from portal.kernel.said import refused as said_refused
from scoring.replies.models import REFUSED, REJECTED
from scoring.replies.queries import ReplyView

REASONS = {
    "personal_data": lazy("含有个人信息（姓名、电话、住址、车牌等）"),
    "insult": lazy("含有侮辱、诽谤他人的内容"),
    "off_topic": lazy("与这一项结果无关"),
}


def refusal(view: ReplyView) -> Said | None:
    """A refused reply in one sentence with the next step; None when it was not refused."""
    if view.last.step not in (REFUSED, REJECTED):
        return None
    why = str(REASONS[view.last.reason_code])
    reason = _("%(reason)s：%(note)s", reason=why, note=view.last.note) if view.last.note else why
    after = (
        _("可以修改一次，再次提交。")
        if view.last.step == REFUSED
        else _("对结果有不同意见的，仍可以在期限内提出异议。")
    )
    page = f"/company/results/{view.period}/{view.estate_code}"
    return said_refused(
        f"reply:{view.id}", _("公开这条说明"), reason, basis=None, on=view.last.on, next=after, page=page
    )

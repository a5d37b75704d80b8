"""To which act or fact a new event belongs: another event of the same act, or a commitment that was broken."""

from sqlalchemy.orm import Session

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from scoring.credit import catalogue, commitments, queries
from scoring.credit.models import CreditCase

BREACH, SAME = "commitment:", "credit:"


def act_id(db: Session, act: str, subject: str, uscc: str | None) -> str:
    """The act of a new event: ``commitment:ID`` of the enterprise, or that of ``credit:CASE``; empty for a new act.

    DomainError when it concerns somebody else.
    """
    concerned = {subject, uscc}
    if act.startswith(BREACH):
        broken = commitments.commitment(db, act.removeprefix(BREACH))
        if broken.uscc not in concerned:
            raise DomainError(_("这份承诺书不是这家企业签署的。"))
        return broken.act_id
    if act.startswith(SAME):
        case = db.get(CreditCase, act.removeprefix(SAME))
        event = queries.last_version(db, case.id) if case else None
        if case is None or event is None or not ({case.subject, event.uscc} & concerned):
            raise DomainError(_("同一行为的事项登记在别的主体名下，请核对。"))
        return case.act_id
    return ""


def about(db: Session, act: str) -> str:
    """The act in words, for the form; empty for a new act or an unknown one."""
    if act.startswith(BREACH):
        found = commitments.find(db, act.removeprefix(BREACH))
        return _("违反信用承诺：%(number)s", number=found.number) if found else ""
    case = db.get(CreditCase, act.removeprefix(SAME)) if act.startswith(SAME) else None
    if case is None:
        return ""
    event = queries.last_version(db, case.id)
    name = catalogue.recorded_entry(event.catalogue, event.code, event.points_cp).name
    return _("与“%(name)s”是同一行为或者同一事实，只按其中一项计分", name=name)

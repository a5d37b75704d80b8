"""A notice as the company reads it on which it was served."""

from portal.kernel.access import Permission
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from scoring.lists import policy
from scoring.lists.models import ListCase
from scoring.lists.views.blueprint import bp
from scoring.lists.views.cases import document_page


@bp.get("/company/notices/<case_id>")
@needs(Permission.ENTERPRISE_OWN)
def served_notice(case_id: str) -> str:
    """The notice of a case of the reader's own company; any other is not there."""
    case = request_session().get(ListCase, case_id)
    if case is None or not policy.is_addressee(actor(), case.kind, case.uscc):
        raise NotFound(_("没有找到这份告知书。"))
    return document_page(case_id, "served", "notice_served")

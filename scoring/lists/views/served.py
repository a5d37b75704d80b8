"""The address of a notice as the company knew it: it leads to the case, where one can also answer."""

from flask import redirect, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel.access import Permission
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from scoring.lists import policy
from scoring.lists.models import ListCase
from scoring.lists.views.blueprint import bp


@bp.get("/company/notices/<case_id>")
@needs(Permission.ENTERPRISE_OWN)
def served_notice(case_id: str) -> AnyResponse:
    """The case of the reader's own company; any other is not there."""
    case = request_session().get(ListCase, case_id)
    if case is None or not policy.is_addressee(actor(), case.kind, case.uscc):
        raise NotFound(_("没有找到这份告知书。"))
    return redirect(url_for("adverse.company_case", kind="list", case_id=case_id), 302)

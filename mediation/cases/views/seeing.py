"""A case as the reader of this request may see it; that the office saw names stands in the log before they are shown."""

from mediation.cases import looks, reading
from mediation.cases.reading import CaseView
from portal.kernel.db import transaction
from portal.kernel.web import actor, request_session


def seen_case(case_id: str) -> CaseView:
    """``reading.case_view`` for a page. ``NotFound`` for everybody who may not see it."""
    view = reading.case_view(request_session(), actor(), case_id)
    if looks.is_new(request_session(), actor(), view):
        with transaction() as db:
            looks.note(db, actor(), view)
    return view

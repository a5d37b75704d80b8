"""The way of a document of an adverse decision to its addressee: in the portal at once, else a deadline to serve it."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel.access import Actor, Role
from portal.notices import api as notices
from scoring.adverse.cases import Case

SERVE, RESPONSE = "notice.serve", "notice.response"


def offer(
    db: Session, actor: Actor, document: notices.DocumentView, *, on: date, endpoint: str, values: dict[str, Any],
    recorded: bool = False,
) -> bool:  # fmt: skip
    """Serve a fresh document as far as that can be done now; whether it was served.

    ``recorded``: the command line states the service. Otherwise it is served in the portal when the company's confirmation is
    on file, and else waits for an officer who serves it on paper with its proof.
    """
    if recorded:
        notices.serve(db, actor, document.id, on=on, method="recorded", note="命令行登记的送达")
        return True
    uscc = document.addressee.uscc
    if uscc and notices.confirmation_on_file(db, uscc, on):
        notices.serve(db, actor, document.id, on=on, method="portal")
        return True
    holder = deadlines.Holder(role=Role.OFFICER)
    deadlines.start(
        db, actor, SERVE, f"document:{document.id}", holder=holder, title=f"{document.title} {document.number}",
        endpoint=endpoint, values=values, on=on,
    )  # fmt: skip
    return False


def start_response(db: Session, actor: Actor, case: Case, on: date) -> None:
    """The time for responses runs from the proven service; the company holds it until it speaks or the time is over."""
    holder = deadlines.Holder(role=Role.ENTERPRISE, uscc=case.uscc)
    deadlines.start(
        db, actor, RESPONSE, case.ref, holder=holder, title=f"{case.zh}：{case.name}", endpoint="adverse.company_case",
        values={"kind": case.kind, "case_id": case.id}, on=on,
    )  # fmt: skip


def end_response(db: Session, actor: Actor, ref: str, *, outcome: str, on: date) -> None:
    """The company spoke (``answered``), or its time ran out without a word (``silent``): a right, never a default."""
    open_ones = [
        one for one in deadlines.of_subjects(db, [ref]).get(ref, ()) if one.rule == RESPONSE and not one.closed_at
    ]
    for one in open_ones:
        deadlines.close(db, actor, RESPONSE, ref, outcome=outcome, on=min(on, one.last_day))


def record_served(db: Session, actor: Actor, document: notices.DocumentView, on: date) -> None:
    """The document was served: nobody has to any more."""
    deadlines.close(db, actor, SERVE, f"document:{document.id}", on=on)

"""The moderator's side: replies that wait, one of them beside its finding, accept or refuse; photos to mask."""

import json

from flask import Response, flash, render_template, request

from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.sent_files import masked_preview
from portal.kernel.web import actor, needs, request_session
from portal.registry import api as registry
from scoring.checks import api as checks
from scoring.replies import policy, queries, results, service
from scoring.replies.forms import AcceptForm, ActForm, RefuseForm
from scoring.replies.models import REFUSED, SUBMITTED, WAITING
from scoring.replies.queries import PhotoView, ReplyView
from scoring.replies.reasons import REASONS
from scoring.replies.views.blueprint import bp, see_other

SHOWN = 200


@bp.get("/replies")
@needs(Permission.REPLY_MODERATE)
def queue() -> str:
    """Replies that wait, by when they are due, and the last ones that were refused."""
    db = request_session()
    waiting = [view for view in queries.replies(db, queries.in_state(*WAITING)) if _covers(view)][:SHOWN]
    refused = [view for view in queries.replies(db, queries.in_state(REFUSED)) if _covers(view)][:SHOWN]
    due = deadlines.of_subjects(db, [f"reply:{view.id}" for view in waiting])
    last = {subject.partition(":")[2]: rows[-1].last_day for subject, rows in due.items() if rows}
    waiting.sort(key=lambda view: (last.get(view.id, clock.today()), view.id))
    names = registry.estate_names(db, {view.estate_code for view in [*waiting, *refused]})
    return render_template(
        "replies/queue.html", waiting=waiting, refused=refused, due=last, names=names, reasons=REASONS
    )


def _covers(view: ReplyView) -> bool:
    return actor().covers(registry.estate(request_session(), view.estate_code).division_code)


@bp.get("/replies/<reply_id>")
@needs(Permission.REPLY_MODERATE)
def case(reply_id: str) -> str:
    """One reply beside what it is about, its steps, and the decision."""
    view = service.moderated(request_session(), actor(), reply_id)
    form = RefuseForm(formdata=None)
    form.seq.data = view.last.seq
    return _case(view, form)


def _case(view: ReplyView, form: RefuseForm) -> str:
    db = request_session()
    estate = registry.estate(db, view.estate_code)
    found = results.result(db, view.uscc, view.period, view.estate_code)
    finding = next((one for one in results.findings(db, found) if one.part == view.part), None)
    return render_template(
        "replies/case.html",
        view=view,
        found=found,
        finding=finding,
        estate=estate,
        company=registry.enterprise(db, view.uscc),
        may=policy.may_moderate(actor(), estate.division_code, service.hands_on(db, view)),
        is_first=view.last.step == SUBMITTED,
        form=form,
        reasons=REASONS,
        has_errors=bool(form.errors),
    )


@bp.post("/replies/<reply_id>/accept")
@needs(Permission.REPLY_MODERATE)
def accept(reply_id: str) -> Response:
    """Let it stand beside the result."""
    with transaction() as db:
        service.accept(db, actor(), reply_id, seq=AcceptForm().seq.data or 0, on=clock.today())
    flash(_("说明已通过，与结果一起公开。"), "ok")
    return see_other("replies.case", reply_id=reply_id)


@bp.post("/replies/<reply_id>/refuse")
@needs(Permission.REPLY_MODERATE)
def refuse(reply_id: str) -> Response | tuple[str, int]:
    """Refuse it for a listed reason."""
    form = RefuseForm()
    try:
        with transaction() as db:
            service.refuse(
                db, actor(), reply_id, seq=form.seq.data or 0, code=form.code.data or "", note=form.note.data or "",
                on=clock.today(),
            )  # fmt: skip
    except Conflict:
        raise
    except DomainError as error:
        form.code.errors = [str(error)]
        return _case(service.moderated(request_session(), actor(), reply_id), form), 422
    flash(_("说明不予公开，理由已告知企业。"), "ok")
    return see_other("replies.case", reply_id=reply_id)


# ---- photos


def _releasable(photo_id: str) -> tuple[PhotoView, ReplyView]:
    db = request_session()
    photo = queries.photo(db, photo_id)
    if photo is None:
        raise NotFound(_("没有找到这张照片。"))
    return photo, service.moderated(db, actor(), photo.reply_id)


def _tool(photo: PhotoView, view: ReplyView, rows: checks.BoxRows) -> str:
    errors = [{"text": text, "href": "#boxes"} for text in rows.errors]
    return render_template(
        "replies/release.html",
        photo=photo,
        view=view,
        rows=rows,
        errors=errors,
        has_errors=bool(errors),
        form=ActForm(),
    )


@bp.get("/replies/photos/<photo_id>/release")
@needs(Permission.REPLY_MODERATE)
def mask(photo_id: str) -> str:
    """Draw boxes over faces, plates, door numbers and papers."""
    photo, view = _releasable(photo_id)
    return _tool(photo, view, checks.shown_boxes(json.loads(photo.boxes)))


@bp.post("/replies/photos/<photo_id>/preview")
@needs(Permission.REPLY_MODERATE)
def preview(photo_id: str) -> str | tuple[str, int]:
    """What the public will see, before it sees anything."""
    photo, view = _releasable(photo_id)
    rows = checks.read_boxes(request.form)
    if rows.errors or request.form.get("go") == "edit":
        return _tool(photo, view, rows), 422 if rows.errors else 200
    copy = masked_preview(photo.sha256, rows.boxes)
    return render_template("replies/preview.html", photo=photo, view=view, rows=rows, copy=copy)


@bp.post("/replies/photos/<photo_id>/release")
@needs(Permission.REPLY_MODERATE)
def release(photo_id: str) -> Response | tuple[str, int]:
    """Release the masked copy."""
    photo, view = _releasable(photo_id)
    rows = checks.read_boxes(request.form)
    if rows.errors:
        return _tool(photo, view, rows), 422
    with transaction() as db:
        service.release_photo(db, actor(), photo_id, rows.boxes)
    flash(_("照片已公开，遮挡了%(n)s处。", n=len(rows.boxes)), "ok")
    return see_other("replies.case", reply_id=view.id)


@bp.post("/replies/photos/<photo_id>/withdraw")
@needs(Permission.REPLY_MODERATE)
def withdraw(photo_id: str) -> Response:
    """Take the masked copy back."""
    _found, view = _releasable(photo_id)
    with transaction() as db:
        changed = service.withdraw_photo(db, actor(), photo_id)
    flash(_("公开的照片已撤回。") if changed else _("没有改动。"), "ok" if changed else "plain")
    return see_other("replies.case", reply_id=view.id)

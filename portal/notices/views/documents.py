"""Numbered documents: the list, one with its service, its PDF, and the act of noting how it was served."""

from io import BytesIO

from flask import Response, flash, make_response, redirect, render_template, request, send_file, url_for

from portal.kernel.access import Permission, require
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from portal.notices import papers, policy, printing, queries
from portal.notices.forms import METHOD_NAMES, ServeForm
from portal.notices.kinds import kinds
from portal.notices.queries import DocumentView
from portal.notices.service import documents as service
from portal.notices.views.blueprint import bp

LISTED = 200


def _visible(document_id: str) -> DocumentView:
    found = queries.document(request_session(), document_id)
    if not policy.may_read(actor(), found):
        raise NotFound(_("没有找到这份文书。"))
    return found


@bp.get("/documents")
@needs(Permission.DOCUMENT_READ)
def documents() -> str:
    """The newest documents; a company sees those served on it."""
    me, text = actor(), request.args.get("q", "").strip()
    found = queries.find_documents(request_session(), text, uscc=me.uscc, limit=LISTED)
    shown = [one for one in found if policy.may_read(me, one)]
    return render_template("notices/documents.html", documents=shown, q=text, kinds=kinds(), methods=METHOD_NAMES)


@bp.get("/documents/<document_id>")
@needs(Permission.DOCUMENT_READ)
def document(document_id: str) -> str:
    """One document as issued."""
    return _page(_visible(document_id), ServeForm(formdata=None))


def _page(found: DocumentView, form: ServeForm) -> str:
    uscc = found.addressee.uscc
    on_file = bool(uscc) and queries.confirmation_on_file(request_session(), uscc or "", found.on)
    serves = policy.may_serve(actor()) and found.service is None and kinds()[found.kind].is_served
    return render_template(
        "notices/document.html", document=found, kind=kinds()[found.kind], methods=METHOD_NAMES, form=form,
        serves=serves, on_file=on_file,
    )  # fmt: skip


@bp.get("/documents/<document_id>/document")
@needs(Permission.DOCUMENT_READ)
def document_file(document_id: str) -> Response:
    """The document as PDF."""
    found = _visible(document_id)
    data = printing.pdf(request_session(), found.id)
    return send_file(BytesIO(data), "application/pdf", download_name=f"{found.number}.pdf")


@bp.get("/documents/<document_id>/proof/document")
@needs(Permission.DOCUMENT_READ)
def proof(document_id: str) -> Response:
    """The proof of service."""
    found = _visible(document_id)
    paper = papers.read(request_session(), (found.service and found.service.proof_sha256) or "")
    return send_file(BytesIO(paper.data), paper.media_type, download_name=paper.name, as_attachment=True)


@bp.post("/documents/<document_id>/serve")
@needs(Permission.DOCUMENT_SERVE)
def serve(document_id: str) -> Response | tuple[str, int]:
    """Note how and when it was served."""
    require(policy.may_serve(actor()))
    found, form = _visible(document_id), ServeForm()
    if not form.validate():
        return _page(found, form), 422
    try:
        with transaction() as db:
            upload = form.proof.data
            sha256 = papers.keep(db, upload.stream) if upload and upload.filename else None
            service.serve(
                db, actor(), document_id, on=form.on.data, method=form.method.data, proof_sha256=sha256,
                note=form.note.data or "",
            )  # fmt: skip
    except DomainError as error:
        form.method.errors = [str(error)]
        return _page(found, form), 409
    flash(_("已登记%(number)s的送达，期限从送达之日起算。", number=found.number), "ok")
    return make_response(redirect(url_for("notices.document", document_id=document_id), 303))

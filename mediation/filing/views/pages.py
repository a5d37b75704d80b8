"""What anybody may do: file an application, check it before it is sent, take the codes, ask how far it is."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from flask import Response, render_template, request

from mediation.cases import api as cases
from mediation.filing import service
from mediation.filing.forms import WHO, ApplicationForm, ProgressForm
from mediation.filing.views.blueprint import bp, count_try, private
from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.web import public, request_session
from portal.receipts import api as receipts
from portal.registry import api as registry
from portal.registry.api import EstateView

SHOWN = 10
KEPT = ("track", "kind", "who", "name", "phone", "unit", "against", "other_name", "claim", "representative", "power")
MOST_FILED, MOST_LOOKS = 20, 30  # from one address within 10 minutes


def company_of(estate: EstateView) -> tuple[str, str]:
    """Code and name of the company that serves an estate today; empty when nobody does."""
    db = request_session()
    return registry.companies_serving(db, clock.today(), [estate.code]).get(estate.code, ("", ""))


@bp.get("/mediation/apply")
@public
def start() -> Response:
    """Find the estate."""
    q, kind = request.args.get("q", "").strip()[:50], _kind_asked()
    found = registry.find_estates(request_session(), q, limit=SHOWN)[0] if q else []
    return private(render_template("filing/start.html", q=q, estates=found, kind=kind))


def _kind_asked() -> str:
    kind = request.args.get("kind", "")
    return kind if kind in cases.KINDS else ""


@bp.get("/mediation/apply/<code>")
@public
def form(code: str) -> Response:
    """An empty application for an estate."""
    estate = registry.estate(request_session(), code)
    asked = {"kind": _kind_asked(), "track": "dispute", "who": "owner", "against": "company"}
    return _form_page(estate, ApplicationForm(formdata=None, data=asked, company=company_of(estate)[1]))


def _form_page(estate: EstateView, form: ApplicationForm, status: int = 200, more: Sequence[str] = ()) -> Response:
    told = [{"text": text} for text in more]
    return private(render_template("filing/form.html", estate=estate, form=form, more=told), status)


@bp.post("/mediation/apply/<code>")
@public
def apply(code: str) -> Response:
    """Check what was written; sent only from the page that shows it once more."""
    estate, step = registry.estate(request_session(), code), request.form.get("step", "check")
    form = ApplicationForm(company=company_of(estate)[1])
    if step == "save":
        return _save(estate, form)
    if step == "edit" or not form.validate():
        return _form_page(estate, form, 200 if step == "edit" else 422)
    if step != "send":
        return private(render_template("filing/check.html", estate=estate, form=form, rows=said(form)))
    try:
        count_try("filing", MOST_FILED)
        with transaction() as db:
            filed = cases.file_case(db, cases.visitor(), new_case(estate, form, WHO[form.who.data]))
            service.drop(db, form.draft.data or "")
    except receipts.TooMany as error:
        return _form_page(estate, form, 429, [str(error)])
    except DomainError as error:
        return _form_page(estate, form, 422, [str(error)])
    return done_page(estate, filed)


def _save(estate: EstateView, form: ApplicationForm) -> Response:
    """Keep what was typed, whole or not; the page shows the code this once."""
    values = {name: str(form[name].data or "") for name in KEPT}
    try:
        count_try("filing", MOST_FILED)
        with transaction() as db:
            code = service.save(db, estate.code, values, form.draft.data or "")
    except receipts.TooMany as error:
        return _form_page(estate, form, 429, [str(error)])
    except DomainError as error:
        return _form_page(estate, form, 422, [str(error)])
    until = clock.today() + service.KEPT
    return private(render_template("filing/saved.html", estate=estate, code=receipts.printed(code), until=until))


def _resumed(code: str) -> Response:
    """The form again with what was saved. ``NotFound`` where the code opens no draft."""
    found = service.draft(request_session(), code)
    estate = registry.estate(request_session(), found.estate_code)
    values = {**found.values, "draft": code}
    return _form_page(estate, ApplicationForm(formdata=None, data=values, company=company_of(estate)[1]))


def done_page(estate: EstateView, filed: cases.Filed) -> Response:
    """The receipt: the only page that ever shows the codes."""
    entry = [receipts.printed(code) for code in filed.entry_codes.values()]
    return private(
        render_template(
            "filing/done.html", estate=estate, filed=filed, progress=receipts.printed(filed.progress_code), entry=entry,
            made_at=clock.now(),
        )
    )  # fmt: skip


def said(form: ApplicationForm) -> list[dict[str, str]]:
    """What was written, to be read once more."""
    fields = [form.track, form.kind, form.who, form.name, form.phone, form.unit]
    if form.representative.data:
        fields += [form.representative, form.power]
    if form.track.data == "dispute":
        fields.append(form.other_name if form.against.data == "other" else form.against)
    return [{"label": str(one.label.text), "value": _shown(one) or _("没有填写")} for one in (*fields, form.claim)]


def _shown(field: Any) -> str:
    if getattr(field, "choices", None):
        return str({value: label for value, label, *_more in field.choices}.get(field.data, ""))
    return str(field.data or "")


def new_case(estate: EstateView, form: ApplicationForm, channel: str) -> cases.NewCase:
    """The case that an application makes."""
    applicant = cases.NewParty(
        form.who.data, form.name.data, form.phone.data, unit=(form.unit.data or "").strip(),
        representative=(form.representative.data or "").strip(), power=form.power.data or "none",
    )  # fmt: skip
    others: list[cases.NewParty] = []
    if form.track.data == "dispute":
        uscc, name = company_of(estate)
        if form.against.data == "company" and uscc:
            others.append(cases.NewParty("enterprise", name, uscc=uscc))
        else:
            others.append(cases.NewParty("other", (form.other_name.data or "").strip()))
    return cases.NewCase(
        estate.code, form.kind.data, form.claim.data, [applicant], others, track=form.track.data, channel=channel
    )


@bp.get("/mediation/progress")
@public
def progress_form() -> Response:
    """Ask for the code."""
    return private(render_template("filing/progress.html", form=ProgressForm(), found=None))


@bp.post("/mediation/progress")
@public
def progress() -> Response:
    """State and dates of a case, and nothing else, or the draft of one; the same answer for every code that is neither."""
    form, db = ProgressForm(), request_session()
    if not form.validate():
        return private(render_template("filing/progress.html", form=form, found=None), 422)
    try:
        count_try("progress", MOST_LOOKS)
        found = cases.progress(db, form.code.data)
    except receipts.TooMany as error:
        form.code.errors = [str(error)]
        return private(render_template("filing/progress.html", form=form, found=None), 429)
    except NotFound as error:
        with suppress(NotFound):
            return _resumed(form.code.data)
        form.code.errors = [str(error)]
        return private(render_template("filing/progress.html", form=form, found=None), 404)
    name = cases.state_name(found.state)
    return private(render_template("filing/progress.html", form=form, found=found, state=name))

"""Filing by those who are signed in: a company for itself, the registrar for whoever came, called or was passed on."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from mediation.cases import api as cases
from mediation.filing.forms import CompanyForm, OfficeForm
from mediation.filing.views.blueprint import bp
from mediation.filing.views.pages import company_of, done_page, new_case
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotAllowed, NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from portal.registry import api as registry
from portal.registry.api import EstateView


def _served() -> list[EstateView]:
    db, uscc = request_session(), actor().uscc
    serving = registry.serving(db, clock.today())
    codes = sorted(serving.loc[serving["uscc"] == uscc, "estate_code"].astype(str))
    return [registry.estate(db, code) for code in codes]


@bp.get("/mediation/company/apply")
@needs(Permission.MEDIATION_OWN)
def company_start() -> str:
    """Choose one of the estates that the company serves."""
    return render_template("filing/company_start.html", estates=_served())


def _own_estate(code: str) -> EstateView:
    found = next((one for one in _served() if one.code == code), None)
    if found is None:
        raise NotFound(_("没有找到这个小区。"))
    return found


@bp.get("/mediation/company/apply/<code>")
@needs(Permission.MEDIATION_OWN)
def company_form(code: str) -> str:
    """An empty application of a company."""
    form = CompanyForm(formdata=None, data={"who": "owner"})
    return render_template("filing/company_form.html", estate=_own_estate(code), form=form)


@bp.post("/mediation/company/apply/<code>")
@needs(Permission.MEDIATION_OWN)
def company_apply(code: str) -> AnyResponse | tuple[str, int]:
    """File it."""
    estate, form, uscc = _own_estate(code), CompanyForm(), actor().uscc
    shown: dict[str, Any] = {"estate": estate, "form": form}
    if not form.validate() or uscc is None:
        return render_template("filing/company_form.html", **shown), 422
    own = cases.NewParty("enterprise", registry.enterprise(request_session(), uscc).name, uscc=uscc)
    other = cases.NewParty(form.who.data, form.name.data, form.phone.data or "", unit=form.unit.data or "")
    new = cases.NewCase(code, form.kind.data, form.claim.data, [own], [other], channel="enterprise")
    try:
        with transaction() as db:
            filed = cases.file_case(db, actor(), new)
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.form_errors.append(str(error))
        return render_template("filing/company_form.html", **shown), 422
    flash(_("申请已提交，案件编号%(code)s。", code=filed.code), "ok")
    return redirect(url_for("mediation_cases.case", case_id=filed.case_id), 303)


@bp.get("/mediation/office/apply")
@needs(Permission.MEDIATION_REGISTER)
def office_start() -> str:
    """Find the estate."""
    db, q = request_session(), request.args.get("q", "").strip()[:50]
    found = registry.find_estates(db, q, limit=50)[0] if q else []
    mine = [one for one in found if actor().covers(one.division_code)]
    return render_template("filing/office_start.html", q=q, estates=mine)


def _estate_here(code: str) -> EstateView:
    estate = registry.estate(request_session(), code)
    if not actor().covers(estate.division_code):
        raise NotFound(_("没有找到这个小区。"))
    return estate


@bp.get("/mediation/office/apply/<code>")
@needs(Permission.MEDIATION_REGISTER)
def office_form(code: str) -> str:
    """An empty application that the office takes down."""
    estate = _estate_here(code)
    asked = {"track": "dispute", "who": "owner", "against": "company", "channel": "community"}
    form = OfficeForm(formdata=None, data=asked, company=company_of(estate)[1])
    return render_template("filing/office_form.html", estate=estate, form=form)


@bp.post("/mediation/office/apply/<code>")
@needs(Permission.MEDIATION_REGISTER)
def office_apply(code: str) -> Response | tuple[str, int]:
    """File it; the codes are handed to whoever it is for."""
    estate = _estate_here(code)
    form = OfficeForm(company=company_of(estate)[1])
    if not form.validate():
        return render_template("filing/office_form.html", estate=estate, form=form), 422
    try:
        with transaction() as db:
            filed = cases.file_case(db, actor(), new_case(estate, form, form.channel.data))
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.form_errors.append(str(error))
        return render_template("filing/office_form.html", estate=estate, form=form), 422
    return done_page(estate, filed)

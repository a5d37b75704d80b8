"""Companies and managers: search, one record with its contracts, adding and editing."""

from flask import Response, flash, redirect, render_template, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel.access import Permission
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from portal.registry import queries, tables
from portal.registry.forms import CellsForm, EnterpriseEditForm, EnterpriseForm, ManagerEditForm, ManagerForm
from portal.registry.models import Contract
from portal.registry.policy import may_edit_parties
from portal.registry.service import parties as service
from portal.registry.views.common import (
    asked,
    bp,
    page_number,
    pages_of,
    prefill,
    query_text,
    saved,
    sent,
    status,
    window,
)


@bp.get("/enterprises")
@needs(Permission.REGISTRY_READ)
def enterprises() -> str:
    """Companies by name, code, pinyin, initials or address."""
    q = asked("q")["q"]
    rows, total = queries.enterprises_found(request_session(), q, **window())
    shown = {"page": page_number(), "pages": pages_of(total), "query": query_text()}
    return render_template("registry/enterprises.html", rows=rows, total=total, q=q, **shown)


@bp.get("/enterprises.<any(csv, xlsx):ending>")
@needs(Permission.REGISTRY_READ)
def enterprises_file(ending: str) -> Response:
    """The same rows as a sheet."""
    return sent(tables.enterprises_table(queries.enterprises_found(request_session(), asked("q")["q"])[0]), ending)


@bp.get("/enterprises/<uscc>")
@needs(Permission.REGISTRY_READ)
def enterprise(uscc: str) -> str:
    """One company and its contracts in the reader's jurisdiction."""
    row = queries.enterprise_row(request_session(), uscc)
    contracts = queries.contracts_of(request_session(), uscc=uscc, within=actor().division_code)
    can_edit = may_edit_parties(actor())
    return render_template("registry/enterprise.html", row=row, can_edit=can_edit, **_contracts(contracts))


def _contracts(contracts: list[Contract]) -> dict[str, object]:
    """Contracts with the names that their tables show."""
    db = request_session()
    return {
        "contracts": contracts,
        "names": queries.estate_names(db, [row.estate_code for row in contracts]),
        "companies": queries.enterprise_names(db, [row.uscc for row in contracts]),
        "people": queries.manager_names(db, [row.manager_code for row in contracts]),
    }


def _enterprise(form: CellsForm) -> service.EnterpriseInput:
    names = ("name", "legal_representative", "phone", "address")
    return service.EnterpriseInput(*(form.value(name) for name in names))


@bp.route("/enterprises/add", methods=["GET", "POST"])
@needs(Permission.REGISTRY_EDIT)
def add_enterprise() -> tuple[str, int] | AnyResponse:
    """A new company."""
    form = EnterpriseForm()
    if form.validate_on_submit() and saved(
        form, lambda db: service.add_enterprise(db, actor(), form.value("uscc"), _enterprise(form))
    ):
        flash(_("企业已登记。"), "ok")
        return redirect(url_for(".enterprise", uscc=form.value("uscc")), 303)
    return render_template("registry/enterprise_form.html", form=form, row=None), status(form)


@bp.route("/enterprises/<uscc>/edit", methods=["GET", "POST"])
@needs(Permission.REGISTRY_EDIT)
def edit_enterprise(uscc: str) -> tuple[str, int] | AnyResponse:
    """Change a company's record."""
    row, form = queries.enterprise_row(request_session(), uscc), EnterpriseEditForm()
    prefill(form, {**vars(service.facts_of(row)), "version": service.version_of(row)})
    if form.validate_on_submit() and saved(
        form,
        lambda db: service.edit_enterprise(db, actor(), uscc, _enterprise(form), version=form.version.data or ""),
    ):
        flash(_("修改已保存。"), "ok")
        return redirect(url_for(".enterprise", uscc=uscc), 303)
    form.version.data = service.version_of(row) if form.form_errors else form.version.data
    return render_template("registry/enterprise_form.html", form=form, row=row), status(form)


@bp.get("/managers")
@needs(Permission.REGISTRY_READ)
def managers() -> str:
    """Managers by name, code, pinyin or initials."""
    q = asked("q")["q"]
    rows, total = queries.managers_found(request_session(), q, **window())
    shown = {"page": page_number(), "pages": pages_of(total), "query": query_text()}
    return render_template("registry/managers.html", rows=rows, total=total, q=q, **shown)


@bp.get("/managers.<any(csv, xlsx):ending>")
@needs(Permission.REGISTRY_READ)
def managers_file(ending: str) -> Response:
    """The same rows for reading; nothing of the ID number but its last four."""
    return sent(tables.managers_table(queries.managers_found(request_session(), asked("q")["q"])[0]), ending)


@bp.get("/managers/<code>")
@needs(Permission.REGISTRY_READ)
def manager(code: str) -> str:
    """One manager and the contracts in the reader's jurisdiction."""
    row = queries.manager_row(request_session(), code)
    contracts = queries.contracts_of(request_session(), manager=code, within=actor().division_code)
    return render_template(
        "registry/manager.html", row=row, can_edit=may_edit_parties(actor()), **_contracts(contracts)
    )


def _manager(form: CellsForm) -> service.ManagerInput:
    return service.ManagerInput(*(form.value(name) for name in ("name", "phone", "id_number")))


@bp.route("/managers/add", methods=["GET", "POST"])
@needs(Permission.REGISTRY_EDIT)
def add_manager() -> tuple[str, int] | AnyResponse:
    """A new manager."""
    form = ManagerForm()
    if form.validate_on_submit() and saved(
        form, lambda db: service.add_manager(db, actor(), form.value("manager_code"), _manager(form))
    ):
        flash(_("项目负责人已登记。"), "ok")
        return redirect(url_for(".manager", code=form.value("manager_code")), 303)
    form.forget()
    return render_template("registry/manager_form.html", form=form, row=None), status(form)


@bp.route("/managers/<code>/edit", methods=["GET", "POST"])
@needs(Permission.REGISTRY_EDIT)
def edit_manager(code: str) -> tuple[str, int] | AnyResponse:
    """Change a manager's record, or correct a wrongly recorded ID number."""
    row, form = queries.manager_row(request_session(), code), ManagerEditForm()
    prefill(form, {"name": row.name, "phone": row.phone, "version": service.version_of(row)})
    if form.validate_on_submit() and saved(
        form, lambda db: service.edit_manager(db, actor(), code, _manager(form), version=form.version.data or "")
    ):
        flash(_("修改已保存。"), "ok")
        return redirect(url_for(".manager", code=code), 303)
    form.forget()
    form.version.data = service.version_of(row) if form.form_errors else form.version.data
    return render_template("registry/manager_form.html", form=form, row=row), status(form)

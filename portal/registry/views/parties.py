"""Companies and managers: search, one record with its contracts, adding and editing."""

from flask import Response, flash, redirect, render_template, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.forms import Form
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from portal.registry import queries, sealed, tables
from portal.registry.forms import CellsForm, EnterpriseEditForm, EnterpriseForm, ManagerEditForm, ManagerForm
from portal.registry.models import Contract, Enterprise
from portal.registry.policy import may_edit_parties
from portal.registry.sealed import KnownManager
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
    shown = {"page": page_number(), "pages": pages_of(total), "query": query_text(), "phones": _phones(rows)}
    return render_template("registry/enterprises.html", rows=rows, total=total, q=q, **shown)


@bp.get("/enterprises.<any(csv, xlsx):ending>")
@needs(Permission.REGISTRY_READ)
def enterprises_file(ending: str) -> Response:
    """The same rows as a sheet."""
    rows = queries.enterprises_found(request_session(), asked("q")["q"])[0]
    return sent(tables.enterprises_table(rows, _phones(rows)), ending)


def _phones(rows: list[Enterprise]) -> dict[str, str | None]:
    return sealed.phones(request_session(), rows)


@bp.get("/enterprises/<uscc>")
@needs(Permission.REGISTRY_READ)
def enterprise(uscc: str) -> str:
    """One company and its contracts in the reader's jurisdiction."""
    row = queries.enterprise_row(request_session(), uscc)
    contracts = queries.contracts_of(request_session(), uscc=uscc, within=actor().division_code)
    can_edit = may_edit_parties(actor())
    return render_template(
        "registry/enterprise.html", row=row, phone=_phones([row])[uscc], can_edit=can_edit, **_contracts(contracts)
    )


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
    prefill(form, {**vars(service.facts_of(request_session(), row)), "version": service.version_of(row)})
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
    return _manager_page(queries.manager(request_session(), code), shown=False)


@bp.post("/managers/<code>/phone")
@needs(Permission.REGISTRY_READ)
def manager_phone(code: str) -> str:
    """The same page with the whole phone: a look that is audited."""
    with transaction() as db:
        found = service.read_phone(db, actor(), code)
    return _manager_page(found, shown=True)


def _manager_page(row: KnownManager, shown: bool) -> str:
    contracts = queries.contracts_of(request_session(), manager=row.code, within=actor().division_code)
    return render_template(
        "registry/manager.html", row=row, shown=shown, form=Form(),
        can_edit=may_edit_parties(actor()) and not row.cleared, **_contracts(contracts),
    )  # fmt: skip


def _manager(form: CellsForm, known: KnownManager | None = None) -> service.ManagerInput:
    """What the form says; of a known manager an empty phone is the one that is recorded, unless it is to be deleted."""
    phone = form.value("phone")
    if known is not None and not phone and not form["forget_phone"].data:
        phone = known.phone
    return service.ManagerInput(form.value("name"), phone, form.value("id_number"))


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
    row, form = queries.manager(request_session(), code), ManagerEditForm()
    prefill(form, {"name": row.name, "version": service.version_of(row)})
    if form.validate_on_submit() and saved(
        form, lambda db: service.edit_manager(db, actor(), code, _manager(form, row), version=form.version.data or "")
    ):
        flash(_("修改已保存。"), "ok")
        return redirect(url_for(".manager", code=code), 303)
    form.forget()
    form.version.data = service.version_of(row) if form.form_errors else form.version.data
    return render_template("registry/manager_form.html", form=form, row=row), status(form)

"""Contracts of one estate: adding, ending, changing the manager, taking back."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers.response import Response

from portal.kernel.access import Permission
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor as who
from portal.kernel.web import needs, request_session
from portal.registry import queries
from portal.registry.forms import ContractEditForm, ContractForm, WithdrawForm
from portal.registry.models import Contract
from portal.registry.service import contracts as service
from portal.registry.views.common import bp, prefill, saved, seen_estate, status


def _pickers() -> dict[str, object]:
    """What the browser offers while a code is typed."""
    db = request_session()
    return {"companies": queries.enterprise_names(db), "people": queries.manager_names(db)}


def _seen(code: str, contract_id: str) -> Contract:
    """The newest version of a contract of an estate that the person keeps; an old address still finds it."""
    seen_estate(code, for_editing=True)
    db = request_session()
    row = queries.contract_row(db, contract_id)
    if row.estate_code != code:
        raise NotFound(_("没有找到这份合同。"))
    return row


@bp.route("/estates/<code>/contracts/add", methods=["GET", "POST"])
@needs(Permission.REGISTRY_EDIT)
def add_contract(code: str) -> tuple[str, int] | Response:
    """A new contract."""
    row, form = seen_estate(code, for_editing=True), ContractForm()
    if form.validate_on_submit() and saved(form, lambda db: service.add_contract(db, who(), _terms(code, form))):
        flash(_("合同已登记。"), "ok")
        return redirect(url_for(".estate", code=code), 303)
    return render_template("registry/contract_form.html", form=form, row=row, contract=None, **_pickers()), status(form)


def _terms(code: str, form: ContractForm) -> service.ContractInput:
    names = ("uscc", "manager_code", "starts_on", "ends_on")
    return service.ContractInput(code, *(form.value(name) for name in names))


@bp.route("/estates/<code>/contracts/<contract_id>", methods=["GET", "POST"])
@needs(Permission.REGISTRY_EDIT)
def edit_contract(code: str, contract_id: str) -> tuple[str, int] | Response:
    """Another manager or another last day. The id in the address is the version that was read."""
    row, contract, form = seen_estate(code, for_editing=True), _seen(code, contract_id), ContractEditForm()
    prefill(form, {"manager_code": contract.manager_code, "ends_on": contract.valid_to})
    if form.validate_on_submit() and saved(
        form,
        lambda db: service.edit_contract(
            db, who(), contract_id, manager_code=form.value("manager_code"), ends_on=form.value("ends_on")
        ),
    ):
        flash(_("合同已修改。"), "ok")
        return redirect(url_for(".estate", code=code), 303)
    names = _pickers()
    return render_template("registry/contract_form.html", form=form, row=row, contract=contract, **names), status(form)


@bp.route("/estates/<code>/contracts/<contract_id>/withdraw", methods=["GET", "POST"])
@needs(Permission.REGISTRY_EDIT)
def withdraw_contract(code: str, contract_id: str) -> tuple[str, int] | Response:
    """Take back a contract that was recorded in error."""
    row, contract, form = seen_estate(code, for_editing=True), _seen(code, contract_id), WithdrawForm()
    if form.validate_on_submit() and saved(
        form, lambda db: service.withdraw_contract(db, who(), contract_id, reason=form.value("reason"))
    ):
        flash(_("合同登记已撤回。"), "ok")
        return redirect(url_for(".estate", code=code), 303)
    company = queries.enterprise_row(request_session(), contract.uscc)
    page = render_template("registry/contract_withdraw.html", form=form, row=row, contract=contract, company=company)
    return page, status(form)

"""Contracts of one estate: adding, ending, changing the manager, taking back."""

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers.response import Response

from portal.kernel.access import Permission
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor as who
from portal.kernel.web import needs, request_session
from portal.registry import entry, queries
from portal.registry.forms import ContractEditForm, ContractForm, EntryForm, WithdrawForm
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
    """A new contract; what stands on its parties is shown before it is saved."""
    row, form, told = seen_estate(code, for_editing=True), ContractForm(), None
    if form.validate_on_submit():
        terms = _terms(code, form)
        new = entry.Registration("contract", code, terms.uscc, terms.manager_code, terms.starts_on)
        told = _told(new)
        if _is_free(form, told) and _registered(form, new, told, lambda db: service.add_contract(db, who(), terms)):
            return redirect(url_for(".estate", code=code), 303)
    page = render_template("registry/contract_form.html", form=form, row=row, contract=None, told=told, **_pickers())
    return page, status(form)


def _told(new: entry.Registration) -> entry.EntryStanding:
    """What stands on the parties; nothing while one of them is not in the register."""
    db = request_session()
    try:
        queries.enterprise_row(db, new.uscc)
        queries.manager_row(db, new.manager_code)
    except NotFound:
        return entry.EntryStanding((), False)
    return entry.standing(db, new.uscc, new.manager_code)


def _is_free(form: EntryForm, told: entry.EntryStanding) -> bool:
    """Whether the deed can go on: nothing stands, or the officer has decided with a reason."""
    return not told.asks_decision or form.is_decided()


def _registered(
    form: EntryForm, new: entry.Registration, told: entry.EntryStanding, deed: Callable[[Session], object]
) -> bool:
    """Do the deed with its decision in one transaction; a contract that is referred back is not registered."""
    refers = told.asks_decision and form.decision.data == "refer"

    def both(db: Session) -> None:
        if told.asks_decision:
            entry.decided(db, who(), new, form.decision.data, form.decision_reason.data or "")
        if not refers:
            deed(db)

    if not saved(form, both):
        return False
    done = _("合同已修改。") if new.deed == "manager" else _("合同已登记。")
    flash(_("已退回，处理意见已登记。") if refers else done, "ok")
    return True


def _terms(code: str, form: ContractForm) -> service.ContractInput:
    names = ("uscc", "manager_code", "starts_on", "ends_on")
    return service.ContractInput(code, *(form.value(name) for name in names))


@bp.route("/estates/<code>/contracts/<contract_id>", methods=["GET", "POST"])
@needs(Permission.REGISTRY_EDIT)
def edit_contract(code: str, contract_id: str) -> tuple[str, int] | Response:
    """Another manager or another last day. The id in the address is the version that was read."""
    row, contract, form = seen_estate(code, for_editing=True), _seen(code, contract_id), ContractEditForm()
    prefill(form, {"manager_code": contract.manager_code, "ends_on": contract.valid_to})
    told = None
    if form.validate_on_submit():
        manager, ends_on = form.value("manager_code"), form.value("ends_on")
        new = entry.Registration("manager", code, contract.uscc, manager, contract.valid_from)
        is_new = manager != contract.manager_code
        told = _told(new) if is_new else entry.EntryStanding((), False)

        def deed(db: Session) -> bool:
            return service.edit_contract(db, who(), contract_id, manager_code=manager, ends_on=ends_on)

        if _is_free(form, told) and _registered(form, new, told, deed):
            return redirect(url_for(".estate", code=code), 303)
    names = _pickers()
    page = render_template("registry/contract_form.html", form=form, row=row, contract=contract, told=told, **names)
    return page, status(form)


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

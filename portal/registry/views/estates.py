"""Estates: search, one estate with its history, adding and editing."""

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from portal.registry import queries, tables
from portal.registry.columns import print_units
from portal.registry.forms import CHANGE, EstateEditForm, EstateForm
from portal.registry.kinds import KINDS
from portal.registry.models import EstateFacts
from portal.registry.policy import may_edit_estate
from portal.registry.service import estates as service
from portal.registry.views.common import (
    asked,
    bp,
    division_choices,
    page_number,
    pages_of,
    place_name,
    prefill,
    query_text,
    saved,
    seen_estate,
    sent,
    status,
    window,
)


def _found(**limits: Any) -> tuple[list[EstateFacts], int, dict[str, str]]:
    """The estates that the address asks for, within the reader's jurisdiction."""
    filters = asked("q", "division", "kind", "order")
    division = filters["division"] if len(filters["division"]) == 12 and filters["division"].isdigit() else ""
    kind = filters["kind"] if filters["kind"] in KINDS else ""
    rows, total = queries.estates_found(
        request_session(),
        clock.today(),
        filters["q"],
        divisions=(actor().division_code, division or None),
        kind=kind,
        order=filters["order"],
        **limits,
    )
    return rows, total, filters


@bp.get("/estates")
@needs(Permission.REGISTRY_READ)
def estates() -> str:
    """Estates by name, code, pinyin, initials or address."""
    db, (rows, total, filters) = request_session(), _found(**window())
    areas = {row.code: row for row in queries.division_rows(db)}
    return render_template(
        "registry/estates.html",
        rows=rows,
        total=total,
        filters=filters,
        places={row.estate_code: place_name(areas, row.division_code) for row in rows},
        areas=[area for area in areas.values() if actor().covers(area.code)],
        serving=queries.companies_serving(db, clock.today(), [row.estate_code for row in rows]),
        page=page_number(),
        pages=pages_of(total),
        query=query_text(),
    )


@bp.get("/estates.<any(csv, xlsx):ending>")
@needs(Permission.REGISTRY_READ)
def estates_file(ending: str) -> Response:
    """The rows that the page would show on all its pages, as a sheet."""
    return sent(tables.estates_table(_found()[0]), ending)


@bp.get("/estates/<code>")
@needs(Permission.REGISTRY_READ)
def estate(code: str) -> str:
    """One estate: facts, contracts, and what was known before."""
    db, row = request_session(), seen_estate(code)
    contracts = queries.contracts_history(db, code)
    areas = {area.code: area for area in queries.division_rows(db)}
    return render_template(
        "registry/estate.html",
        row=row,
        place=place_name(areas, row.division_code),
        places={code: place_name(areas, code) for code in areas},
        area=_square_metres(row.floor_area_centi),
        coordinates=(print_units(row.latitude_e6, 6), print_units(row.longitude_e6, 6)),
        history=queries.estate_history(db, code),
        contracts=contracts,
        companies=queries.enterprise_names(db, {contract.uscc for contract in contracts}),
        people=queries.manager_names(db, {contract.manager_code for contract in contracts}),
        can_edit=may_edit_estate(actor(), row.division_code),
    )


def _facts(form: EstateForm) -> service.EstateInput:
    return service.EstateInput(
        form.value("name"),
        form.value("kind"),
        form.value("division_code"),
        form.value("address"),
        form.value("households"),
        form.value("floor_area_m2"),
        form.value("delivered_on"),
        form.value("latitude"),
        form.value("longitude"),
    )


def _ready(form: EstateForm) -> bool:
    """Whether the form was sent and fits as a whole."""
    communities = division_choices(request_session(), actor())
    form.offer("division_code", [("", _("请选择")), *communities])
    if not form.is_submitted():
        return False
    form.validate()
    if form.value("division_code") and form.value("division_code") not in dict(communities):
        form.refuse("division_code", _("“%(value)s”不在您的辖区内。", value=form.value("division_code")))
    return form.check_together(clock.today())


@bp.route("/estates/add", methods=["GET", "POST"])
@needs(Permission.REGISTRY_EDIT)
def add_estate() -> tuple[str, int] | AnyResponse:
    """A new estate."""
    form = EstateForm()
    code = form.estate_code.data or ""
    if _ready(form) and saved(form, lambda db: service.add_estate(db, actor(), code.strip(), _facts(form))):
        flash(_("小区已登记。"), "ok")
        return redirect(url_for(".estate", code=code.strip()), 303)
    return render_template("registry/estate_form.html", form=form, row=None), status(form)


@bp.route("/estates/<code>/edit", methods=["GET", "POST"])
@needs(Permission.REGISTRY_EDIT)
def edit_estate(code: str) -> tuple[str, int] | AnyResponse:
    """Correct an estate, or change it from a day on."""
    row, form = seen_estate(code, for_editing=True), EstateEditForm()
    prefill(form, _recorded(row))
    if _ready(form) and saved(form, lambda db: _edit(db, code, form)):
        flash(_("修改已保存。"), "ok")
        return redirect(url_for(".estate", code=code), 303)
    form.version.data = row.id if form.form_errors else form.version.data
    return render_template("registry/estate_form.html", form=form, row=row), status(form)


def _edit(db: Any, code: str, form: EstateEditForm) -> bool:
    day = form.value("from_day") if form.mode.data == CHANGE else None
    version = form.version.data or ""
    return service.edit_estate(db, actor(), code, _facts(form), version=version, from_day=day, on=clock.today())


def _recorded(row: EstateFacts) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.kind,
        "division_code": row.division_code,
        "address": row.address,
        "households": row.households,
        "floor_area_m2": print_units(row.floor_area_centi, 2),
        "delivered_on": row.delivered_on,
        "latitude": print_units(row.latitude_e6, 6),
        "longitude": print_units(row.longitude_e6, 6),
        "version": row.id,
    }


def _square_metres(centi: int | None) -> str | None:
    """A floor area with its thousands apart: 133,640."""
    whole, point, rest = (print_units(centi, 2) or "").partition(".")
    return f"{int(whole):,}{point}{rest}" if whole else None

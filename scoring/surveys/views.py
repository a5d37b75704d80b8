"""Pages of a year's facts: what is in and what is missing, entering and correcting, vetoes."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotAllowed, NotFound
from portal.kernel.forms import Form
from portal.kernel.i18n import _, language
from portal.kernel.points import print_cp
from portal.kernel.sheets.write import write_csv, write_xlsx
from portal.kernel.web import actor, needs, request_session
from portal.registry import api as registry
from scoring.surveys import policy, queries, service
from scoring.surveys.catalogue import indicators, veto_grounds
from scoring.surveys.forms import FactsForm, VetoForm, WithdrawForm, facts_form
from scoring.surveys.kinds import COLLECTION_RATES, INDICATORS, SURVEYS, FactKind
from scoring.surveys.overview import MISSING, YearRow, rules_of, year_overview

bp = Blueprint("surveys", __name__, url_prefix="/year-facts", template_folder="templates")
PAGE = 50
FIRST_YEAR = 2018
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/")
@needs(Permission.YEAR_FACTS_READ)
def index() -> AnyResponse:
    """The year that is being rated: the last one until its facts are collected, so the last finished year."""
    return redirect(url_for(".year", year=clock.today().year - 1))


def _asked() -> dict[str, str]:
    return {name: request.args.get(name, "").strip() for name in ("q", "division", "kind", "missing")}


def _known_year(year: int) -> int:
    if not FIRST_YEAR <= year <= clock.today().year:
        raise NotFound(_("没有这个年度。"))
    return year


def _filters() -> dict[str, str]:
    """The filters of the address; a division code that is none filters nothing."""
    asked = _asked()
    if not (len(asked["division"]) == 12 and asked["division"].isdigit()):
        asked["division"] = ""
    return asked


@bp.get("/<int:year>")
@needs(Permission.YEAR_FACTS_READ)
def year(year: int) -> str:
    """The estates of a year with their facts, filtered, one page of them; and the vetoes."""
    db, filters = request_session(), _filters()
    found = year_overview(db, actor(), _known_year(year), **filters)
    page = max(1, request.args.get("page", 1, int))
    areas = registry.divisions(db)
    mine = {row.estate_code: row.name for row in found.rows}
    query = request.query_string.decode()
    return render_template(
        "surveys/year.html",
        year=year,
        found=found,
        rows=found.rows[(page - 1) * PAGE : page * PAGE],
        page=page,
        pages=max(1, -(-len(found.rows) // PAGE)),
        filters=filters,
        areas=areas,
        streets=[area for area in areas.values() if area.level == "street" and actor().covers(area.code)],
        years=range(clock.today().year, max(FIRST_YEAR, clock.today().year - 6), -1),
        vetoes=[veto for veto in queries.vetoes(db, year) if veto.estate_code in mine],
        names=mine,
        grounds={ground.code: ground.name(language()) for ground in veto_grounds(year)},
        can_edit=actor().may(Permission.YEAR_FACTS_EDIT),
        can_veto=actor().may(Permission.VETO_DECIDE),
        query=f"?{query}" if query else "",
        missing=MISSING,
    )


@bp.get("/<int:year>.<any(csv, xlsx):ending>")
@needs(Permission.YEAR_FACTS_READ)
def year_file(year: int, ending: str) -> Response:
    """The rows that the page would show on all its pages."""
    found = year_overview(request_session(), actor(), _known_year(year), **_filters())
    codes = [known.code for known in indicators()]
    header = [
        "estate_code",
        "name",
        "kind",
        "division_code",
        "households",
        "valid_responses",
        "survey",
        *codes,
        "rate",
        "vetoes",
    ]
    target, rows = io.BytesIO(), [_cells(row, codes) for row in found.rows]
    (write_csv if ending == "csv" else write_xlsx)(target, header, rows)
    answer = Response(target.getvalue(), mimetype="text/csv" if ending == "csv" else XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="year-facts-{year}.{ending}"'
    return answer


def _cells(row: YearRow, codes: list[str]) -> list[Any]:
    homes, replies, score = row.survey or (None, None, None)
    points = [_shown(row.indicators.get(code)) for code in codes]
    rate, vetoes = _shown(row.rate_cp), " ".join(row.vetoes)
    return [
        row.estate_code,
        row.name,
        row.kind,
        row.division_code,
        homes,
        replies,
        _shown(score),
        *points,
        rate,
        vetoes,
    ]


def _shown(points: int | None) -> str:
    return "" if points is None else print_cp(points)


def _seen_estate(code: str, year: int) -> registry.EstateView:
    """The estate as it is rated; outside the jurisdiction there is none."""
    found = registry.estate(request_session(), code, min(date(_known_year(year), 12, 31), clock.today()))
    if not policy.may_read(actor(), found.division_code) and not policy.may_decide_veto(actor(), found.division_code):
        raise NotFound(_("没有编号为“%(value)s”的小区。", value=code))
    return found


def _saved(form: Form, deed: Callable[[Session], Any]) -> bool:
    """Do the deed in a transaction of its own; what the domain refuses stands above the form."""
    try:
        with transaction() as db:
            deed(db)
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.form_errors.append(str(error))
    return not form.errors


def _status(form: Form) -> int:
    return 422 if form.errors else 200


@bp.get("/<int:year>/<code>")
@needs(Permission.YEAR_FACTS_READ)
def estate(year: int, code: str) -> str:
    """One estate's facts of a year."""
    db, found = request_session(), _seen_estate(code, year)
    return render_template(
        "surveys/estate.html",
        year=year,
        estate=found,
        rules=rules_of(found.kind, year),
        survey=queries.survey(db, year, code),
        scores=queries.indicator_scores(db, year, code),
        indicators=_indicator_names(found.kind, year),
        rate=queries.collection_rate(db, year, code),
        vetoes=queries.vetoes(db, year, code),
        grounds={ground.code: ground.name(language()) for ground in veto_grounds(year)},
        is_published=code in service.published(db, year),
        can_edit=policy.may_edit(actor(), found.division_code),
        can_veto=policy.may_decide_veto(actor(), found.division_code),
    )


def _indicator_names(kind: str, year: int) -> dict[str, str]:
    """The indicators that the estate's rule set asks for, in its order."""
    rules = rules_of(kind, year)
    names = {known.code: known.name(language()) for known in indicators()}
    return {code: names[code] for code in rules.indicators} if rules else {}


@bp.route("/<int:year>/<code>/edit", methods=["GET", "POST"])
@needs(Permission.YEAR_FACTS_EDIT)
def edit(year: int, code: str) -> tuple[str, int] | AnyResponse:
    """Enter or correct the facts of an estate."""
    db, found = request_session(), _seen_estate(code, year)
    rules, names = rules_of(found.kind, year), _indicator_names(found.kind, year)
    form = facts_form(names, bool(rules and "collection" in rules.weights))()
    known = _recorded(db, year, code)
    if request.method == "GET":
        form.process(MultiDict(known))
    elif (
        form.validate()
        and _complete(form, known, names)
        and _saved(form, lambda db: _record(db, form, year, code, names))
    ):
        flash(_("年度数据已保存。"), "ok")
        return redirect(url_for(".estate", year=year, code=code), 303)
    public = code in service.published(db, year)
    shown = {"year": year, "estate": found, "rules": rules, "indicators": names, "is_published": public}
    return render_template("surveys/edit.html", form=form, **shown), _status(form)


def _recorded(db: Session, year: int, code: str) -> dict[str, str]:
    """What is known, as the form shows it."""
    values: dict[str, str] = {}
    if survey := queries.survey(db, year, code):
        values = {"households": str(survey.households), "valid_responses": str(survey.valid_responses)}
        values["survey_score"] = print_cp(survey.score_cp)
    for name, row in queries.indicator_scores(db, year, code).items():
        values |= {f"score_{name}": print_cp(row.score_cp), f"evidence_{name}": row.evidence}
    if rate := queries.collection_rate(db, year, code):
        values["rate"] = print_cp(rate.rate_cp)
    return values


def _complete(form: FactsForm, known: dict[str, str], names: dict[str, str]) -> bool:
    """A survey has three numbers, an indicator its basis, and what is recorded is not emptied."""
    _check_survey(form)
    for code in names:
        if form.text(f"score_{code}") and not form.text(f"evidence_{code}"):
            form.refuse(f"evidence_{code}", _("请填写依据。"))
    for name in known:
        if name in form and not form.text(name) and not form[name].errors:
            form.refuse(name, _("已经登记的数据不能清空。登记错了的，请填写正确的数。"))
    return not form.errors


def _check_survey(form: FactsForm) -> None:
    """All three numbers or none, and no more replies than homes."""
    names = ("households", "valid_responses", "survey_score")
    empty = [name for name in names if not form.text(name)]
    for name in empty if len(empty) < len(names) else ():
        form.refuse(name, _("户数、有效问卷数和满意度得分要一起填写。"))
    homes, replies = form.value("households"), form.value("valid_responses")
    if homes is not None and replies is not None and replies > homes:
        form.refuse("valid_responses", _("有效问卷数（%(n)s）多于户数（%(m)s）。请核对这两列。", n=replies, m=homes))


def _record(db: Session, form: FactsForm, year: int, code: str, names: dict[str, str]) -> bool:
    key: dict[str, Any] = {"year": year, "estate_code": code}
    facts: list[tuple[FactKind, dict[str, Any]]] = []
    if form.value("survey_score") is not None:
        numbers = {"households": form.value("households"), "valid_responses": form.value("valid_responses")}
        facts.append((SURVEYS, {**key, **numbers, "score_cp": form.value("survey_score")}))
    for name in names:
        if (score := form.value(f"score_{name}")) is not None:
            own = {"indicator_code": name, "score_cp": score, "evidence": form.text(f"evidence_{name}")}
            facts.append((INDICATORS, {**key, **own}))
    if "rate" in form and form.value("rate") is not None:
        facts.append((COLLECTION_RATES, {**key, "rate_cp": form.value("rate")}))
    return service.record_all(db, actor(), year, code, facts, on=clock.today(), reason=form.text("reason"))


@bp.route("/<int:year>/<code>/veto", methods=["GET", "POST"])
@needs(Permission.VETO_DECIDE)
def decide_veto(year: int, code: str) -> tuple[str, int] | AnyResponse:
    """Enter a veto that was decided and served."""
    found, form = _seen_estate(code, year), VetoForm()
    form.veto_code.choices = [("", _("请选择"))] + [
        (ground.code, f"{ground.code} {ground.name(language())}") for ground in veto_grounds(year)
    ]
    if form.validate_on_submit() and _saved(form, lambda db: _decide(db, form, year, code)):
        flash(_("一票否决已登记。"), "ok")
        return redirect(url_for(".estate", year=year, code=code), 303)
    public = code in service.published(request_session(), year)
    return render_template("surveys/veto.html", form=form, year=year, estate=found, is_published=public), _status(form)


def _decide(db: Session, form: VetoForm, year: int, code: str) -> bool:
    return service.decide_veto(
        db,
        actor(),
        year,
        code,
        veto_code=form.veto_code.data,
        decision=form.decision.data or "",
        decided_on=form.decided_on.data,
        decided_by=form.decided_by.data or "",
        evidence=form.evidence.data or "",
        on=clock.today(),
    )


@bp.route("/<int:year>/<code>/veto/<veto_id>/withdraw", methods=["GET", "POST"])
@needs(Permission.VETO_DECIDE)
def withdraw_veto(year: int, code: str, veto_id: str) -> tuple[str, int] | AnyResponse:
    """Take back a veto whose decision was withdrawn."""
    found, form = _seen_estate(code, year), WithdrawForm()
    veto = queries.veto(request_session(), veto_id)
    if veto is None or (veto.year, veto.estate_code) != (year, code):
        raise NotFound(_("没有这条一票否决记录。"))
    reason = form.reason.data or ""
    if form.validate_on_submit() and _saved(
        form, lambda db: service.withdraw_veto(db, actor(), veto_id, on=clock.today(), reason=reason)
    ):
        flash(_("一票否决已撤销。"), "ok")
        return redirect(url_for(".estate", year=year, code=code), 303)
    ground = next((ground.name(language()) for ground in veto_grounds(year) if ground.code == veto.veto_code), "")
    shown = {"year": year, "estate": found, "veto": veto, "ground": ground}
    return render_template("surveys/withdraw.html", form=form, **shown), _status(form)

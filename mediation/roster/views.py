"""Pages of the roster: who is on it, a person's facts and ties, the rooms; and one's own ties for whoever mediates."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers.response import Response

from mediation.roster import policy, queries, service, words
from mediation.roster.forms import AwayForm, FactsForm, NewForm, PlaceForm, TieForm
from mediation.roster.service import MediatorInput
from portal.accounts import api as accounts
from portal.kernel import clock
from portal.kernel.access import Permission, Role, require
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from portal.registry import api as registry

bp = Blueprint("roster", __name__, template_folder="templates")
Page = Response | str | tuple[str, int]


@bp.get("/mediation/roster")
@needs(Permission.MEDIATION_REGISTER)
def index() -> str:
    """Everybody who is or was on the roster, and the rooms."""
    return _index(PlaceForm(_areas(), formdata=None))


def _areas() -> list[tuple[str, str]]:
    me = actor()
    return [(code, one.name) for code, one in registry.divisions(request_session()).items() if me.covers(code)]


def _index(form: PlaceForm) -> str:
    db, day = request_session(), clock.today()
    return render_template(
        "roster/index.html", people=queries.everybody(db, day), places=queries.places(db, day), form=form, words=words,
        may_keep=policy.may_keep(actor()), areas=registry.divisions(db),
    )  # fmt: skip


@bp.post("/mediation/roster/places")
@needs(Permission.MEDIATION_REGISTER)
def add_place() -> Page:
    """Register a room."""
    form = PlaceForm(_areas())
    if not _done(form, lambda db: service.add_place(db, actor(), form.code.data, form.name.data, form.division.data)):
        return _index(form), 422
    flash(_("已登记。"), "ok")
    return redirect(url_for(".index"), 303)


def _done(form: Any, deed: Any) -> bool:
    """Check a form and do the deed; what the rules refuse stands above the form."""
    if not form.validate():
        return False
    try:
        with transaction() as db:
            deed(db)
    except (Conflict, NotAllowed):
        raise
    except DomainError as error:
        form.form_errors.append(str(error))
        return False
    return True


def _accounts() -> list[tuple[str, str]]:
    """Accounts of mediators who are not on the roster."""
    db = request_session()
    there = {one.facts.login for one in queries.everybody(db, clock.today()) if one.state != "off"}
    return [
        (one.login, f"{one.name}（{one.login}）")
        for one in accounts.people_in(db, Role.MEDIATOR)
        if one.login not in there
    ]


def _input(login: str, form: FactsForm) -> MediatorInput:
    return MediatorInput(
        login, form.name.data, form.part.data, form.body.data, form.qualification.data or "",
        employer_uscc=(form.employer_uscc.data or "").strip().upper() or None, languages=form.languages.data,
        kinds=form.kinds.data or (), capacity=form.capacity.data,
    )  # fmt: skip


@bp.get("/mediation/roster/add")
@needs(Permission.MEDIATION_REGISTER)
def add_form() -> str:
    """An empty entry."""
    require(policy.may_keep(actor()))
    blank = {"part": "mediator", "languages": ["zh"], "capacity": 20}
    return render_template("roster/add.html", form=NewForm(_accounts(), formdata=None, data=blank))


@bp.post("/mediation/roster/add")
@needs(Permission.MEDIATION_REGISTER)
def add() -> Page:
    """Put somebody on the roster."""
    form = NewForm(_accounts())
    if not _done(form, lambda db: service.enrol(db, actor(), _input(form.login.data, form))):
        return render_template("roster/add.html", form=form), 422
    flash(_("已列入名册。"), "ok")
    return redirect(url_for(".person", login=form.login.data), 303)


@bp.get("/mediation/roster/<login>")
@needs(Permission.MEDIATION_REGISTER)
def person(login: str) -> str:
    """One person: facts, ties, and what can be done."""
    require(policy.may_keep(actor()))
    return _person(login)


def _person(login: str, facts: Any = None, away: Any = None, tie: Any = None) -> str:
    db, day = request_session(), clock.today()
    one = queries.standing(db, login, day)
    if facts is None:
        data = {name: getattr(one.facts, name) for name in ("name", "part", "body", "qualification", "capacity")}
        data |= {"employer_uscc": one.facts.employer_uscc or "", "languages": list(one.facts.languages)}
        facts = FactsForm(formdata=None, data={**data, "kinds": list(one.facts.kinds)})
    return render_template(
        "roster/person.html", one=one, facts=facts, away=away or AwayForm(formdata=None), words=words,
        tie=tie or TieForm(formdata=None), **_ties(login),
    )  # fmt: skip


def _ties(login: str) -> dict[str, Any]:
    """The ties of a person, and names of what they are to."""
    db = request_session()
    rows = queries.ties(db, login)
    names = dict(registry.estate_names(db, {row.estate_code for row in rows if row.estate_code}))
    names |= {row.uscc: registry.enterprise(db, row.uscc).name for row in rows if row.uscc}
    return {"ties": rows, "names": names}


@bp.post("/mediation/roster/<login>")
@needs(Permission.MEDIATION_REGISTER)
def save(login: str) -> Page:
    """What is known from today on; somebody who was away or off comes back with it."""
    require(policy.may_keep(actor()))
    form = FactsForm()
    if not _done(form, lambda db: service.enrol(db, actor(), _input(login, form))):
        return _person(login, facts=form), 422
    flash(_("已登记。"), "ok")
    return redirect(url_for(".person", login=login), 303)


@bp.post("/mediation/roster/<login>/away")
@needs(Permission.MEDIATION_REGISTER)
def away(login: str) -> Page:
    """No new cases from today to a day."""
    require(policy.may_keep(actor()))
    form = AwayForm()
    if not _done(form, lambda db: service.suspend(db, actor(), login, form.until.data)):
        return _person(login, away=form), 422
    flash(_("已暂停。"), "ok")
    return redirect(url_for(".person", login=login), 303)


@bp.post("/mediation/roster/<login>/end")
@needs(Permission.MEDIATION_REGISTER)
def end(login: str) -> Page:
    """Off the roster from today on."""
    require(policy.may_keep(actor()))
    with transaction() as db:
        service.strike(db, actor(), login)
    flash(_("已退出名册。正在办理的案件不变，需要更换的请在案件中办理。"), "ok")
    return redirect(url_for(".person", login=login), 303)


def _declare(login: str, form: TieForm) -> bool:
    estate, uscc = (form.estate.data or "").strip() or None, (form.uscc.data or "").strip().upper() or None
    return _done(form, lambda db: service.declare(db, actor(), login, form.kind.data, estate_code=estate, uscc=uscc))


@bp.post("/mediation/roster/<login>/ties")
@needs(Permission.MEDIATION_REGISTER)
def declare(login: str) -> Page:
    """Note a tie that came to light."""
    require(policy.may_keep(actor()))
    form = TieForm()
    if not _declare(login, form):
        return _person(login, tie=form), 422
    flash(_("已登记。有关案件不再提议此人。"), "ok")
    return redirect(url_for(".person", login=login), 303)


@bp.post("/mediation/roster/<login>/ties/<tie_id>/end")
@needs(Permission.MEDIATION_REGISTER)
def end_tie(login: str, tie_id: str) -> Page:
    """A tie is over."""
    require(policy.may_keep(actor()))
    with transaction() as db:
        service.end_tie(db, actor(), tie_id)
    flash(_("已登记。"), "ok")
    return redirect(url_for(".person", login=login), 303)


@bp.get("/mediation/my-ties")
@needs(Permission.MEDIATION_CASE)
def my_ties() -> str:
    """One's own ties."""
    return render_template("roster/my_ties.html", tie=TieForm(formdata=None), words=words, **_ties(actor().login))


@bp.post("/mediation/my-ties")
@needs(Permission.MEDIATION_CASE)
def declare_own() -> Page:
    """Declare a tie of one's own."""
    form = TieForm()
    if not _declare(actor().login, form):
        return render_template("roster/my_ties.html", tie=form, words=words, **_ties(actor().login)), 422
    flash(_("已登记。有关案件不再提议您。"), "ok")
    return redirect(url_for(".my_ties"), 303)

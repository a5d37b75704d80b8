"""People: who acts on the portal, in which role and where."""

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from portal.accounts import factors, queries, service
from portal.accounts.forms import NewPersonForm, PersonForm
from portal.accounts.service import PersonFacts
from portal.accounts.views.blueprint import bp
from portal.accounts.words import ROLE_NAMES
from portal.kernel.access import Permission, Role, require
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, fresh, needs, page_asked, request_session

PAGE = 50


def _see_other(login: str = "") -> Response:
    target = url_for("accounts.person", login=login) if login else url_for("accounts.people")
    return make_response(redirect(target, 303))


@bp.get("/admin/people")
@needs(Permission.PEOPLE_EDIT)
def people() -> str:
    """The people of my jurisdiction."""
    text, role = request.args.get("q", ""), request.args.get("role", "")
    page = page_asked()
    role = role if role in set(Role) else ""
    found, total = queries.search(request_session(), actor().division_code, text, role, PAGE, (page - 1) * PAGE)
    shown = {"people": found, "total": total, "q": text, "role": role, "roles": ROLE_NAMES, "page": page}
    return render_template("accounts/people.html", pages=-(-total // PAGE), **shown)


def _facts(form: Any, login: str) -> PersonFacts:
    return PersonFacts(login, form.name.data.strip(), form.role.data, form.division_code.data, form.uscc.data or None)


def _fits(form: Any, login: str) -> bool:
    """Whether form and register agree; else the sentence stands at its field."""
    if not form.validate():
        return False
    db = request_session()
    known = service.known_divisions(db), service.known_enterprises(db)
    if wrong := service.check_facts(_facts(form, login), *known):
        form[wrong[0]].errors = [*form[wrong[0]].errors, wrong[1]]
    elif not actor().covers(form.division_code.data):
        form.division_code.errors = [_("这个辖区不归您管理，请由上级辖区的系统管理员办理。")]
    return not form.errors


@bp.get("/admin/people/add")
@needs(Permission.PEOPLE_EDIT)
def add_form() -> str:
    """The form for a new person."""
    return render_template("accounts/person_form.html", form=NewPersonForm(), person=None)


@bp.post("/admin/people/add")
@needs(Permission.PEOPLE_EDIT)
@fresh
def add_person() -> tuple[str, int] | Response:
    """Add a person; the one-time code is shown on the answer and nowhere else."""
    form = NewPersonForm()
    if not _fits(form, form.login.data or ""):
        return render_template("accounts/person_form.html", form=form, person=None), 422
    try:
        with transaction() as db:
            code = service.add(db, actor(), _facts(form, form.login.data))
    except Conflict as error:
        form.login.errors = [str(error)]
        return render_template("accounts/person_form.html", form=form, person=None), 422
    return render_template("accounts/code.html", login=form.login.data, name=form.name.data, code=code), 201


@bp.get("/admin/people/<login>")
@needs(Permission.PEOPLE_EDIT)
def person(login: str) -> str:
    """One person and what can be done."""
    found = _mine(login)
    form = PersonForm(data={name: getattr(found, name) for name in ("name", "role", "division_code", "uscc")})
    return _person_page(found, form)


def _person_page(found: queries.PersonView, form: PersonForm) -> str:
    has = factors.of(request_session(), found.login)
    return render_template("accounts/person.html", person=found, form=form, has=has)


def _mine(login: str) -> queries.PersonView:
    found = queries.view_of(queries.find_person(request_session(), login))
    if not actor().covers(found.division_code):
        raise NotFound(_("没有登录名为“%(login)s”的人员。请核对登录名，或先导入该人员。", login=login))
    return found


@bp.post("/admin/people/<login>")
@needs(Permission.PEOPLE_EDIT)
@fresh
def change_person(login: str) -> tuple[str, int] | Response:
    """Change a person."""
    found, form = _mine(login), PersonForm()
    if not _fits(form, login):
        return _person_page(found, form), 422
    try:
        with transaction() as db:
            changed = service.change(db, actor(), _facts(form, login))
    except DomainError as error:
        form.role.errors = [str(error)]
        return _person_page(found, form), 409
    flash(
        _("已保存%(name)s的资料。", name=form.name.data) if changed else _("没有改动。"), "ok" if changed else "plain"
    )
    return _see_other(login)


@bp.post("/admin/people/<login>/disable")
@needs(Permission.PEOPLE_EDIT)
@fresh
def disable(login: str) -> Response:
    """The person can no longer act."""
    with transaction() as db:
        service.disable(db, actor(), login)
    flash(_("已停用%(login)s，其所有登录都已退出。", login=login), "ok")
    return _see_other(login)


@bp.post("/admin/people/<login>/enable")
@needs(Permission.PEOPLE_EDIT)
@fresh
def enable(login: str) -> Response:
    """The person can act again."""
    with transaction() as db:
        service.enable(db, actor(), login)
    flash(_("已恢复%(login)s。", login=login), "ok")
    return _see_other(login)


@bp.post("/admin/people/<login>/code")
@needs(Permission.PEOPLE_EDIT)
@fresh
def new_code(login: str) -> tuple[str, int]:
    """A new one-time code, shown on the answer and nowhere else."""
    require(login != actor().login, _("请在“我的账号”里修改自己的密码。"))
    with transaction() as db:
        code = service.renew_code(db, actor(), login)
    return render_template("accounts/code.html", login=login, name=_mine(login).name, code=code), 200


@bp.post("/admin/people/<login>/factors")
@needs(Permission.PEOPLE_EDIT)
@fresh
def reset_factors(login: str) -> Response:
    """Take a person's second factors away, who has lost phone and recovery codes."""
    with transaction() as db:
        factors.reset(db, actor(), login)
    flash(_("已清除%(login)s的第二验证方式，其所有登录都已退出，已通知本人。", login=login), "ok")
    return _see_other(login)

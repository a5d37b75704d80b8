"""The second factor after a password, and the way in by passkey alone."""

from flask import Response, flash, render_template, request, session, url_for

from portal.accounts import factors, passkeys, sessions
from portal.accounts.forms import CodeForm, ConfirmForm, SignInForm
from portal.accounts.models import Person
from portal.accounts.views.blueprint import bp
from portal.accounts.views.door import door_page
from portal.accounts.views.entering import (
    Waiting,
    come_in,
    device_mark,
    passkey_site,
    private,
    see_other,
    waiting,
)
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.web import public, request_session


def _page(held: Waiting, form: CodeForm, status: int = 200) -> Response:
    db, place = request_session(), passkey_site()
    has = factors.of(db, held.login)
    options = passkeys.authentication_options(db, place, login=held.login, purpose=passkeys.SECOND) if place else ""
    page = render_template(
        "accounts/second_factor.html", form=form, key_form=ConfirmForm(formdata=None), has=has,
        options=options if has.passkeys else "", cancel_url=url_for("accounts.sign_in"),
    )  # fmt: skip
    return private(page, status)


@bp.get("/sign-in/factor")
@public
def second_factor() -> Response:
    """The form for who has shown the password."""
    held = waiting()
    return _page(held, CodeForm()) if held else see_other("accounts.sign_in")


@bp.post("/sign-in/factor")
@public
def show_second_factor() -> Response:
    """Look at the code, or at the answer of a passkey, and open a session."""
    held = waiting()
    if held is None:
        return see_other("accounts.sign_in")
    if answer := request.form.get("answer"):
        return _by_passkey(held, answer)
    form = CodeForm()
    if not form.validate():
        return _page(held, form, 422)
    with transaction() as db:
        mark = device_mark(held.login)
        found = sessions.knock(db, held.login, request.remote_addr or "", mark, what="factor")
    if found.wait_minutes:
        sentence = _("输错次数过多，请%(n)s分钟后再试，或者联系系统管理员。", n=found.wait_minutes)
        return _refused(held, form, sentence, 429)
    with transaction() as db:
        person = db.get(Person, held.login, with_for_update=True)
        if not held.holds(person) or person is None:
            session.clear()
            return see_other("accounts.sign_in")
        by = factors.spend(db, held.login, form.code.data)
        if by:
            sessions.forgive(db, found)
            inside = come_in(db, person, by, held.target)
            if by == "recovery":
                left = factors.of(db, held.login).codes_left
                flash(_("已用恢复码登录，还剩%(left)s个。请尽快重新设置第二验证方式。", left=left), "soon")
            return inside
        sessions.refused(db, found)
    return _refused(held, form, _("验证码不对，或者已经用过。请等应用显示新的数字后再试。"), 401)


def _refused(held: Waiting, form: CodeForm, sentence: str, status: int) -> Response:
    form.code.errors = [*form.code.errors, sentence]
    form.code.data = ""
    return _page(held, form, status)


def _by_passkey(held: Waiting, answer: str) -> Response:
    place, form = passkey_site(), CodeForm(formdata=None)
    if place is None:
        return see_other("accounts.sign_in")
    try:
        with transaction() as db:
            shown = passkeys.verify(db, place, answer, passkeys.SECOND, held.login)
            person = db.get(Person, held.login, with_for_update=True)
            if held.holds(person) and person is not None and not shown.copied:
                return come_in(db, person, "passkey", held.target)
    except DomainError as error:
        return _refused(held, form, str(error), 401)
    return _refused(held, form, _("这个通行密钥不能再用，请改用验证码，并联系系统管理员。"), 401)


@bp.post("/sign-in/passkey")
@public
def enter_by_passkey() -> Response:
    """Open a session for whose passkey answered: it proves the person and, by finger, face or PIN, their presence."""
    form, place = SignInForm(formdata=None), passkey_site()
    form.next.data = target = request.form.get("next", "")
    if place is None:
        return door_page(form, _("这个地址不能使用通行密钥，请用密码登录。"), 409)
    try:
        with transaction() as db:
            shown = passkeys.verify(db, place, request.form.get("answer", ""))
            if not shown.copied:
                return come_in(db, passkeys.who_may_enter(db, shown), "passkey", target)
    except DomainError as error:
        return door_page(form, str(error), 401)
    return door_page(form, _("这个通行密钥不能再用，请用密码登录，并联系系统管理员。"), 401)

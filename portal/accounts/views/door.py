"""Sign in with a password or a one-time code, set the first password, sign out."""

from datetime import timedelta

from flask import Response, render_template, request, session

from portal.accounts import passkeys, passwords, service, sessions, unified
from portal.accounts.forms import ConfirmForm, NewPasswordForm, SignInForm
from portal.accounts.views.blueprint import bp
from portal.accounts.views.entering import (
    COOKIE,
    device_mark,
    enter,
    passkey_site,
    private,
    see_other,
    session_token,
)
from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.settings import settings
from portal.kernel.web import cookie_name, public, request_session

TICKET = "first_password"
TICKET_LIFE = timedelta(minutes=15)


def door_page(form: SignInForm, sentence: str = "", status: int = 200) -> Response:
    """The door with all its ways in; ``sentence`` says why it stayed shut."""
    place = passkey_site()
    options = passkeys.authentication_options(request_session(), place) if place else ""
    page = render_template(
        "accounts/sign_in.html", form=form, key_form=ConfirmForm(formdata=None), options=options, sentence=sentence,
        has_errors=bool(sentence), unified=unified.is_offered(),
    )  # fmt: skip
    return private(page, status)


@bp.get("/sign-in")
@public
def sign_in() -> Response:
    """The form."""
    return door_page(SignInForm(next=request.args.get("next", "")))


@bp.post("/sign-in", endpoint="enter")
@public
def enter_by_password() -> Response:
    """Count the try, look at the secret, open a session or ask for the second factor or the first password."""
    form = SignInForm()
    if not form.validate():
        return door_page(form, status=422)
    login = form.login.data.strip()
    with transaction() as db:
        found = sessions.knock(db, login, request.remote_addr or "", device_mark(login))
    if found.wait_minutes:
        sentence = _("输错次数过多，请%(n)s分钟后再试，或者联系系统管理员。", n=found.wait_minutes)
        return door_page(form, sentence, 429)
    kind = sessions.proof(found, form.password.data)
    if kind == "password":
        return _entered(found, form.next.data or "")
    if kind == "code":
        return _first_password_next(found, form.next.data or "")
    with transaction() as db:
        sessions.refused(db, found)
    return door_page(form, _("登录名或密码不对，请重新输入。"), 401)


def _entered(found: sessions.Knock, target: str) -> Response:
    with transaction() as db:
        person = sessions.still_the_same(db, found)
        sessions.forgive(db, found)
        return enter(db, person, "password", target)


def _first_password_next(found: sessions.Knock, target: str) -> Response:
    with transaction() as db:
        sessions.forgive(db, found)
    until = (clock.now() + TICKET_LIFE).timestamp()
    session.clear()
    session[TICKET] = {"login": found.login, "ticket": sessions.ticket(found), "until": until, "next": target}
    return see_other("accounts.first_password")


def _ticket() -> dict[str, str] | None:
    held = session.get(TICKET)
    return held if held and held["until"] > clock.now().timestamp() else None


@bp.get("/sign-in/password")
@public
def first_password() -> Response:
    """The form for who came with a one-time code."""
    held = _ticket()
    if held is None:
        return see_other("accounts.sign_in")
    page = render_template("accounts/first_password.html", form=NewPasswordForm(), login=held["login"])
    return private(page)


@bp.post("/sign-in/password")
@public
def set_first_password() -> Response:
    """Trade the code for a password and come in; who has a second factor is asked for it."""
    held = _ticket()
    if held is None:
        return see_other("accounts.sign_in")
    form = NewPasswordForm()
    if not (form.validate() and is_strong(form, held["login"])):
        return private(render_template("accounts/first_password.html", form=form, login=held["login"]), 422)
    hashed = passwords.hash_password(form.password.data)
    with transaction() as db:
        person = service.set_first_password(db, held["login"], held["ticket"], hashed)
        return enter(db, person, "password", held["next"])


def is_strong(form: NewPasswordForm, login: str) -> bool:
    """Whether the new password is good; else its sentence stands at the field."""
    try:
        passwords.refuse_weak(login, form.password.data)
    except DomainError as error:
        form.password.errors = [*form.password.errors, str(error)]
        return False
    return True


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    """End this session; without one there is nothing to end."""
    token = session_token()
    with transaction() as db:
        actor = sessions.actor_for_session(db, token) if token else None
        if actor is not None:
            sessions.close(db, actor, token)
    session.clear()
    response = see_other("public.home")
    response.delete_cookie(cookie_name(COOKIE), path="/", secure=settings().secure_cookies)
    # photos of checks; not the storage, where a check may wait to be sent
    response.headers["Clear-Site-Data"] = '"cache"'
    return response

"""Sign in, set the first password, sign out."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, request, session, url_for

from portal.accounts import passwords, service, sessions
from portal.accounts.forms import NewPasswordForm, SignInForm
from portal.accounts.models import Person
from portal.accounts.views.blueprint import bp
from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.settings import settings
from portal.kernel.web import public

COOKIE = "portal_session"
TICKET = "first_password"
TICKET_LIFE = timedelta(minutes=15)


def local_path(address: str) -> str:
    """The address if it is a path of this site, else the work page: nobody is sent elsewhere from the door."""
    parts = urlsplit(address)
    is_local = address.startswith("/") and not address.startswith("//") and not parts.scheme and not parts.netloc
    if is_local and "\\" not in address and address.isprintable():
        return address
    return url_for("work.index")


def _private(page: str, status: int = 200) -> Response:
    """Pages of the door carry a form token, so nobody may keep them."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _let_in(person: Person, token: str, target: str) -> Response:
    session.clear()  # a form token from before the door is worth nothing behind it
    response = make_response(redirect(local_path(target), 303))
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=settings().secure_cookies, path="/")
    return response


@bp.get("/sign-in")
@public
def sign_in() -> Response:
    """The form."""
    return _private(render_template("accounts/sign_in.html", form=SignInForm(next=request.args.get("next", ""))))


@bp.post("/sign-in")
@public
def enter() -> Response:
    """Count the try, look at the secret, open a session or ask for the first password."""
    form = SignInForm()
    if not form.validate():
        return _private(render_template("accounts/sign_in.html", form=form), 422)
    with transaction() as db:
        found = sessions.knock(db, form.login.data, request.remote_addr or "")
    if found.wait_minutes:
        sentence = _("输错次数过多，请%(n)s分钟后再试，或者联系系统管理员。", n=found.wait_minutes)
        return _not_in(form, sentence, 429)
    kind = sessions.proof(found, form.password.data)
    if kind == "password":
        return _entered(found, form.next.data or "")
    if kind == "code":
        return _first_password_next(found, form.next.data or "")
    with transaction() as db:
        sessions.refused(db, found)
    return _not_in(form, _("登录名或密码不对，请重新输入。"), 401)


def _not_in(form: SignInForm, sentence: str, status: int) -> Response:
    return _private(render_template("accounts/sign_in.html", form=form, sentence=sentence, has_errors=True), status)


def _entered(found: sessions.Knock, target: str) -> Response:
    with transaction() as db:
        person = sessions.still_the_same(db, found)
        sessions.forgive(db, found)
        token = sessions.open_session(db, person, request.user_agent.string)
    return _let_in(person, token, target)


def _first_password_next(found: sessions.Knock, target: str) -> Response:
    with transaction() as db:
        sessions.forgive(db, found)
    until = (clock.now() + TICKET_LIFE).timestamp()
    session.clear()
    session[TICKET] = {"login": found.login, "ticket": sessions.ticket(found), "until": until, "next": target}
    return make_response(redirect(url_for("accounts.first_password"), 303))


def _ticket() -> dict[str, str] | None:
    held = session.get(TICKET)
    return held if held and held["until"] > clock.now().timestamp() else None


@bp.get("/sign-in/password")
@public
def first_password() -> Response:
    """The form for who came with a one-time code."""
    held = _ticket()
    if held is None:
        return make_response(redirect(url_for("accounts.sign_in"), 303))
    page = render_template("accounts/first_password.html", form=NewPasswordForm(), login=held["login"])
    return _private(page)


@bp.post("/sign-in/password")
@public
def set_first_password() -> Response:
    """Trade the code for a password and come in."""
    held = _ticket()
    if held is None:
        return make_response(redirect(url_for("accounts.sign_in"), 303))
    form = NewPasswordForm()
    if not (form.validate() and is_strong(form, held["login"])):
        return _private(render_template("accounts/first_password.html", form=form, login=held["login"]), 422)
    hashed = passwords.hash_password(form.password.data)
    with transaction() as db:
        person = service.set_first_password(db, held["login"], held["ticket"], hashed)
        token = sessions.open_session(db, person, request.user_agent.string)
    return _let_in(person, token, held["next"])


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
    token = request.cookies.get(COOKIE, "")
    with transaction() as db:
        actor = sessions.actor_for_session(db, token) if token else None
        if actor is not None:
            sessions.close(db, actor, token)
    session.clear()
    response = make_response(redirect(url_for("public.home"), 303))
    response.delete_cookie(COOKIE, path="/")
    return response

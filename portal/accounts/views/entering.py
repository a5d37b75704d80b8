"""What every way in has in common: cookies, where one goes afterwards, and the wait for a second factor."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Response, make_response, redirect, request, session, url_for
from sqlalchemy.orm import Session

from portal.accounts import factors, passkeys, sessions, trusted
from portal.accounts.models import Person
from portal.kernel import clock
from portal.kernel.settings import settings
from portal.kernel.web import cookie_name

COOKIE = "portal_session"
WAITING = "second_factor"
WAITING_LIFE = timedelta(minutes=10)


def local_path(address: str) -> str:
    """The address if it is a path of this site, else the work page: nobody is sent elsewhere from the door."""
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets that hold no address
        return url_for("work.index")
    is_local = address.startswith("/") and not address.startswith("//") and not parts.scheme and not parts.netloc
    if is_local and "\\" not in address and address.isprintable():
        return address
    return url_for("work.index")


def private(page: str, status: int = 200) -> Response:
    """Pages of the door carry a form token, so nobody may keep them."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def see_other(endpoint: str) -> Response:
    """To a page of this room, after a deed."""
    return make_response(redirect(url_for(endpoint), 303))


def session_token() -> str:
    """The token this request came with; empty without one."""
    return request.cookies.get(cookie_name(COOKIE), "")


def device_mark(login: str) -> str:
    """The mark of this device for who signs in here; empty where they never did."""
    return trusted.known(request.cookies.get(cookie_name(trusted.COOKIE), ""), login)


def passkey_site() -> passkeys.Site | None:
    """Where passkeys are good, if they are: ``BASE_URL``, else localhost as it was asked for."""
    return passkeys.site(request.host_url)


def _let_in(login: str, token: str, target: str) -> Response:
    session.clear()  # a form token from before the door is worth nothing behind it
    response = make_response(redirect(local_path(target), 303))
    secure = settings().secure_cookies
    response.set_cookie(cookie_name(COOKIE), token, httponly=True, samesite="Lax", secure=secure, path="/")
    marked = trusted.marked(request.cookies.get(cookie_name(trusted.COOKIE), ""), login)
    response.set_cookie(
        cookie_name(trusted.COOKIE), marked, httponly=True, samesite="Lax", secure=secure, path="/",
        max_age=trusted.LIFE,
    )  # fmt: skip
    return response


def enter(db: Session, person: Person, by: str, target: str) -> Response:
    """Open a session for who proved to be the person, or ask for the second factor that they have set up."""
    if by in ("password", "unified") and factors.has_any(db, person.login):
        return _ask_factor(person, by, target)
    return come_in(db, person, by, target)


def come_in(db: Session, person: Person, by: str, target: str) -> Response:
    """Open a session; nothing more is asked."""
    token = sessions.open_session(db, person, request.user_agent.string, by)
    return _let_in(person.login, token, target)


@dataclass(frozen=True)
class Waiting:
    """Who has proved one thing and still has to show the second factor."""

    login: str
    by: str
    target: str
    state: str

    def holds(self, person: Person | None) -> bool:
        """Whether the person is still who they were: same password, not disabled."""
        return person is not None and person.disabled_at is None and hmac.compare_digest(self.state, _state(person))


def _state(person: Person) -> str:
    return hashlib.sha256((person.password_hash or "").encode()).hexdigest()


def _ask_factor(person: Person, by: str, target: str) -> Response:
    until = (clock.now() + WAITING_LIFE).timestamp()
    session.clear()
    session[WAITING] = {"login": person.login, "by": by, "state": _state(person), "until": until, "next": target}
    return see_other("accounts.second_factor")


def waiting() -> Waiting | None:
    """Who is between the password and the second factor in this browser; None after ten minutes."""
    held = session.get(WAITING)
    if not held or held["until"] <= clock.now().timestamp():
        return None
    return Waiting(held["login"], held["by"], held["next"], held["state"])

"""The way in through the government's unified sign-in, and back."""

from flask import Response, redirect, request, session, url_for

from portal.accounts import sessions, unified
from portal.accounts.forms import SignInForm
from portal.accounts.models import Person
from portal.accounts.views.blueprint import bp
from portal.accounts.views.door import door_page
from portal.accounts.views.entering import enter, local_path, session_token
from portal.accounts.views.proof import prove_by_unified
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.web import public

COURSE = "unified_course"  # where this browser goes when it comes back: next page, or a fresh proof


@bp.get("/sign-in/unified")
@public
def unified_sign_in() -> Response:
    """To the provider. With ``proof`` the person who is signed in proves it anew."""
    if not unified.is_offered():
        raise NotFound(_("本平台没有接入统一身份认证，请用密码登录。"))
    again = request.args.get("proof") == "1"
    session[COURSE] = {"next": local_path(request.args.get("next", "")), "proof": again}
    try:
        response = unified.away(again)
    except DomainError as error:
        return door_page(SignInForm(formdata=None), str(error), 502)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/sign-in/unified/back")
@public
def unified_back() -> Response:
    """Back from the provider: open a session for the login that it names."""
    if not unified.is_offered():
        raise NotFound(_("本平台没有接入统一身份认证，请用密码登录。"))
    course = session.pop(COURSE, None) or {"next": "", "proof": False}
    try:
        claims = unified.answered()
        login = unified.login_of(claims)
        if course["proof"]:
            return _proved(login, int(claims.get("auth_time") or 0))
        with transaction() as db:
            person = db.get(Person, login, with_for_update=True) if login else None
            if person is not None and person.disabled_at is None:
                return enter(db, person, "unified", course["next"])
    except DomainError as error:
        return door_page(SignInForm(formdata=None), str(error), 401)
    sentence = _("您在统一身份认证中的账号没有在本平台登记，或者已停用。请联系本单位的系统管理员。")
    return door_page(SignInForm(formdata=None), sentence, 403)


def _proved(login: str, at: int) -> Response:
    with transaction() as db:
        me = sessions.actor_for_session(db, session_token())
        if me is None or me.login != login or not prove_by_unified(db, me, at):
            raise DomainError(_("统一身份认证没有成功，请重试，或者用密码登录。"))
    response: Response = redirect(url_for("account.index"), 303)  # type: ignore[assignment]
    return response

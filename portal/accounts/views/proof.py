"""Step-up: a deed declared ``@fresh`` asks who acts to prove it again when the last proof is older than 15 minutes.

The answer to such a POST is a page with everything that was typed as hidden fields and one field for the proof; it posts to the
same address. Once the proof holds, the deed goes on in the same request, so nothing is typed twice.
"""

from datetime import UTC, datetime

from flask import Response, current_app, flash, g, make_response, render_template, request
from sqlalchemy.orm import Session

from portal.accounts import factors, passkeys, sessions, unified
from portal.accounts.forms import ConfirmForm
from portal.accounts.views.entering import device_mark, passkey_site, session_token
from portal.kernel.access import Actor
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.web import close_request_session, request_session

SECRET, ANSWER = "proof_secret", "proof_answer"
READING = ("GET", "HEAD", "OPTIONS")


def ask_first() -> Response | None:
    """Before every request: nothing for reading, for other deeds, and within 15 minutes of the last proof."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method in READING or not getattr(view, "fresh", False) or g.get("actor") is None:
        return None
    if sessions.is_fresh(request_session(), session_token()):
        return None
    if not (request.form.get(SECRET) or request.form.get(ANSWER)):
        return _page()
    sentence, status = _proved(g.actor)
    if sentence:
        return _page(sentence, status)
    close_request_session()  # what the deed reads shall be as it is after the proof
    return None


def _page(sentence: str = "", status: int = 403) -> Response:
    """What was typed, kept, and a field for the proof."""
    me, place = g.actor, passkey_site()
    has = factors.of(request_session(), me.login)
    options = ""
    if place and has.passkeys:
        options = passkeys.authentication_options(request_session(), place, passkeys.PROOF, me.login)
    kept = [(name, text) for name, text in request.form.items(multi=True) if name not in (SECRET, ANSWER, "csrf_token")]
    page = render_template(
        "accounts/proof.html", kept=kept, action=request.script_root + request.full_path.rstrip("?"), has=has,
        options=options, form=ConfirmForm(formdata=None), login=me.login, sentence=sentence, has_errors=bool(sentence),
        unified=unified.is_offered(), has_files=bool(request.files),
    )  # fmt: skip
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _proved(me: Actor) -> tuple[str, int]:
    """Look at the proof; an empty sentence when it holds. Tries are limited as at the door."""
    if answer := request.form.get(ANSWER):
        return _by_passkey(me, answer)
    secret = request.form[SECRET]
    with transaction() as db:
        # a code is taken here too: whose codes could be guessed has the narrower limit of codes
        what = "factor" if factors.has_any(db, me.login) else "login"
        found = sessions.knock(db, me.login, request.remote_addr or "", device_mark(me.login), what=what)
    if found.wait_minutes:
        return _("输错次数过多，请%(n)s分钟后再试，或者联系系统管理员。", n=found.wait_minutes), 429
    right = sessions.proof(found, secret) == "password"  # slow on purpose, so outside a transaction
    with transaction() as db:
        by = "password" if right else factors.spend(db, me.login, secret)
        if by:
            sessions.forgive(db, found)
            sessions.prove(db, me, session_token(), by)
            return "", 200
        sessions.refused(db, found)
    return _("密码或验证码不对，请重新输入。"), 403


def _by_passkey(me: Actor, answer: str) -> tuple[str, int]:
    place = passkey_site()
    if place is None:
        return _("这个地址不能使用通行密钥，请用密码。"), 403
    try:
        with transaction() as db:
            shown = passkeys.verify(db, place, answer, passkeys.PROOF, me.login)
            if not shown.copied:
                sessions.prove(db, me, session_token(), "passkey")
                return "", 200
    except DomainError as error:
        return str(error), 403
    return _("这个通行密钥不能再用，请用密码，并联系系统管理员。"), 403


def prove_by_unified(db: Session, me: Actor, at: int) -> bool:
    """Note a proof by the unified sign-in, if it was made just now (``at``: its ``auth_time``, seconds)."""
    if not unified.is_recent(datetime.fromtimestamp(at, UTC)):
        return False
    sessions.prove(db, me, session_token(), "unified")
    flash(_("已确认是您本人。请回到刚才的页面，再按一次“继续办理”。"), "ok")
    return True

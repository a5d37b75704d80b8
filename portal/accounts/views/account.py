"""My account: where I am signed in, and my password. What proves me besides it is in ``proofs``."""

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from portal.accounts import factors, passwords, policy, queries, service, sessions
from portal.accounts.forms import ChangePasswordForm, ConfirmForm
from portal.accounts.views.blueprint import own_bp
from portal.accounts.views.door import is_strong
from portal.accounts.views.entering import device_mark, session_token
from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.i18n import _
from portal.kernel.web import actor, request_session, signed_in


@own_bp.get("/account")
@signed_in
def index() -> str:
    """Who I am and where I am signed in."""
    db, me = request_session(), actor()
    here = sessions.token_hash(session_token())
    found = queries.open_sessions(db, me.login, clock.now())
    person = queries.view_of(queries.find_person(db, me.login))
    return render_template(
        "accounts/account.html", person=person, sessions=found, here=here, form=ConfirmForm(),
        has=factors.of(db, me.login), is_advised=policy.should_have_factor(person.role),
    )  # fmt: skip


@own_bp.post("/account/sessions/<short>/revoke")
@signed_in
def revoke(short: str) -> Response:
    """End one of my sessions."""
    with transaction() as db:
        sessions.revoke(db, actor(), short)
    flash(_("已退出那台设备上的登录。"), "ok")
    return make_response(redirect(url_for("account.index"), 303))


@own_bp.post("/account/sessions/revoke-others")
@signed_in
def revoke_others() -> Response:
    """End all my sessions but this one."""
    with transaction() as db:
        ended = sessions.revoke_others(db, actor(), session_token())
    flash(_("其他设备上的登录都已退出。") if ended else _("没有其他设备上的登录。"), "ok" if ended else "plain")
    return make_response(redirect(url_for("account.index"), 303))


@own_bp.get("/account/password")
@signed_in
def password() -> str:
    """The form."""
    return render_template("accounts/password.html", form=ChangePasswordForm(), login=actor().login)


@own_bp.post("/account/password")
@signed_in
def change_password() -> tuple[str, int] | Response:
    """Set a new password; all other sessions end."""
    form, me = ChangePasswordForm(), actor()
    if not (form.validate() and is_strong(form, me.login) and _old_is_right(form, me.login)):
        return render_template("accounts/password.html", form=form, login=me.login), 422
    hashed = passwords.hash_password(form.password.data)
    with transaction() as db:
        service.change_password(db, me, hashed, keep=session_token())
    flash(_("密码已修改。其他设备上的登录都已退出。"), "ok")
    return make_response(redirect(url_for("account.index"), 303))


def _old_is_right(form: ChangePasswordForm, login: str) -> bool:
    """The old password, with the door's limit on tries: a stolen session must not guess it."""
    with transaction() as db:
        found = sessions.knock(db, login, request.remote_addr or "", device_mark(login))
    if found.wait_minutes:
        sentence = _("输错次数过多，请%(n)s分钟后再试，或者联系系统管理员。", n=found.wait_minutes)
        form.old.errors = [*form.old.errors, sentence]
        return False
    right = sessions.proof(found, form.old.data) == "password"
    with transaction() as db:
        (sessions.forgive if right else sessions.refused)(db, found)
    if not right:
        form.old.errors = [*form.old.errors, _("现在的密码不对，请重新输入。")]
    return right

"""What proves me besides a password: the authenticator app, recovery codes, passkeys."""

import segno
from flask import Response, flash, g, render_template, request
from markupsafe import Markup

from portal.accounts import factors, passkeys, policy
from portal.accounts.forms import AppForm, ConfirmForm, PasskeyForm, PasskeyNameForm
from portal.accounts.queries import find_person
from portal.accounts.views.blueprint import own_bp
from portal.accounts.views.entering import passkey_site, private, see_other, session_token
from portal.kernel import clock, errors
from portal.kernel.access import Role
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from portal.kernel.settings import settings
from portal.kernel.web import actor, fresh, request_session, signed_in

STILL_OPEN = ("account.", "accounts.sign_out")  # to who must set up a second factor first


def set_up_first() -> Response | None:
    """Before every request: who must have a second factor and has none gets to the page where it is set up, and no further."""
    me, since = g.get("actor"), settings().second_factor_from
    if since is None or me is None or not isinstance(me.role, Role) or (request.endpoint or "").startswith(STILL_OPEN):
        return None
    if not policy.must_have_factor(me.role, clock.today()) or factors.has_any(request_session(), me.login):
        return None
    if request.method != "GET":
        raise errors.NotAllowed(_("按规定，您须先设置第二验证方式，才能办理事项。"))
    return see_other("account.proofs")


def _overview(form: PasskeyForm, status: int = 200) -> Response:
    db, me, place = request_session(), actor(), passkey_site()
    person = find_person(db, me.login)
    page = render_template(
        "accounts/proofs.html", has=factors.of(db, me.login), form=form, plain=ConfirmForm(formdata=None),
        options=passkeys.registration_options(db, place, me) if place else "",
        must=factors.lacks(db, person), is_advised=policy.should_have_factor(person.role),
        since=settings().second_factor_from, most=passkeys.MANY, longest=passkeys.LONGEST_NAME,
    )  # fmt: skip
    return private(page, status)


@own_bp.get("/account/proofs")
@signed_in
def proofs() -> Response:
    """My second factors."""
    return _overview(PasskeyForm(formdata=None))


def _app_page(form: AppForm, secret: str, status: int = 200) -> Response:
    uri = factors.provisioning_uri(actor().login, secret, settings().site_name)
    picture = Markup(segno.make(uri, error="m").svg_inline(scale=4, border=4, omitsize=True))  # noqa: S704  made here
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    form.secret.data, form.offer.data = secret, factors.offer(session_token(), secret)
    return private(render_template("accounts/app.html", form=form, picture=picture, grouped=grouped), status)


@own_bp.get("/account/proofs/app")
@signed_in
def app() -> Response:
    """A new secret as a QR code, and the field for the code that shows that the app took it."""
    if factors.of(request_session(), actor().login).app_since is not None:
        flash(_("已经绑定了验证器应用。要换一个，请先移除。"), "plain")
        return see_other("account.proofs")
    return _app_page(AppForm(formdata=None), factors.new_secret())


@own_bp.post("/account/proofs/app")
@signed_in
@fresh
def add_app() -> Response:
    """Bind the app; recovery codes are shown on the answer and nowhere else."""
    form = AppForm()
    secret = form.secret.data or ""
    if form.offer.data != factors.offer(session_token(), secret):
        raise Conflict(_("这个页面已经过期，请重新打开再绑定。"))
    if not form.validate():
        return _app_page(form, secret, 422)
    try:
        with transaction() as db:
            codes = factors.add_app(db, actor(), secret, form.code.data)
    except Conflict:
        raise
    except DomainError as error:
        form.code.errors = [*form.code.errors, str(error)]
        return _app_page(form, secret, 422)
    return _codes_page(codes, _("验证器应用已绑定。"))


def _codes_page(codes: list[str], done: str) -> Response:
    if not codes:
        flash(done, "ok")
        return see_other("account.proofs")
    page = render_template("accounts/recovery_codes.html", codes=codes, done=done, login=actor().login)
    return private(page, 201)


@own_bp.post("/account/proofs/app/remove")
@signed_in
@fresh
def remove_app() -> Response:
    """Take the app away."""
    with transaction() as db:
        factors.remove_app(db, actor())
    flash(_("验证器应用已移除。"), "ok")
    return see_other("account.proofs")


@own_bp.post("/account/proofs/codes")
@signed_in
@fresh
def renew_codes() -> Response:
    """Ten new recovery codes, shown on the answer and nowhere else."""
    with transaction() as db:
        codes = factors.new_codes(db, actor())
    return _codes_page(codes, _("新的恢复码已生成，原来的全部作废。"))


@own_bp.post("/account/proofs/passkeys")
@signed_in
@fresh
def add_passkey() -> Response:
    """Keep what the browser made."""
    form, place = PasskeyForm(), passkey_site()
    if place is None:
        raise DomainError(_("这个地址不能使用通行密钥，请用密码。"))
    if not form.validate():
        return _overview(form, 422)
    try:
        with transaction() as db:
            codes = passkeys.add(db, actor(), place, form.answer.data or "", form.name.data)
    except DomainError as error:
        form.name.errors = [*form.name.errors, str(error)]
        return _overview(form, 422)
    return _codes_page(codes, _("通行密钥已登记。"))


@own_bp.post("/account/proofs/passkeys/<passkey>/name")
@signed_in
def rename_passkey(passkey: str) -> Response:
    """Call a passkey something else."""
    form = PasskeyNameForm()
    if not form.validate():
        raise DomainError(_("请填写名称。"))
    with transaction() as db:
        changed = passkeys.rename(db, actor(), passkey, form.name.data)
    flash(_("名称已保存。") if changed else _("没有改动。"), "ok" if changed else "plain")
    return see_other("account.proofs")


@own_bp.post("/account/proofs/passkeys/<passkey>/remove")
@signed_in
@fresh
def remove_passkey(passkey: str) -> Response:
    """Take a passkey away."""
    with transaction() as db:
        passkeys.remove(db, actor(), passkey)
    flash(_("通行密钥已移除。"), "ok")
    return see_other("account.proofs")

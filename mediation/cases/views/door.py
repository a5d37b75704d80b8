"""The parties' door: the number of the case and the one-time code. It says nothing of who has a case."""

from flask import Response, current_app, render_template, request, session, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers.response import Response as AnyResponse

from mediation.cases import door, reading
from mediation.cases.forms import ByPhoneForm, EnterForm
from mediation.cases.service import codes
from mediation.cases.views.blueprint import bp, my_bp, private
from portal.kernel import sms
from portal.kernel.db import transaction
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.sources import source
from portal.kernel.web import actor, party, public
from portal.receipts import api as receipts

MOST = 20  # tries from one address within 10 minutes
MOST_TEXTS, MOST_OF_CASE = 10, 3  # text messages asked for from one address, and of one case


@bp.get("/enter")
@public
def enter_form() -> Response:
    """Ask for number and code."""
    return private(render_template("cases/enter.html", form=EnterForm()))


@bp.post("/enter")
@public
def enter() -> AnyResponse:
    """Let a party in; its code is used up. Number and code must belong together."""
    form = EnterForm()
    if not form.validate():
        return private(render_template("cases/enter.html", form=form), 422)
    try:
        with transaction() as db:
            receipts.count_look(db, f"mediation enter {source(request.remote_addr or '')}", MOST)
        with transaction() as db:
            case_id, who = codes.enter(db, form.code.data)
            if reading.case_view(db, who, case_id).code != form.number.data.strip().upper():
                raise NotFound("")
    except receipts.TooMany as error:
        form.form_errors.append(str(error))
        return private(render_template("cases/enter.html", form=form), 429)
    except NotFound:
        form.form_errors.append(_("案件编号或者入门码不对，或者入门码已经过期、用过。"))
        return private(render_template("cases/enter.html", form=form), 401)
    session.clear()  # a form token from before the door is worth nothing behind it
    session[door.PARTY_SESSION] = door.party_session(who)
    return redirect(url_for("my_case.case", case_id=case_id), 303)


@bp.get("/enter/phone")
@public
def by_phone_form() -> Response:
    """Ask for a code by text message."""
    return private(render_template("cases/by_phone.html", form=ByPhoneForm(), is_asked=False))


@bp.post("/enter/phone")
@public
def by_phone() -> AnyResponse:
    """Send a code to the phone on file; the answer is the same whether it fits anybody or not."""
    form = ByPhoneForm()
    if not form.validate():
        return private(render_template("cases/by_phone.html", form=form, is_asked=False), 422)
    number = form.number.data.strip().upper()
    try:
        with transaction() as db:
            receipts.count_look(db, f"mediation phone {source(request.remote_addr or '')}", MOST_TEXTS)
            receipts.count_look(db, f"mediation phone of {number}", MOST_OF_CASE)
    except receipts.TooMany as error:
        form.form_errors.append(str(error))
        return private(render_template("cases/by_phone.html", form=form, is_asked=False), 429)
    with transaction() as db:
        message = codes.asked_by_phone(db, number, form.phone.data)
    sms.hand_over(message, wait=current_app.testing)
    return private(render_template("cases/by_phone.html", form=form, is_asked=True))


@my_bp.post("/leave")
@party
def leave() -> AnyResponse:
    """Close the door, for copies of the cookie too."""
    with transaction() as db:
        codes.leave(db, actor())
    session.clear()
    return redirect(url_for("mediation_cases.enter_form"), 303)

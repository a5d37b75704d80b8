"""Terms of retention: the rules in force, what each would clear now, and what is held back."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers.response import Response as AnyResponse
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError
from portal.kernel.formats import number_text
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy, ngettext
from portal.kernel.web import actor, needs, request_session
from portal.operations import api as operations
from portal.shell.office.blueprint import bp

REASONS = {
    "ordered": lazy("有人决定暂缓"),
    "credit": lazy("信用事项在办或者仍在计分"),
    "objection": lazy("异议在办"),
    "proceeding": lazy("复议或者诉讼在办"),
    "question": lazy("业主的提问还没有答复"),
}
DEEDS = {
    "key": lazy("销毁密钥，内容不能再读"),
    "delete": lazy("删除"),
    "detach": lazy("转存，不删除"),
    "none": lazy("长期保存"),
}


class HoldForm(Form):
    """What to hold, and why."""

    subject = StringField(lazy("对象"), [InputRequired(lazy("请填写对象。")), Length(max=80)])
    reason = StringField(lazy("理由"), [InputRequired(lazy("请写明理由，例如案号。")), Length(max=200)])


def _held_words(due: operations.Due) -> str:
    return _("；").join(f"{REASONS.get(why, why)} {number_text(n)}" for why, n in due.held.items())


@bp.get("/office/retention")
@needs(Permission.RETENTION_HOLD)
def retention() -> str:
    """The rules with what they would clear now."""
    return _page(HoldForm())


def _page(form: HoldForm) -> str:
    db = request_session()
    wrong, found = "", []
    try:
        found = operations.retention_due(db)
    except DomainError as error:
        wrong = str(error)
    return render_template(
        "office/retention.html", found=found, wrong=wrong, holds=operations.holds_in_force(db), form=form,
        decision=next((due.rule.decision for due in found if due.rule.decision), ""), term=_term, held=_held_words,
        deeds=DEEDS, years=operations.years_aside(db),
    )  # fmt: skip


def _term(due: operations.Due) -> str:
    rule = due.rule
    if rule.length is None:
        return _("长期")
    return _("%(n)s日", n=rule.length) if rule.unit == "days" else ngettext("%(n)s个月", "%(n)s个月", rule.length)


@bp.post("/office/retention/hold")
@needs(Permission.RETENTION_HOLD)
def hold_clearing() -> tuple[str, int] | AnyResponse:
    """Keep something whatever its term says."""
    form = HoldForm()
    if form.validate_on_submit():
        try:
            with transaction() as db:
                operations.hold(db, actor(), form.subject.data or "", form.reason.data or "")
        except DomainError as error:
            form.subject.errors = [*form.subject.errors, str(error)]
        else:
            flash(_("已暂缓清理。"), "ok")
            return redirect(url_for("office.retention", _anchor="holds"), 303)
    return _page(form), 422


@bp.post("/office/retention/lift")
@needs(Permission.RETENTION_HOLD)
def lift_hold() -> tuple[str, int] | AnyResponse:
    """Let its term count again."""
    form = HoldForm()
    if form.validate_on_submit():
        with transaction() as db:
            operations.lift(db, actor(), form.subject.data or "", form.reason.data or "")
        flash(_("已恢复按期清理。"), "ok")
        return redirect(url_for("office.retention", _anchor="holds"), 303)
    return _page(form), 422

"""Saved rules: what they say, a new one, one out of use."""

from flask import Response, flash, render_template, request, url_for

from disclosure.ledger import matching, places, policy, queries
from disclosure.ledger.categories import categories
from disclosure.ledger.forms import RuleForm, fen_of
from disclosure.ledger.matching import FIELDS, Rule
from disclosure.ledger.models import LedgerRule
from disclosure.ledger.service import rules as service
from disclosure.ledger.views.blueprint import bp, refused, see_other
from disclosure.ledger.views.words import direction_text, field_text, kind_text
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session


def _scopes() -> dict[str, str]:
    """Whom this person may make rules for: everybody, the own company's estates, one estate (the one that is asked for)."""
    me, found = actor(), {}
    asked = request.args.get("scope", "") or request.form.get("scope", "")
    if asked and asked != me.uscc:
        place = places.readable(request_session(), me, asked)
        if policy.may_classify(me, place.division_code, place.uscc):
            found[asked] = _("只用于%(estate)s", estate=place.name)
    if me.uscc:
        found[me.uscc] = _("用于本企业服务的小区")
    if policy.may_rule_for_all(me):
        found[""] = _("用于全区")
    return found


def _form(**more: object) -> RuleForm:
    form = RuleForm(**more)
    form.scope.choices = list(_scopes().items())
    form.field.choices = [(one, field_text(one)) for one in reversed(FIELDS)]
    form.direction.choices = [(one, direction_text(one)) for one in ("in", "out", "")]
    form.category.choices = [(one.code, f"{kind_text(one.kind)}{_('：')}{one.name}") for one in categories()]
    return form


def _listed() -> list[LedgerRule]:
    me, asked = actor(), request.args.get("scope", "")
    scopes = {"", *([me.uscc] if me.uscc else []), *([asked] if asked in _scopes() else [])}
    return [row for row in queries.rules(request_session(), scopes) if not row.is_retired]


def _page(form: RuleForm) -> str:
    scopes = _scopes()
    return render_template(
        "ledger/rules.html", form=form, saved=_listed(), shipped=matching.shipped(), scopes=scopes,
        may=bool(scopes) and actor().may(Permission.FUNDS_CLASSIFY), scope=request.args.get("scope", ""),
    )  # fmt: skip


@bp.get("/disclosure/ledger/rules")
@needs(Permission.FUNDS_READ)
def rules() -> str:
    """The rules that speak for this person's accounts, and a form for a new one."""
    form, asked = _form(formdata=None), request.args
    form.words.data, form.field.data = asked.get("words", "")[:200], "any"
    form.category.data = asked.get("category") or "parking"
    return _page(form)


@bp.post("/disclosure/ledger/rules")
@needs(Permission.FUNDS_CLASSIFY)
def save_rule() -> Response | tuple[str, int]:
    """Save a rule; it speaks on what nobody classified yet."""
    form = _form()
    if not form.validate():
        return _page(form), 422
    try:
        rule = _typed(form)
    except DomainError as error:
        form.form_errors.append(str(error))
        return _page(form), 422
    if problem := refused(lambda db: service.save(db, actor(), form.scope.data, rule, on=clock.today())):
        form.form_errors.append(problem)
        return _page(form), 422
    flash(_("规则已保存，用于还没有归类的流水。"), "ok")
    return see_other(url_for("ledger.rules", scope=request.args.get("scope") or None))


def _typed(form: RuleForm) -> Rule:
    return Rule(
        code="", words=tuple(form.words.data.splitlines()), category=form.category.data, field=form.field.data,
        direction=form.direction.data, min_fen=fen_of(form.at_least.data) if form.at_least.data else None,
        max_fen=fen_of(form.at_most.data) if form.at_most.data else None, label=form.label.data or "",
    )  # fmt: skip


@bp.post("/disclosure/ledger/rules/<code>/retire")
@needs(Permission.FUNDS_CLASSIFY)
def retire_rule(code: str) -> Response:
    """Take a rule out of use."""
    refused(lambda db: service.retire(db, actor(), code, on=clock.today()))
    flash(_("规则已停用，已经归类的流水不变。"), "ok")
    return see_other(url_for("ledger.rules", scope=request.args.get("scope") or None))

"""Links between enterprises: let the rules look, read the evidence, confirm or refuse. For the office."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.i18n import _, ngettext
from portal.kernel.web import actor, needs, request_session
from portal.registry import api as registry
from scoring.credit import link_rules, links, policy
from scoring.credit.forms import PlainForm, ReasonForm
from scoring.credit.views.blueprint import bp


@bp.get("/credit/links")
@needs(Permission.CREDIT_READ)
def relations() -> str:
    """Links that wait, and those that were confirmed, refused or taken back."""
    db = request_session()
    waiting = links.links(db, steps=("proposed",))
    settled = links.links(db, steps=("confirmed", "refused", "withdrawn"))
    rules = link_rules.in_force(clock.today())
    return render_template(
        "credit/relations.html", waiting=waiting, settled=settled, names=_names(waiting + settled), rules=rules,
        may_find=policy.may_propose(actor()), plain=PlainForm(formdata=None),
    )  # fmt: skip


def _names(found: list[links.LinkView]) -> dict[str, str]:
    db = request_session()
    return {code: registry.enterprise(db, code).name for one in found for code in (one.former, one.later)}


@bp.post("/credit/links/find")
@needs(Permission.CREDIT_PROPOSE)
def find_relations() -> AnyResponse:
    """Let the rules look for new links."""
    with transaction() as db:
        count = links.find(db, actor(), on=clock.today())
    flash(ngettext("找到%(n)s条新线索。", "找到%(n)s条新线索。", count) if count else _("没有找到新线索。"), "ok")
    return redirect(url_for("credit.relations"), 303)


@bp.get("/credit/links/<link_id>")
@needs(Permission.CREDIT_READ)
def relation(link_id: str) -> tuple[str, int]:
    """One link with its evidence and its steps."""
    return _page(link_id, ReasonForm(formdata=None), 200)


def _page(link_id: str, form: ReasonForm, status: int) -> tuple[str, int]:
    db = request_session()
    found = links.link(db, link_id)
    codes = {row["estate_code"] for row in found.evidence if "estate_code" in row}
    page = render_template(
        "credit/relation.html", link=found, names=_names([found]), steps=links.steps_of(db, link_id), form=form,
        estates=registry.estate_names(db, codes) if codes else {}, may_judge=policy.may_judge_link(actor()),
        share=link_rules.in_force(clock.today()).adverse_share_percent,
    )  # fmt: skip
    return page, status


@bp.post("/credit/links/<link_id>/<any(confirm, refuse, withdraw):verb>")
@needs(Permission.CREDIT_CONFIRM)
def judge_relation(link_id: str, verb: str) -> AnyResponse | tuple[str, int]:
    """Confirm, refuse or take back; with its reason, which both enterprises may read."""
    form = ReasonForm()
    if not form.validate():
        return _page(link_id, form, 422)
    with transaction() as db:
        getattr(links, verb)(db, actor(), link_id, reason=form.reason.data or "", on=clock.today())
    flash(_("已登记。"), "ok")
    return redirect(url_for("credit.relation", link_id=link_id), 303)

"""The guided path: what kind of dispute, what to try first, how such cases ended, a letter to send; then the application."""

from flask import Blueprint, render_template

from mediation.guide.content import ADVICE
from portal.kernel import hooks
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _, lazy
from portal.kernel.web import public, request_session

bp = Blueprint("mediation_guide", __name__, template_folder="templates")
ENDS = {
    "agreed": lazy("达成协议"),
    "no_agreement": lazy("调解终止，没有达成协议"),
    "declined": lazy("对方没有同意调解"),
    "withdrawn": lazy("申请人撤回"),
}


@bp.get("/mediation")
@public
def index() -> str:
    """Choose what it is about."""
    return render_template("guide/index.html", advice=ADVICE)


@bp.get("/mediation/guide/<kind>")
@public
def kind(kind: str) -> str:
    """One kind of dispute."""
    found = ADVICE.get(kind)
    if found is None:
        raise NotFound(_("没有找到这个页面。可能是地址有误，也可能是内容已按规定撤下。"))
    return render_template("guide/kind.html", kind=kind, one=found, ends=_ends(kind))


def _ends(kind: str) -> list[tuple[str, int | None]]:
    """How cases of a kind ended: words and number, None for one that is not told. Nothing when none is told."""
    counted: dict[str, int | None] = {}
    for answer in hooks.announce("mediation.outcomes", request_session(), kind=kind):
        counted.update(answer)
    return [(str(name), counted.get(code)) for code, name in ENDS.items()] if counted else []

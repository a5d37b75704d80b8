"""Who has accounts and who has not, by street, community and estate."""

from flask import render_template, request

from disclosure.funds import coverage
from disclosure.funds.coverage import Place
from disclosure.funds.views.blueprint import bp
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.divisions import covers, level_of
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, page_asked, request_session
from portal.registry import api as registry

PAGE = 50
FILTERS = ("all", "missing", "abnormal")
DIGITS = {"district": 9, "street": 12}  # digits of the areas below


@bp.get("/disclosure/manage")
@needs(Permission.FUNDS_READ)
def index() -> str:
    """Should have, have, missing, abnormal: the areas below the one asked for, and its estates."""
    db, me, page = request_session(), actor(), page_asked()
    own = me.division_code or "440306000000"
    asked = request.args.get("division", "")
    areas = registry.divisions(db)
    division = asked if asked in areas and covers(own, asked) and not me.uscc else own
    if asked and asked != division:
        raise NotFound(_("没有代码为“%(value)s”的辖区。", value=asked))
    wish = request.args.get("state", "")
    state = wish if wish in FILTERS else "all"
    listed = [one for one in coverage.places(db, me, clock.today()) if me.uscc or covers(division, one.division_code)]
    shown = _chosen(listed, state)
    below = (
        [] if me.uscc else [(a.code, registry.areas.shown(a.name)) for a in areas.values() if a.parent_code == division]
    )
    counted = coverage.counts(listed, below, DIGITS.get(level_of(division), 12)) if below else []
    return render_template(
        "funds/index.html", area=areas.get(division), trail=_trail(areas, own, division), counted=counted,
        total=coverage.total("", listed), found=shown[(page - 1) * PAGE : page * PAGE], count=len(shown), state=state,
        page=page, pages=max(1, -(-len(shown) // PAGE)), is_company=bool(me.uscc), areas=areas, division=division,
        area_name=registry.areas.shown,
    )  # fmt: skip


def _chosen(listed: list[Place], state: str) -> list[Place]:
    wanted = [one for one in listed if one.should or one.accounts]
    if state == "missing":
        return [one for one in wanted if not one.has]
    if state == "abnormal":
        return [one for one in wanted if one.abnormal]
    return sorted(wanted, key=lambda one: (not one.abnormal, not one.accounts, one.code))


def _trail(areas: dict[str, registry.DivisionView], own: str, division: str) -> list[registry.DivisionView]:
    """The areas above the one shown, within this person's, the highest first."""
    found: list[registry.DivisionView] = []
    while division != own and division in areas:
        division = areas[division].parent_code
        if division in areas:
            found.insert(0, areas[division])
    return found

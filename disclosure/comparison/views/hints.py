"""Points to look at in a street, for the office."""

from flask import render_template, request

from disclosure.comparison import looking, policy, words
from disclosure.comparison.views.blueprint import bp
from portal.kernel import clock
from portal.kernel.access import Permission, require
from portal.kernel.divisions import street_of
from portal.kernel.web import actor, needs, request_session
from portal.registry import api as registry


@bp.get("/disclosure/hints")
@needs(Permission.FUNDS_READ)
def hints() -> str:
    """A street's estates with points to look at; the first street of the jurisdiction when none is named."""
    db, me, today = request_session(), actor(), clock.today()
    require(not me.uscc)
    areas = registry.divisions(db)
    streets = [code for code, area in areas.items() if area.level == "street" and policy.may_see(me, code)]
    asked = request.args.get("street", "")[:12]
    street = asked if asked in streets else (streets or [""])[0]
    frame = registry.estates_frame(db, today, within=street or me.division_code)
    frame = frame[[street_of(code) == street or not street for code in frame["division_code"]]]
    names = dict(zip(frame["estate_code"], frame["name"], strict=True))
    found, since, until = looking.looked(db, list(names), today)
    return render_template(
        "comparison/hints.html", found=found, names=names, streets=streets, street=street, areas=areas, since=since,
        until=until, words=words,
    )  # fmt: skip

"""The office's way through a year's lists: cases, and the three deeds, each after a look at what it changes."""

from collections.abc import Iterable
from datetime import date
from types import SimpleNamespace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotAllowed
from portal.kernel.i18n import _
from portal.kernel.periods import Year
from portal.kernel.said import Said
from portal.kernel.web import actor, fresh, needs, request_session
from portal.registry import api as registry
from scoring.lists import policy, queries, service
from scoring.lists.forms import PlainForm
from scoring.lists.models import ListCase, ListStep
from scoring.lists.saying import said
from scoring.lists.views.blueprint import bp, year_of
from scoring.ratings import api as ratings

Cases = list[tuple[ListCase, ListStep]]


def names_of(rows: Iterable[Any]) -> dict[tuple[str, str], str]:
    """(kind of subject, code) to name, for cases or candidates; companies of estates included."""
    db, found = request_session(), list(rows)
    estates = registry.estate_names(db, {row.subject for row in found if row.subject_type == "estate"})
    companies = registry.enterprise_names(db)
    names = {("estate", code): name for code, name in estates.items()}
    return names | {("enterprise", code): name for code, name in companies.items()}


def due_of(cases: Cases) -> date | None:
    """The last day of the longest window among the open cases."""
    open_ids = [case.id for case, last in cases if last.step in service.OPEN_STEPS]
    return queries.latest_due(request_session(), open_ids) if open_ids else None


@bp.get("/lists/manage")
@needs(Permission.LIST_READ)
def manage() -> str:
    """The cases of a year with their states, and what can be done next."""
    db = request_session()
    public = [view.year for view in ratings.years(db)]
    years = sorted({*public, *queries.case_years(db)}, reverse=True)
    asked = request.args.get("year", 0, int)
    year = asked if 0 < asked <= date.max.year else years[0] if years else clock.today().year - 1
    cases = queries.cases(db, year)
    due = due_of(cases)
    return render_template(
        "lists/manage.html",
        year=year,
        years=years,
        cases=cases,
        names=names_of(case for case, _last in cases),
        counts=queries.counts(cases),
        due=due,
        is_rated=year in public,
        can_propose=policy.may_propose(actor()) and year in public,
        can_decide=policy.may_decide(actor()) and due is not None and due < clock.today(),
        can_publish=policy.may_decide(actor()) and bool(service.to_publish(db, Year(year))),
    )


# --- propose ----------------------------------------------------------------------------------------------------------


@bp.get("/lists/manage/<year>/propose")
@needs(Permission.LIST_PROPOSE)
def propose_preview(year: str) -> str:
    """Candidates that would be opened today, with every condition, before the button."""
    period, today = year_of(year), clock.today()
    found = [candidate for candidate, _attempt in service.new_candidates(request_session(), period, today)]
    return render_template(
        "lists/propose.html",
        year=period.number,
        candidates=found,
        names=names_of(found),
        ends={one.kind: service.window_ends(request_session(), one.kind, one.rule_set, today) for one in found},
        form=PlainForm(formdata=None),
    )


@bp.post("/lists/manage/<year>/propose")
@needs(Permission.LIST_PROPOSE)
def propose(year: str) -> AnyResponse:
    """Open the cases."""
    return _done("propose", year_of(year), _("已提出建议：红榜%(red)s项进入公示，黑榜%(black)s项制作告知书。"))


# --- decide and publish -----------------------------------------------------------------------------------------------


@bp.get("/lists/manage/<year>/decide")
@needs(Permission.LIST_DECIDE)
def decide_preview(year: str) -> str:
    """Open cases and whether their conditions are still met, before the button."""
    period = year_of(year)
    cases = queries.cases(request_session(), period.number, service.OPEN_STEPS)
    met = service.keys_met(request_session(), period, clock.today()) if cases else set()
    return _deed_page("decide", period, cases, met)


@bp.get("/lists/manage/<year>/publish")
@needs(Permission.LIST_DECIDE)
def publish_preview(year: str) -> str:
    """Decided cases, from when to when they would be in force, and which earlier entries end, before the button."""
    db, period, today = request_session(), year_of(year), clock.today()
    cases = service.to_publish(db, period)
    met = service.keys_met(db, period, today) if cases else set()
    ends = {case.id: service.entry_ends(case.kind, case.rule_set, today) for case, _last in cases}
    earlier = [e for e in queries.live_entries(db, "red", period.number) if e.valid_to is None or e.valid_to >= today]
    return _deed_page("publish", period, cases, met, ends=ends, earlier=earlier, told=_told(cases, ends))


def _told(cases: Cases, ends: dict[str, Any]) -> dict[str, Said]:
    """The sentence that the public will read of each entry, were it published today."""
    names = names_of(case for case, _last in cases)
    return {
        case.id: said(
            SimpleNamespace(
                kind=case.kind, subject_type=case.subject_type, subject=case.subject, reason=case.reason, case_id=case.id,
                rule_set=case.rule_set, name=names.get((case.subject_type, case.subject), ""), decision=last.document,
                effective_from=clock.today(), effective_to=ends[case.id],
            )
        )
        for case, last in cases
    }  # fmt: skip


def _deed_page(verb: str, period: Year, cases: Cases, met: set[Any], **more: Any) -> str:
    proposers = set(queries.proposers(request_session(), [case.id for case, _last in cases]).values())
    due = due_of(cases)
    return render_template(
        f"lists/{verb}.html",
        year=period.number,
        cases=cases,
        met={case.id: service.key_of(case) in met for case, _last in cases},
        names=names_of(case for case, _last in cases),
        due=due,
        is_early=due is not None and clock.today() <= due,
        is_own=actor().login in proposers,
        form=PlainForm(formdata=None),
        **more,
    )


@bp.post("/lists/manage/<year>/<any(decide, publish):verb>")
@needs(Permission.LIST_DECIDE)
@fresh
def decide_or_publish(year: str, verb: str) -> AnyResponse:
    """Decide the open cases, or publish the decided ones."""
    decided = _("已作出决定：红榜列入%(red)s项，黑榜列入%(black)s项。核对后公布。")
    published = _("已公布：红榜%(red)s项，黑榜%(black)s项，从今天起在榜。")
    return _done(verb, year_of(year), decided if verb == "decide" else published)


def _done(verb: str, period: Year, sentence: str) -> AnyResponse:
    """Do it; what the domain refuses for the moment stands on the page of the year."""
    try:
        with transaction() as db:
            done = getattr(service, verb)(db, actor(), period, on=clock.today(), recorded=False)
    except NotAllowed:
        raise
    except DomainError as error:
        flash(str(error), "late")
    else:
        flash(sentence % {"red": done.red, "black": done.black}, "ok")
    return redirect(url_for("lists.manage", year=period.number), 303)

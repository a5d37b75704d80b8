"""Overview of the credit records, and the record of one company or manager. For the office."""

from collections import Counter
from typing import Any

from flask import render_template, request

from portal.kernel import charts, clock
from portal.kernel.access import Permission
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from portal.registry import api as registry
from scoring.credit import api, commitments, links, policy, queries
from scoring.credit.views.blueprint import asked_day, asked_instant, bp
from scoring.rules.credit import tariff_on

FOUND = 20


@bp.get("/credit")
@needs(Permission.CREDIT_READ)
def index() -> str:
    """Search, grades of all companies today, and what waits."""
    db, q, today = request_session(), request.args.get("q", "").strip(), clock.today()
    known = registry.enterprises_frame(db)
    scored = api.scores(db, "enterprise", list(known["uscc"]), today)
    figures = {str(row.subject): row for row in scored.itertuples(index=False)}
    grades = Counter(str(grade) for grade in scored["grade"])
    companies, companies_total = registry.find_enterprises(db, q, FOUND) if q else (_lowest(scored, known), 0)
    managers, managers_total = registry.find_managers(db, q, FOUND) if q else ([], 0)
    rows = [(letters, grades.get(letters, 0)) for letters, _bound in tariff_on(today.isoformat()).grades]
    return render_template(
        "credit/index.html",
        q=q,
        figures=figures,
        companies=companies,
        companies_total=companies_total,
        managers=managers,
        managers_total=managers_total,
        rows=rows,
        chart=charts.counts(_grades_title(rows), rows) if len(known) else "",
        chart_title=_grades_title(rows),
        waiting=queries.waiting_number(db),
        links_waiting=links.waiting_number(db),
        may_propose=policy.may_propose(actor()),
    )


def _lowest(scored: Any, known: Any) -> list[registry.EnterpriseView]:
    """The companies with the lowest scores: what an officer looks for first."""
    names = dict(zip(known["uscc"], known["name"], strict=True))
    lowest = scored.sort_values(["score_cp", "subject"]).head(FOUND)
    return [registry.EnterpriseView(uscc, names[uscc], None) for uscc in lowest["subject"]]


def _grades_title(rows: list[tuple[str, int]]) -> str:
    good = sum(count for letters, count in rows if letters in ("AAA", "AA", "A"))
    return _(
        "%(good)s家企业的信用等级为A级及以上，共%(total)s家", good=good, total=sum(count for _letters, count in rows)
    )


@bp.get("/credit/enterprises/<uscc>")
@needs(Permission.CREDIT_READ)
def enterprise(uscc: str) -> str:
    """The whole credit record of a company, with what was refused or withdrawn."""
    db, (day, problem) = request_session(), asked_day()
    view = registry.enterprise(db, uscc)
    return _record("enterprise", uscc, view.name, [], day, problem, _beside(uscc))


def _beside(uscc: str) -> dict[str, Any]:
    """What stands beside a company's record: links to other enterprises, and its commitments."""
    db = request_session()
    related = links.links(db, uscc, steps=("confirmed", "proposed"))
    names = {code: registry.enterprise(db, code).name for one in related for code in (one.former, one.later)}
    return {"related": related, "relation_names": names, "signed": commitments.of_enterprise(db, uscc)}


@bp.get("/credit/managers/<code>")
@needs(Permission.CREDIT_READ)
def manager(code: str) -> str:
    """The whole credit record of a manager, under the name: never shown outside the office."""
    db, (day, problem) = request_session(), asked_day()
    view = registry.manager_staff_view(db, code)
    serving = registry.serving(db, day)
    mine = serving[serving["manager_code"] == code]
    companies = [registry.enterprise(db, uscc) for uscc in sorted(set(mine["uscc"]))]
    title = _("%(name)s（尾号%(last)s）", name=view.name, last=view.id_last4)
    return _record("manager", code, title, companies, day, problem, {"related": [], "signed": []})


def _record(
    kind: str, subject: str, name: str, companies: list[Any], day: Any, problem: str, beside: dict[str, Any]
) -> str:
    db, (known_at, wrong) = request_session(), asked_instant()
    events = api.timeline(db, kind, subject)
    credit = api.score(db, kind, subject, day, known_at)
    estates = registry.estate_names(db, {event.estate_code for event in (*events, *credit.events) if event.estate_code})
    return render_template(
        "credit/record.html",
        kind=kind,
        subject=subject,
        name=name,
        companies=companies,
        as_of=day,
        problem=problem or wrong,
        known_at=request.args.get("known_at", "") if known_at else "",
        credit=credit,
        tariff=tariff_on(day.isoformat()),
        timeline=events,
        estates=estates,
        may_propose=policy.may_propose(actor()),
        **beside,
    )


def subject_name(kind: str, subject: str) -> str:
    """The name of a subject on staff pages; its code when the register does not know it."""
    db = request_session()
    try:
        if kind == "enterprise":
            return registry.enterprise(db, subject).name
        return registry.manager_staff_view(db, subject).name
    except NotFound:
        return subject

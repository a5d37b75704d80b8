"""The inspector's own pages of one check: steps by category, what is missing, submitting."""

from dataclasses import dataclass, field, replace
from typing import Any

from flask import Response, flash, render_template, request, url_for

from portal.kernel import clock
from portal.kernel.access import Permission, require
from portal.kernel.db import reading as reading_session
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, InputRefused, NotFound
from portal.kernel.formats import date_text
from portal.kernel.i18n import _, ngettext
from portal.kernel.web import actor, needs, request_session
from portal.registry import api as registry
from scoring.checks import policy, reading, service, standing
from scoring.checks.draft import Answer, Draft, problems
from scoring.checks.forms import DayForm, Entry, Step, read_step
from scoring.checks.reading import CategoryLine, CheckView
from scoring.checks.views import words
from scoring.checks.views.blueprint import bp, see_other

MOST_PHOTOS = 12
OPEN_STATES = ("draft", "returned")


def may_file(check: CheckView) -> bool:
    """Whether the person fills in this check now."""
    return check.state in OPEN_STATES and policy.may_file(actor(), check.estate.division_code)


def missing(check: CheckView) -> list[dict[str, str]]:
    """What still keeps a draft from being submitted, each with its address; open items one line a category."""
    photos = {code: sum(not photo.is_damaged for photo in line.photos) for code, line in check.lines.items()}
    found = problems(check.draft, check.standard, photos, check.origin == "page")
    wanting, open_items = {wrong.cell: wrong.message for wrong in found}, set(check.open_items)
    lines = []
    for category in check.standard.categories:
        codes = [item.item_code for item in category.items if item.item_code in wanting]
        still_open = [code for code in codes if code in open_items]
        if still_open:
            name, n = words.category_name(category), len(still_open)
            text = ngettext("%(name)s：还有%(n)s项没有填写", "%(name)s：还有%(n)s项没有填写", n, name=name)
            lines.append({"text": text, "href": item_address(check, category.code, still_open[0])})
        lines += [
            {"text": wanting[code], "href": item_address(check, category.code, code)}
            for code in codes
            if code not in open_items
        ]
    return lines


def item_address(check: CheckView, category: str, code: str) -> str:
    """Where an item is filled in."""
    return url_for("checks.step", check_id=check.id, category_code=category, _anchor=f"item-{code}")


# ---- one category ----


@dataclass
class Page:
    """What a step's page shows: the form as it stands, and what is wrong with it."""

    check: CheckView
    line: CategoryLine
    step: Step
    refused: dict[str, list[str]] = field(default_factory=dict)
    conflict: list[dict[str, str]] | None = None

    @property
    def number(self) -> int:
        """Place of the category, from 1."""
        return [line.category.code for line in self.check.categories].index(self.line.category.code) + 1

    @property
    def neighbour(self) -> dict[str, str]:
        """Codes of the category before and after, empty at the ends."""
        codes = ["", *(line.category.code for line in self.check.categories), ""]
        return {"previous": codes[self.number - 1], "next": codes[self.number + 1]}

    @property
    def errors(self) -> list[dict[str, str]]:
        """Everything that was not kept, each leading to its item."""
        return [
            {"text": text, "href": f"#item-{code}"}
            for code, entry in self.step.entries.items()
            for text in [*entry.errors, *self.refused.get(code, [])]
        ]

    @property
    def open_elsewhere(self) -> int:
        """Open items of the other categories."""
        return len(set(self.check.open_items) - {item.item_code for item in self.line.category.items})


def _fresh(check_id: str) -> CheckView:
    with reading_session() as db:
        return reading.visible_check(db, actor(), check_id)


def _line(check: CheckView, category_code: str) -> CategoryLine:
    for line in check.categories:
        if line.category.code == category_code:
            return line
    raise NotFound(_("检查标准没有这个类别。"))


def _shown(check: CheckView, line: CategoryLine) -> Step:
    """The stored draft as a step."""
    draft, codes = check.draft, [item.item_code for item in line.category.items]
    passed = draft.clean or line.category.code in draft.passed_categories
    return Step({code: Entry.of(draft.results.get(code)) for code in codes}, passed, [])


def _render(page: Page) -> str:
    return render_template(
        "checks/step.html", page=page, check=page.check, line=page.line, has_errors=bool(page.errors)
    )


@bp.get("/inspections/<check_id>/<category_code>")
@needs(Permission.CHECK_FILE)
def step(check_id: str, category_code: str) -> str | Response:
    """One category of a draft."""
    check = reading.visible_check(request_session(), actor(), check_id)
    line = _line(check, category_code)
    if not may_file(check):
        return see_other(url_for("checks.inspection", check_id=check_id))
    return _render(Page(check, line, _shown(check, line)))


@bp.post("/inspections/<check_id>/<category_code>")
@needs(Permission.CHECK_FILE)
def save_step(check_id: str, category_code: str) -> Response | tuple[str, int]:
    """Keep a step, whichever button was pressed; what cannot be kept comes back filled in."""
    check = reading.visible_check(request_session(), actor(), check_id)
    line = _line(check, category_code)
    posted = read_step(request.form, line.category.items)
    refused = _keep_photos(check, line)
    try:
        _keep(check, line, posted, request.form.get("version", 0, int))
    except Conflict:
        return _conflict(check_id, category_code, posted, refused)
    if posted.wrong or refused:
        check = _fresh(check_id)
        return _render(Page(check, _line(check, category_code), posted, refused)), 422
    return see_other(_next_address(Page(check, line, posted)))


def _keep(check: CheckView, line: CategoryLine, posted: Step, version: int) -> None:
    with transaction() as db:
        service.save_draft(db, actor(), check.id, _merged(check.draft, check, line, posted).payload(), version)


def _merged(draft: Draft, check: CheckView, line: CategoryLine, posted: Step) -> Draft:
    """The draft with this step put in; an entry with a fault leaves what was stored."""
    results = dict(draft.results)
    for code, entry in posted.entries.items():
        if not entry.errors:
            results[code] = entry.decided()
    every = [other.category.code for other in check.categories]
    passed = set(every if draft.clean else draft.passed_categories) - {line.category.code}
    passed |= {line.category.code} if posted.rest_passed else set()
    kept = {code: answer for code, answer in results.items() if answer != Answer()}
    detached = tuple({*draft.detached, *posted.detach})
    return Draft(kept, tuple(code for code in every if code in passed), False, detached)


def _keep_photos(check: CheckView, line: CategoryLine) -> dict[str, list[str]]:
    """Keep the photos that came along; answers what was refused, by item. One that is refused keeps no other out."""
    refused: dict[str, list[str]] = {}
    taken: list[service.TakenPhoto] = []
    for item in line.category.items:
        files = [file for file in request.files.getlist(f"{item.item_code}-photo") if file.filename]
        if files:  # nothing is stored for who may not add it
            require(policy.may_file(actor(), check.estate.division_code))
            _expect_open(check)
        for file in files[:MOST_PHOTOS]:
            try:
                taken.append(service.take_photo(item.item_code, file.read(), file.filename or ""))
            except DomainError as error:
                refused.setdefault(item.item_code, []).append(str(error))
            finally:
                file.close()
        if len(files) > MOST_PHOTOS:
            text = _("一次最多上传%(n)s张照片，其余没有上传，请分次上传。", n=MOST_PHOTOS)
            refused.setdefault(item.item_code, []).append(text)
    if taken:
        with transaction() as db:
            service.add_photos(db, actor(), check.id, taken)
    return refused


def _expect_open(check: CheckView) -> None:
    if check.state not in OPEN_STATES:
        raise Conflict(_("这份检查已经提交，不能再修改。请刷新页面后再看。"))


def _conflict(check_id: str, category: str, posted: Step, refused: dict[str, list[str]]) -> tuple[str, int]:
    """Another device saved meanwhile: both stand side by side, and saving again keeps what is in the form."""
    check = _fresh(check_id)
    _expect_open(check)
    line = _line(check, category)
    stored = _shown(check, line)
    both = [
        {"code": code, "theirs": stored.entries[code], "mine": entry}
        for code, entry in posted.entries.items()
        if replace(stored.entries[code], errors=[]) != replace(entry, errors=[])
    ]
    return _render(Page(check, line, posted, refused, both)), 409  # type: ignore[arg-type]


def _next_address(page: Page) -> str:
    go = request.form.get("go", "stay")
    codes = {line.category.code for line in page.check.categories}
    target = page.neighbour.get(go, go if go in codes else "")
    if target:
        return url_for("checks.step", check_id=page.check.id, category_code=target)
    if go == "stay" or go not in ("next", "review"):
        return url_for("checks.step", check_id=page.check.id, category_code=page.line.category.code)
    return url_for("checks.inspection", check_id=page.check.id)


# ---- the whole check ----


def _overview(check: CheckView, day: DayForm, more: list[dict[str, str]] | None = None) -> str:
    db = request_session()
    wanting = missing(check) if may_file(check) else []
    first = wanting[0]["href"] if wanting else ""
    return render_template(
        "checks/inspection.html", check=check, files=may_file(check), missing=wanting, first=first, day=day,
        errors=more or [], has_errors=bool(more or day.errors),
        versions=standing.item_versions(db, check.id, check.month),
        inspector=standing.person_name(db, check.inspector), people=_people(check), street=street_name(check),
        is_late=clock.today() > check.due and not check.late_permitted, review_due=review_due(check),
        corrects=check.state == "confirmed"
        and policy.may_correct(actor(), check.estate.division_code, check.inspector),
    )  # fmt: skip


def _people(check: CheckView) -> dict[str, str]:
    db = request_session()
    return {step.actor: standing.person_name(db, step.actor) for step in check.steps}


def street_name(check: CheckView) -> str:
    """The street that reviews the check."""
    return registry.division_name(request_session(), check.estate.division_code[:9] + "000")


def review_due(check: CheckView) -> Any:
    """The day by which the street decides on a submitted check."""
    return standing.review_due(request_session(), check.steps[-1].on) if check.state == "submitted" else None


@bp.get("/inspections/<check_id>")
@needs(Permission.CHECK_READ)
def inspection(check_id: str) -> str:
    """A check as it stands: to look over and submit, or to read."""
    check = reading.visible_check(request_session(), actor(), check_id)
    return _overview(check, DayForm(data={"inspected_on": check.inspected_on}, formdata=None))


@bp.post("/inspections/<check_id>/day")
@needs(Permission.CHECK_FILE)
def change_day(check_id: str) -> Response | tuple[str, int]:
    """Mend the day of the visit."""
    check, form = reading.visible_check(request_session(), actor(), check_id), DayForm()
    require(policy.may_file(actor(), check.estate.division_code))
    if form.validate():
        try:
            with transaction() as db:
                service.set_inspected_on(db, actor(), check_id, form.inspected_on.data, clock.today())
            flash(_("检查日期已改为%(day)s。", day=date_text(form.inspected_on.data)), "ok")
            return see_other(url_for("checks.inspection", check_id=check_id))
        except Conflict:
            raise
        except DomainError as error:
            form.inspected_on.errors = [str(error)]
    return _overview(check, form), 422


@bp.post("/inspections/<check_id>/submit")
@needs(Permission.CHECK_FILE)
def submit(check_id: str) -> Response | tuple[str, int]:
    """Hand the check to the street; what is missing comes back as a list that leads to each item."""
    try:
        with transaction() as db:
            service.submit(db, actor(), check_id, clock.today())
    except InputRefused as error:
        check = _fresh(check_id)
        return _overview(check, DayForm(data={"inspected_on": check.inspected_on}, formdata=None),
                         [{"text": str(error), "href": "#missing"}]), 422  # fmt: skip
    check = _fresh(check_id)
    street, due = street_name(check), date_text(review_due(check))
    flash(_("已提交，%(street)s最迟%(due)s审核完毕。结果会显示在“检查”页面。", street=street, due=due), "ok")
    return see_other(url_for("checks.inspection", check_id=check_id))

"""The office's and the company's side: the register of owners, codes on paper, and the questions of owners."""

from dataclasses import dataclass
from datetime import date

from flask import Response, current_app, flash, render_template, request

from disclosure.owners import policy, queries
from disclosure.owners.forms import ActForm, AnswerForm, EndForm, HoldingForm, PhoneForm
from disclosure.owners.models import OwnerFacts
from disclosure.owners.queries import UnitView
from disclosure.owners.service import questions, register
from disclosure.owners.service.register import HoldingInput
from disclosure.owners.views.blueprint import bp, private, see_other
from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.formats import mask_name
from portal.kernel.i18n import _
from portal.kernel.sms import Message, hand_over
from portal.kernel.web import actor, needs, page_asked, request_session
from portal.registry import api as registry

PAGE = 50


@dataclass(frozen=True)
class Row:
    """A line of the register as staff read it: surname and last four only. ``entitled``: may be given a code today."""

    facts: OwnerFacts
    unit: UnitView
    name: str
    phone: str
    entitled: bool

    @property
    def is_over(self) -> bool:
        """Whether the holding has ended."""
        return self.facts.valid_to is not None and self.facts.valid_to <= clock.today()


def _row(facts: OwnerFacts) -> Row:
    db = request_session()
    try:
        name = mask_name(register.revealed(db, facts)[0])
    except DomainError:
        name = mask_name("")
    over = facts.valid_to is not None and facts.valid_to <= clock.today()
    unit = queries.unit_view(db, facts.unit_id)
    return Row(facts, unit, name, f"****{facts.phone_last4}", facts.kind == "owner" and not over)


@bp.get("/owners/register", endpoint="register")
@needs(Permission.OWNERS_EDIT)
def register_index() -> str:
    """The estates whose registers I keep."""
    db, q = request_session(), request.args.get("q", "").strip()[:50]
    kept = register.estates_kept(db, actor())
    found = [one for one in registry.find_estates(db, q, limit=None)[0] if one.code in kept]
    page = page_asked()
    return render_template(
        "owners/register.html", estates=found[(page - 1) * PAGE : page * PAGE], q=q, page=page, total=len(found),
        pages=max(1, -(-len(found) // PAGE)), counts=queries.owner_counts(db, clock.today()),
    )  # fmt: skip


@bp.get("/owners/register/<code>")
@needs(Permission.OWNERS_EDIT)
def estate(code: str) -> str:
    """The register of one estate."""
    db = request_session()
    place = register.kept_by(db, actor(), code)
    found, page = queries.facts_of(db, code), page_asked()
    shown = [_row(facts) for facts, _unit in found[(page - 1) * PAGE : page * PAGE]]
    return render_template(
        "owners/estate.html", place=place, rows=shown, page=page, pages=max(1, -(-len(found) // PAGE)), total=len(found)
    )


@bp.get("/owners/register/<code>/add")
@needs(Permission.OWNERS_EDIT)
def add_form(code: str) -> str:
    """A new holding."""
    place = register.kept_by(request_session(), actor(), code)
    return render_template("owners/add.html", place=place, form=HoldingForm())


@bp.post("/owners/register/<code>/add")
@needs(Permission.OWNERS_EDIT)
def add(code: str) -> Response | tuple[str, int]:
    """Put it into the register."""
    place, form = register.kept_by(request_session(), actor(), code), HoldingForm()
    if not form.validate():
        return render_template("owners/add.html", place=place, form=form), 422
    if form.since.data > clock.today():
        form.since.errors = [_("入户日期还没有到。")]
        return render_template("owners/add.html", place=place, form=form), 422
    row = HoldingInput(
        code, form.building.data, form.unit.data, form.name.data, form.phone.data, form.kind.data, form.since.data,
        form.until.data,
    )  # fmt: skip
    try:
        with transaction() as db:
            told = register.add(db, actor(), row)
    except Conflict:
        raise
    except DomainError as error:
        form.until.errors = [str(error)]
        return render_template("owners/add.html", place=place, form=form), 422
    _tell(told)
    flash(_("已登记。"), "ok")
    return see_other("owners.estate", code=code)


def _tell(told: list[Message]) -> None:
    for message in told:
        hand_over(message, wait=current_app.testing)


def _held(holding_id: str) -> OwnerFacts:
    facts = queries.live_facts(request_session(), holding_id)
    if facts is None:
        raise NotFound(_("没有找到这条业主记录。"))
    register.kept_by(request_session(), actor(), queries.unit_view(request_session(), facts.unit_id).estate_code)
    return facts


def _holding_page(facts: OwnerFacts, end: EndForm, phone: PhoneForm) -> str:
    db, row = request_session(), _row(facts)
    place = register.place_of(db, row.unit.estate_code)
    return render_template(
        "owners/holding.html", row=row, place=place, end=end, phone=phone, act=ActForm(),
        may_give=policy.may_give_code(actor(), place.division_code), has_errors=bool(end.errors or phone.errors),
    )  # fmt: skip


@bp.get("/owners/holdings/<holding_id>")
@needs(Permission.OWNERS_EDIT)
def holding(holding_id: str) -> str:
    """One holding, with what can be done."""
    facts = _held(holding_id)
    shown = {"shown": facts.id}
    return _holding_page(facts, EndForm(formdata=None, data=shown), PhoneForm(formdata=None, data=shown))


@bp.post("/owners/holdings/<holding_id>/end")
@needs(Permission.OWNERS_EDIT)
def end(holding_id: str) -> Response | tuple[str, int]:
    """Somebody moved out."""
    facts, form = _held(holding_id), EndForm()
    empty = PhoneForm(formdata=None, data={"shown": facts.id})
    if not form.validate():
        return _holding_page(facts, form, empty), 422
    try:
        with transaction() as db:
            register.end(db, actor(), holding_id, until=form.until.data, shown=form.shown.data or "")
    except (Conflict, NotFound):
        raise
    except DomainError as error:
        form.until.errors = [str(error)]
        return _holding_page(facts, form, empty), 422
    flash(_("已登记迁出，这位业主的认证随即失效。"), "ok")
    return see_other("owners.holding", holding_id=holding_id)


@bp.post("/owners/holdings/<holding_id>/phone")
@needs(Permission.OWNERS_EDIT)
def phone(holding_id: str) -> Response | tuple[str, int]:
    """Another phone."""
    facts, form = _held(holding_id), PhoneForm()
    if not form.validate():
        return _holding_page(facts, EndForm(formdata=None, data={"shown": facts.id}), form), 422
    with transaction() as db:
        told = register.change_phone(db, actor(), holding_id, phone=form.phone.data, shown=form.shown.data or "")
    _tell(told)
    flash(_("电话已变更，已打开的业主登录随即结束。"), "ok")
    return see_other("owners.holding", holding_id=holding_id)


@bp.post("/owners/holdings/<holding_id>/code", endpoint="give_code")
@needs(Permission.OWNERS_EDIT)
def give_code(holding_id: str) -> Response:
    """The letter with a one-time code: shown this once, to be printed and handed over."""
    facts = _held(holding_id)
    with transaction() as db:
        code = register.give_code(db, actor(), holding_id)
    row = _row(facts)
    place = register.place_of(request_session(), row.unit.estate_code)
    page = render_template("owners/letter.html", row=row, place=place, code=code, days=14)
    return private(page)


# ---- questions


@bp.get("/owners/questions", endpoint="questions")
@needs(Permission.FUNDS_READ)
def questions_page() -> str:
    """Questions of my estates, the unanswered first."""
    db = request_session()
    found = questions.listed(db, actor())
    names = registry.estate_names(db, {one.public.estate_code for one in found})
    return render_template("owners/office_questions.html", found=found, names=names, due=_due(found))


def _due(found: list[queries.QuestionRecord]) -> dict[str, date]:
    subjects = {f"fund-question:{one.public.id}": one.public.id for one in found if not one.seq}
    views = deadlines.of_subjects(request_session(), list(subjects))
    return {subjects[subject]: listed[-1].last_day for subject, listed in views.items() if listed}


@bp.get("/owners/questions/<question_id>")
@needs(Permission.FUNDS_READ)
def question(question_id: str) -> str:
    """A question and the way to answer it."""
    found = questions.standing(request_session(), actor(), question_id)
    is_objection = found.record.public.kind == "objection"
    shown = {"seq": found.record.seq, "outcome": None if is_objection else "explained"}
    return _question_page(found, AnswerForm(formdata=None, data=shown, objection=is_objection))


def _question_page(found: questions.Standing, form: AnswerForm) -> str:
    return render_template(
        "owners/office_question.html", found=found, record=found.record, form=form, has_errors=bool(form.errors),
        may=policy.may_answer(actor(), found.place.division_code, found.place.uscc),
        due=_due([found.record]).get(found.record.public.id), entries=questions.entries_of(request_session(), found),
    )  # fmt: skip


@bp.post("/owners/questions/<question_id>/answer")
@needs(Permission.FUNDS_CLASSIFY)
def answer(question_id: str) -> Response | tuple[str, int]:
    """Answer in public."""
    found = questions.standing(request_session(), actor(), question_id)
    form = AnswerForm(objection=found.record.public.kind == "objection")
    if not form.validate() or form.seq.data is None:
        return _question_page(found, form), 422
    try:
        with transaction() as db:
            questions.answer(
                db, actor(), question_id, outcome=form.outcome.data, text=form.text.data,
                publish=form.publish.data == "yes", seq=form.seq.data, on=clock.today(),
            )  # fmt: skip
    except (Conflict, NotFound):
        raise
    except DomainError as error:
        form.text.errors = [str(error)]
        return _question_page(found, form), 422
    flash(_("答复已经公开。"), "ok")
    return see_other("owners.question", question_id=question_id)

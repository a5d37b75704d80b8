"""An account with its proofs, statements and lines; one statement, and taking it back."""

from datetime import date
from typing import Any

from flask import Response, flash, render_template, request, url_for
from wtforms import TextAreaField
from wtforms.validators import StopValidation

from disclosure.funds import coverage, policy, queries, reading
from disclosure.funds.damage import looked_through
from disclosure.funds.proof import Proof, proofs
from disclosure.funds.service.statements import withdraw as take_back
from disclosure.funds.views.blueprint import Seen, bp, see_other
from portal.kernel import clock
from portal.kernel.access import Permission, require
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy
from portal.kernel.periods import Month
from portal.kernel.web import actor, needs, page_asked, request_session

LINES = 100


class WithdrawForm(Form):
    """Why a statement does not count any more."""

    reason = TextAreaField(lazy("撤回的原因"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.flags.required = True

    def validate_reason(self, given: Any) -> None:
        """It must say why, and everybody reads it."""
        if not (given.data or "").strip():
            given.errors = []
            raise StopValidation(_("请写明撤回的原因，原因会公开。"))


@bp.get("/disclosure/accounts/<code>")
@needs(Permission.FUNDS_READ)
def account(code: str) -> str:
    """The account: what it is, the proof of each month of a year, its statements, the lines of a month."""
    db, seen, page = request_session(), Seen(code), page_asked()
    statements = queries.statements(db, code)
    years = sorted({one.to_on.year for one in statements}, reverse=True) or [clock.today().year]
    month = _month(years, statements[-1].to_on if statements else clock.today())
    shown = looked_through(db, code, proofs(db, code, [Month(month.year, number) for number in range(1, 13)]))
    count, lines = reading.lines_of(db, code, month.first, month.last, LINES, (page - 1) * LINES)
    today = clock.today()
    state, until = coverage.account_states(db, [seen.account], today)[code]
    return render_template(
        "funds/account.html", seen=seen, state=state, until=until, years=years, month=month, lines=lines, count=count,
        months=[(Month.of(one.first), one) for one in shown if _worth(one)], page=page,
        pages=max(1, -(-count // LINES)), due=coverage.due_until(seen.account.type, today),
        statements=[one for one in statements[::-1] if one.to_on.year == month.year],
        withdrawn=reading.withdrawn_of(db, code),
    )  # fmt: skip


def _month(years: list[int], newest: date) -> Month:
    """The month that the address asks for; the newest one of a year that it asks for; else the newest."""
    asked = request.args.get("month", "")
    try:
        return Month.parse(asked)
    except DomainError:
        pass
    year = request.args.get("year", 0, int)
    return Month(year, newest.month if year == newest.year else 12) if year in years else Month.of(newest)


def _worth(one: Proof) -> bool:
    return one.proven or bool(one.in_fen or one.out_fen or one.flaws)


@bp.get("/disclosure/statements/<statement_id>")
@needs(Permission.FUNDS_READ)
def statement(statement_id: str) -> str:
    """One statement as the bank delivered it."""
    return _statement_page(statement_id, WithdrawForm(formdata=None))


def _statement_page(statement_id: str, form: WithdrawForm) -> str:
    db, page = request_session(), page_asked()
    found = reading.statement(db, statement_id)
    seen = Seen(found.account_code)
    count, lines = reading.lines_of_statement(db, statement_id, LINES, (page - 1) * LINES)
    return render_template(
        "funds/statement.html", seen=seen, statement=found, gone=reading.withdrawal(db, statement_id), form=form,
        flaws=reading.flaws_inside(found), lines=lines, count=count, page=page, pages=max(1, -(-count // LINES)),
        repeated=reading.repeated(db, statement_id),
    )  # fmt: skip


@bp.post("/disclosure/statements/<statement_id>/withdraw")
@needs(Permission.FUNDS_IMPORT)
def withdraw(statement_id: str) -> Response | tuple[str, int]:
    """Take a statement back, with a reason that everybody sees."""
    form = WithdrawForm()
    found = reading.statement(request_session(), statement_id)
    seen = Seen(found.account_code)
    require(policy.may_withdraw(actor(), seen.estate.division_code, seen.uscc))
    if not form.validate():
        return _statement_page(statement_id, form), 422
    with transaction() as db:
        take_back(db, actor(), statement_id, reason=form.reason.data or "", on=clock.today())
    flash(_("对账单已经撤回，它的明细不再计入账目。"), "ok")
    return see_other(url_for("funds.account", code=found.account_code))

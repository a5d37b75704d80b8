"""One line: what it was for, what was said before, its vouchers and the decision behind it."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, render_template, request, url_for
from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.ledger import papers, places, policy, queries
from disclosure.ledger.forms import VoucherForm, fen_of
from disclosure.ledger.models import VOUCHERS
from disclosure.ledger.queries import Key
from disclosure.ledger.service import classifying, spending, vouchers
from disclosure.ledger.service.classifying import Choice
from disclosure.ledger.service.posting import Piece
from disclosure.ledger.views.blueprint import bp, refused, see_other, seen
from disclosure.ledger.views.words import voucher_text
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.periods import Month
from portal.kernel.web import actor, needs, request_session

ROWS = 6


def _voucher_form(**more: Any) -> VoucherForm:
    form = VoucherForm(**more)
    form.kind.choices = [(kind, voucher_text(kind)) for kind in VOUCHERS]
    return form


def _page(ref: str, problem: str = "", form: VoucherForm | None = None) -> str:
    db, key = request_session(), classifying.key_of(ref)
    line = funds.line(db, *key)
    account, place = places.readable_account(db, actor(), line.account_code)
    day = queries.entries_of(db, [account], line.booked_on, line.booked_on)
    pieces = [one for one in day if one.ref == line.ref]
    history = queries.history(db, key)
    approvals = papers.approvals_of(db, [place.code]) if line.amount_fen < 0 else []
    under = next((one for one in approvals if line.ref in one.refs and not one.withdrawn), None)
    own = [one for one in papers.breaches(db, pieces, approvals) if one.entry.ref == line.ref]
    return render_template(
        "ledger/line.html", line=line, account=account, place=place, pieces=pieces, history=history, ref=ref,
        month=Month.of(line.booked_on), seq=history[0][1][0].seq if history else 0,
        by_person=bool(pieces[0].category) and not all(one.by_rule for one in pieces), approvals=approvals,
        under=under, breaches=own, needed=papers.needed(pieces), vouchers=papers.vouchers_of(db, [key]),
        others=papers.vouchers_of_estate(db, place.code, 30), voucher_form=form or _voucher_form(formdata=None),
        may=policy.may_classify(actor(), place.division_code, place.uscc), me=actor().audit_name, today=clock.today(),
        rows=_rows(pieces), typed=request.form, errors=[{"text": problem, "href": "#pieces"}] if problem else [],
    )  # fmt: skip


def _rows(pieces: list[Any]) -> list[dict[str, str]]:
    """What the form shows: as typed, else what stands, and empty rows to share the line out."""
    if "category-0" in request.form:
        names = ("category", "amount", "label", "memo")
        return [{name: request.form.get(f"{name}-{n}", "") for name in names} for n in range(ROWS)]
    shown = [
        {
            "category": one.category or "",
            "amount": funds.print_fen(abs(one.amount_fen)),
            "label": one.label,
            "memo": one.memo,
        }
        for one in pieces
    ]
    return shown + [{"category": "", "amount": "", "label": "", "memo": ""}] * max(0, ROWS - len(shown))


@bp.get("/disclosure/ledger/lines/<ref>")
@needs(Permission.FUNDS_READ)
def line(ref: str) -> str:
    """The line with everything about it."""
    return _page(ref)


def _do(ref: str, deed: Callable[[Session, Key], Any], done: str, anchor: str = "") -> Response | tuple[str, int]:
    key = classifying.key_of(ref)
    if problem := refused(lambda db: deed(db, key)):
        return _page(ref, problem), 422
    flash(done, "ok")
    return see_other(url_for("ledger.line", ref=ref, _anchor=anchor or None))


@bp.post("/disclosure/ledger/lines/<ref>/pieces")
@needs(Permission.FUNDS_CLASSIFY)
def pieces(ref: str) -> Response | tuple[str, int]:
    """One row classifies, more share the line out; where a person said it before, it is a correction with its reason."""
    return _do(ref, _write_pieces, _("已保存。"))


def _write_pieces(db: Session, key: Key) -> None:
    found, line = _typed_pieces(db, key), funds.line(db, *key)
    reason, shown = request.form.get("reason", ""), seen("seq")
    standing = queries.standing_of(db, [key]).get(key, [])
    if any(row.rule is None for row in standing):
        classifying.correct(db, actor(), key, found, reason=reason, on=clock.today(), seen=shown)
    elif len(found) > 1:
        classifying.split(db, actor(), key, found, on=clock.today(), seen=shown)
    else:
        one = found[0]
        choice = {key: Choice(one.category, one.label, one.memo, shown)}
        if one.amount_fen != line.amount_fen:
            raise DomainError(
                _("各部分金额合计应等于这笔流水的金额%(amount)s元。", amount=funds.print_fen(abs(line.amount_fen)))
            )
        classifying.classify(db, actor(), line.account_code, choice, on=clock.today())


def _typed_pieces(db: Session, key: Key) -> list[Piece]:
    sign = 1 if funds.line(db, *key).amount_fen > 0 else -1
    found = []
    for row in _rows([]):
        if row["category"]:
            found.append(
                Piece(sign * fen_of(row["amount"]), row["category"], row["label"].strip(), row["memo"].strip())
            )
        elif row["amount"].strip():
            raise DomainError(_("填了金额的一行，请选择科目。"))
    if not found:
        raise DomainError(_("请选择科目。"))
    return found


@bp.post("/disclosure/ledger/lines/<ref>/undo")
@needs(Permission.FUNDS_CLASSIFY)
def undo(ref: str) -> Response | tuple[str, int]:
    """Take the last deed on the line back, on all the lines that it was about."""

    def deed(db: Session, key: Key) -> None:
        classifying.undo(db, actor(), request.form.get("act", ""), on=clock.today(), reason=request.form.get("why", ""))

    return _do(ref, deed, _("已撤销，恢复到以前的归类。"))


# --- vouchers and decisions -------------------------------------------------------------------------------------------


@bp.post("/disclosure/ledger/lines/<ref>/vouchers")
@needs(Permission.FUNDS_CLASSIFY)
def attach(ref: str) -> Response | tuple[str, int]:
    """Attach a new voucher."""
    form, key = _voucher_form(), classifying.key_of(ref)
    if not form.validate():
        return _page(ref, form=form), 422

    def deed(db: Session, key: Key) -> None:
        account = funds.account(db, funds.line(db, *key).account_code)
        data = form.file.data.read(vouchers.MAX_FILE + 1)
        vouchers.add(db, actor(), account.estate_code, form.kind.data, form.title.data, data, [key], on=clock.today())

    if problem := refused(lambda db: deed(db, key)):
        form.file.errors = [problem]
        return _page(ref, form=form), 422
    flash(_("凭证已附上，遮挡以后可以公开。"), "ok")
    return see_other(url_for("ledger.line", ref=ref, _anchor="vouchers"))


@bp.post("/disclosure/ledger/lines/<ref>/vouchers/again")
@needs(Permission.FUNDS_CLASSIFY)
def attach_again(ref: str) -> Response | tuple[str, int]:
    """Attach a voucher of the estate that is kept already."""
    wanted = request.form.get("voucher", "")
    return _do(ref, lambda db, key: vouchers.attach(db, actor(), wanted, key), _("凭证已附上。"), "vouchers")


@bp.post("/disclosure/ledger/lines/<ref>/vouchers/<voucher_id>/detach")
@needs(Permission.FUNDS_CLASSIFY)
def detach(ref: str, voucher_id: str) -> Response | tuple[str, int]:
    """Take a voucher off the line."""
    why = request.form.get("why", "")
    return _do(
        ref, lambda db, key: vouchers.detach(db, actor(), voucher_id, key, reason=why), _("凭证已取下。"), "vouchers"
    )


@bp.post("/disclosure/ledger/lines/<ref>/approval")
@needs(Permission.FUNDS_CLASSIFY)
def under(ref: str) -> Response | tuple[str, int]:
    """Say under which decision the line was spent, or that it was not."""
    form = request.form

    def deed(db: Session, key: Key) -> None:
        spending.spend(db, actor(), form.get("approval", ""), key, used=form.get("go") != "off")

    return _do(ref, deed, _("已保存。"), "decision")

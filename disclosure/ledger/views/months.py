"""The accounts with what waits in them, and a month of lines classified on one page."""

from datetime import date

from flask import Response, flash, render_template, request, url_for
from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.ledger import places, policy, queries
from disclosure.ledger.service import classifying, rules
from disclosure.ledger.service.classifying import Choice
from disclosure.ledger.shapes import Entry
from disclosure.ledger.views.blueprint import bp, refused, see_other, seen
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.i18n import _, ngettext
from portal.kernel.periods import Month
from portal.kernel.web import actor, needs, page_asked, request_session

PAGE, LINES = 50, 200


@bp.get("/disclosure/ledger")
@needs(Permission.FUNDS_READ)
def index() -> str:
    """Accounts that this person may read, those with the oldest unclassified lines first."""
    db, page, asked = request_session(), page_asked(), request.args.get("q", "").strip()[:60]
    mine = places.of_actor(db, actor())
    accounts = [one for one in funds.accounts(db) if one.estate_code in mine]
    waiting = {row.account_code: row for row in queries.unmatched_of(db, accounts, clock.today())}
    shown = [one for one in accounts if asked in mine[one.estate_code].name or asked.upper() in one.code]
    shown.sort(key=lambda one: (waiting[one.code].oldest_on if one.code in waiting else date.max, one.code))
    return render_template(
        "ledger/index.html", rows=shown[(page - 1) * PAGE : page * PAGE], waiting=waiting, places=mine, asked=asked,
        total=len(shown), open_lines=sum(row.lines for row in waiting.values()), page=page,
        pages=max(1, -(-len(shown) // PAGE)), today=clock.today(),
        link=lambda number: url_for("ledger.index", page=number, q=asked or None),
    )  # fmt: skip


@bp.get("/disclosure/ledger/accounts/<code>")
@needs(Permission.FUNDS_READ)
def month(code: str) -> str:
    """A month of an account: each line with its category."""
    return _page(code, _month_asked(code, request.args.get("month", "")))


def _month_asked(code: str, text: str) -> Month:
    """The month of the address; else the oldest with something to do, else the one of the last line."""
    db = request_session()
    account, _place = places.readable_account(db, actor(), code)
    if text:
        return Month.parse(text)
    for waiting in queries.unmatched_of(db, [account], clock.today()):
        return Month.of(waiting.oldest_on)
    last = max((one.to_on for one in funds.statements(db, code)), default=clock.today())
    return Month.of(last)


def _page(code: str, chosen: Month, errors: list[str] | None = None) -> str:
    db = request_session()
    account, place = places.readable_account(db, actor(), code)
    listed = queries.entries_of(db, [account], chosen.first, chosen.last)
    open_only = request.args.get("show") == "open"
    lines: dict[str, list[Entry]] = {}
    for entry in listed:
        lines.setdefault(entry.ref, []).append(entry)
    chosen_lines = [own for own in lines.values() if not open_only or own[0].category is None]
    page = page_asked()
    return render_template(
        "ledger/month.html", account=account, place=place, month=chosen, open_only=open_only,
        lines=chosen_lines[(page - 1) * LINES : page * LINES], count=len(lines), typed=request.form,
        waiting=sum(own[0].category is None for own in lines.values()), page=page,
        pages=max(1, -(-len(chosen_lines) // LINES)), errors=[{"text": text, "href": "#lines"} for text in errors or ()],
        may=policy.may_classify(actor(), place.division_code, place.uscc), latest=Month.of(clock.today()),
        link=lambda number: url_for("ledger.month", code=code, month=str(chosen), page=number,
                                    show="open" if open_only else None),
    )  # fmt: skip


def _choices() -> dict[classifying.Key, Choice]:
    """What the form says of lines and said not before: fields ``c-REF`` (category), ``w-REF`` (words), ``s-REF`` (seen)."""
    form, found = request.form, {}
    for name in form:
        if not name.startswith("c-"):
            continue
        ref = name[2:]
        category, words = form[name], form.get(f"w-{ref}", "").strip()
        old, label = form.get(f"o-{ref}", ""), form.get(f"v-{ref}", "")
        if category and (category, words) != (old, label):
            words = "" if old and words == label else words  # a rule's words belong to its category
            found[classifying.key_of(ref)] = Choice(category, words, seen=seen(f"s-{ref}"))
    return found


def _again(code: str) -> Response:
    asked = request.args
    return see_other(
        url_for("ledger.month", code=code, month=asked.get("month"), show=asked.get("show"), page=asked.get("page"))
    )


@bp.post("/disclosure/ledger/accounts/<code>")
@needs(Permission.FUNDS_CLASSIFY)
def classify(code: str) -> Response | tuple[str, int]:
    """Classify what was chosen; with the box ticked, also what else the same payees did."""
    said: list[int] = []

    def deed(db: Session) -> None:
        places.classifiable(db, actor(), code)
        choices = _choices()
        if request.form.get("same"):
            choices = classifying.with_same_payee(db, code, choices)
        said.append(classifying.classify(db, actor(), code, choices, on=clock.today()))

    if problem := refused(deed):
        return _page(code, _month_asked(code, request.args.get("month", "")), [problem]), 422
    flash(
        ngettext("已归类%(n)s笔。", "已归类%(n)s笔。", said[0]) if said[0] else _("没有改动。"),
        "ok" if said[0] else "plain",
    )
    return _again(code)


@bp.post("/disclosure/ledger/accounts/<code>/merge")
@needs(Permission.FUNDS_CLASSIFY)
def merge(code: str) -> Response | tuple[str, int]:
    """Show the ticked lines as one entry."""
    category, words = request.form.get("merge-category", ""), request.form.get("merge-words", "")
    choices = {
        classifying.key_of(ref): Choice(category, words, seen=seen(f"s-{ref}")) for ref in request.form.getlist("m")
    }
    if problem := refused(lambda db: classifying.merge(db, actor(), code, choices, on=clock.today())):
        return _page(code, _month_asked(code, request.args.get("month", "")), [problem]), 422
    flash(ngettext("%(n)s笔已合并为一项。", "%(n)s笔已合并为一项。", len(choices)), "ok")
    return _again(code)


@bp.post("/disclosure/ledger/accounts/<code>/rules")
@needs(Permission.FUNDS_CLASSIFY)
def by_rules(code: str) -> Response:
    """Let the rules speak on everything that waits in the account."""
    said: list[int] = []
    refused(lambda db: said.append(rules.apply(db, actor(), code, on=clock.today())))
    known = said[0] if said else 0
    flash(ngettext("规则归类了%(n)s笔。", "规则归类了%(n)s笔。", known) if known else _("没有能按规则归类的流水。"),
          "ok" if known else "plain")  # fmt: skip
    return _again(code)

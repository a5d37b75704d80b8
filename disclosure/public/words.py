"""Sentences of the public pages of the common funds, in the reader's language."""

from disclosure.funds import api as funds
from disclosure.public.money import FUND_NAMES, TYPE_NAMES, Flow, Period
from disclosure.public.reading import Account
from disclosure.reports import api as reports
from portal.kernel.formats import money_text, month_text, percent_text, quarter_text, year_text
from portal.kernel.i18n import _, lazy
from portal.kernel.periods import Month, Quarter

PROOFS = {
    "matched": ("ok", lazy("一致")),
    "unmatched": ("late", lazy("不一致")),
    "unproven": ("soon", lazy("还没有对账单")),
}
CELLS = {
    "filed": ("ok", lazy("按期公开")),
    "zero": ("ok", lazy("零发生")),
    "late": ("soon", lazy("逾期公开")),
    "not_applicable": ("plain", lazy("不适用")),
}


def fund_name(fund: str) -> str:
    """The name of a fund."""
    return str(FUND_NAMES[fund])


def type_name(code: str) -> str:
    """The name of a type of account."""
    return str(TYPE_NAMES[code])


def supervised_by(code: str) -> str:
    """Who supervises a type of account."""
    return funds.supervised_by(code)


def account_state(one: Account) -> tuple[str, str]:
    """(tone of the tag, words) of an account: whether statements came and its last proof holds."""
    state = one.proven.state if one.proven else "unproven"
    return {
        "matched": ("ok", _("正常")), "unmatched": ("late", _("账目不符")), "unproven": ("soon", _("没有对账单")),
    }[state]  # fmt: skip


def period_text(period: Period) -> str:
    """A month, quarter or year in words."""
    if isinstance(period, Month):
        return month_text(period)
    return quarter_text(period) if isinstance(period, Quarter) else year_text(period)


def any_period(text: str) -> str:
    """The period of a report in words: a month, quarter, half year, year or day."""
    if len(text) == 6 and text[4] == "Q":
        return quarter_text(text)
    if len(text) == 6 and text[4] == "H":
        return _("%(year)s年上半年", year=text[:4]) if text[5] == "1" else _("%(year)s年下半年", year=text[:4])
    if len(text) == 7:
        return month_text(text)
    return year_text(text) if len(text) == 4 else text


def proof_state(state: str) -> tuple[str, str]:
    """(tone of the tag, words) of a proof."""
    tone, words = PROOFS[state]
    return tone, str(words)


def cell_state(cell: reports.Cell) -> tuple[str, str]:
    """(tone of the tag, words) of a square of the calendar."""
    if cell.state == "not_filed":
        return (
            ("late", _("没有公开，逾期%(days)s天", days=cell.days_late)) if cell.is_overdue else ("plain", _("未到期"))
        )
    tone, words = CELLS[cell.state]
    if cell.state == "late":
        return tone, _("逾期%(days)s天公开", days=cell.days_late)
    return tone, str(words)


def flow_title(fund: str, period: Period, flow: Flow) -> str:
    """What came of a period, as a sentence."""
    words = {
        "period": period_text(period),
        "fund": fund_name(fund),
        "into": money_text(flow.in_fen),
        "out": money_text(flow.out_fen),
    }
    if flow.left_fen >= 0:
        return _("%(period)s%(fund)s收入%(into)s，支出%(out)s，结余%(left)s", left=money_text(flow.left_fen), **words)
    return _(
        "%(period)s%(fund)s收入%(into)s，支出%(out)s，动用以前结余%(left)s", left=money_text(-flow.left_fen), **words
    )


def balance_title(fund: str, points: list[tuple[Month, int | None]]) -> str:
    """How a balance moved, as a sentence."""
    known = [(month, fen) for month, fen in points if fen is not None]
    if len(known) < 2:
        return _("%(fund)s余额", fund=fund_name(fund))
    (first, before), (last, now) = known[0], known[-1]
    words = {"fund": fund_name(fund), "first": month_text(first), "last": month_text(last), "now": money_text(now),
             "change": money_text(abs(now - before))}  # fmt: skip
    if now >= before:
        return _("%(fund)s余额从%(first)s到%(last)s增加%(change)s，现有%(now)s", **words)
    return _("%(fund)s余额从%(first)s到%(last)s减少%(change)s，现有%(now)s", **words)


def heat_title(first_bp: int | None, last_bp: int | None) -> str:
    """What the calendar says, as a sentence."""
    if first_bp is None or last_bp is None or first_bp == last_bp:
        return _("各街道每月按期公开的比例")
    words = {"first": percent_text(first_bp), "last": percent_text(last_bp)}
    if last_bp > first_bp:
        return _("按期公开的比例一年里从%(first)s升到%(last)s", **words)
    return _("按期公开的比例一年里从%(first)s降到%(last)s", **words)

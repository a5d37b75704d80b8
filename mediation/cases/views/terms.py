"""Terms as a form: the lines that were filled in become terms of an offer or an agreement."""

from typing import Any

from mediation.cases import words
from mediation.cases.forms import ROWS
from mediation.cases.service.talking import Term
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _


def prepare(form: Any) -> None:
    """Fill in the choices, in the reader's language."""
    for number in range(ROWS):
        form[f"kind{number}"].choices = [(code, str(name)) for code, name in words.TERM_NAMES.items()]
        form[f"side{number}"].choices = [(code, str(words.SIDE_NAMES[code])) for code in ("applicant", "respondent")]


def terms_of(form: Any) -> list[Term]:
    """The terms of the lines with an act. ``DomainError`` for a line without a day."""
    found = []
    for number in range(ROWS):
        kind, side, act, amount, due = (
            form[f"{name}{number}"].data for name in ("kind", "side", "act", "amount", "due")
        )
        if not (act or "").strip():
            continue
        if due is None:
            raise DomainError(_("请填写第%(n)s项的最晚日期。", n=number + 1))
        is_sum = amount is not None and amount.is_finite() and abs(amount) < 10**10
        fen = int((amount * 100).to_integral_value()) if is_sum else None
        found.append(Term(kind, side, act.strip(), due, fen if kind == "pay" else None))
    return found

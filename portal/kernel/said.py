"""One thing said plainly: a sentence or two, the clause it stands on, the day, the next step. The same on page, API and paper.

Whoever holds a result says it once as a ``Said``; pages show it with the macro ``m.said``, answers for programs with
``Said.row``. ``fund_change`` and ``refused`` say what several features have to say alike.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.kernel.formats import date_text, money_text
from portal.kernel.i18n import _

COLUMNS = ("about", "sentences", "basis", "on", "next", "page")


@dataclass(frozen=True)
class Said:
    """``about``: the reference of the record (``rating:2025/ESTATE``); ``basis``: the clause or document, None where
    there is none; ``page``: the address that tells more, without language. Texts are in the reader's language."""

    about: str
    sentences: tuple[str, ...]
    basis: str | None
    on: date | None
    next: str
    page: str

    def row(self) -> dict[str, Any]:
        """For programs."""
        day = self.on.isoformat() if self.on else None
        return dict(
            zip(COLUMNS, (self.about, list(self.sentences), self.basis, day, self.next, self.page), strict=True)
        )


def fund_change(
    about: str,
    fund: str,
    old_fen: int | None,
    new_fen: int,
    reason: str,
    *,
    basis: str | None,
    on: date,
    next: str,
    page: str,
) -> Said:
    """A balance or a published figure of a fund that changed: from what to what, by how much, and why.

    ``fund``: its name in the reader's language (维修资金账户（尾号1234）); ``old_fen`` None for a first figure.
    """
    words = {"fund": fund, "new": money_text(new_fen), "day": date_text(on), "reason": reason.rstrip("。.")}
    if old_fen is None:
        sentence = _("%(day)s%(fund)s首次公布为%(new)s：%(reason)s。", **words)
    elif new_fen == old_fen:
        sentence = _("%(day)s%(fund)s没有变化，仍为%(new)s：%(reason)s。", **words)
    else:
        words |= {"old": money_text(old_fen), "change": money_text(abs(new_fen - old_fen))}
        more = _("%(day)s%(fund)s由%(old)s增加到%(new)s，增加%(change)s：%(reason)s。", **words)
        less = _("%(day)s%(fund)s由%(old)s减少到%(new)s，减少%(change)s：%(reason)s。", **words)
        sentence = more if new_fen > old_fen else less
    return Said(about, (sentence,), basis, on, next, page)


def refused(about: str, what: str, reason: str, *, basis: str | None, on: date, next: str, page: str) -> Said:
    """Something asked for that was refused: what, why, on which day; ``next`` says what one may do about it."""
    sentence = _(
        "%(day)s没有同意%(what)s，理由：%(reason)s。", day=date_text(on), what=what, reason=reason.rstrip("。.")
    )
    return Said(about, (sentence,), basis, on, next, page)

"""Credit as other rooms and pages see it: frozen views."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class EventView:
    """A credit event as shown: signed centipoints, the days it counts, its document.

    ``counted_cp`` is what enters the score of the day, ``why`` why that is not all of ``points_cp``: ``same_act``, ``cap``,
    ``share`` (half of a manager's event) or ``succession`` (the share of an event of the enterprise that this one succeeded;
    ``subject`` is the former one); ``step`` ``repaired``: it was ended by a repair.
    """

    case_id: str
    subject_type: str
    subject: str
    code: str
    name: str
    points_cp: int
    estate_code: str | None
    uscc: str | None
    document: str
    document_on: date | None
    issued_by: str
    valid_from: date
    valid_to: date | None
    step: str
    is_share: bool = False
    counted_cp: int = 0
    why: str = ""


@dataclass(frozen=True)
class CreditView:
    """Score and grade of a subject on a day, and the events behind them (shares of managers' events included)."""

    subject: str
    as_of: date
    score_cp: int
    grade: str
    good_cp: int
    bad_cp: int
    events: tuple[EventView, ...]

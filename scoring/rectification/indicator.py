"""The indicator ``rectification`` 整改完成率, computed from the orders of a year: the on-time rate of their deadlines.

An order belongs to the year of its check. Its deadline counts as on time when the answer that was verified came in time, as late
otherwise, also while it is open and overdue; one that is open within its time, or cancelled, does not count. An estate without
anything to judge has no computed value: the sheet has to say (docs/decisions/0018).
"""

from collections.abc import Collection

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from scoring.rectification import queries

INDICATOR = "rectification"
RULES = ("finding.A", "finding.B", "finding.C")


def computed_indicators(db: Session, year: int, estates: Collection[str] | None = None) -> dict[str, int]:
    """Estate to the indicator of a year in centipoints (10000: all on time), as it stands now."""
    groups: dict[str, list[str]] = {}
    for order_id, estate in queries.of_year(db, year, estates):
        groups.setdefault(estate, []).append(queries.subject_of(order_id))
    if not groups:
        return {}
    rates = deadlines.on_time_each(db, groups, rules=RULES)
    return {estate: rate.rate_bp for estate, rate in rates.items() if rate.rate_bp is not None}

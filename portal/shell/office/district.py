"""The district's first screen: the quarter in progress by street, the last published quarter and who moved in it."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.formats import date_text
from portal.kernel.i18n import _, ngettext
from portal.kernel.kept import kept
from portal.kernel.periods import Quarter
from portal.kernel.work import WorkFigure
from portal.registry import api as registry
from portal.registry.api import areas
from scoring.ratings import api as ratings

MOVERS = 5


@dataclass(frozen=True)
class Street:
    """A street in the quarter in progress: estates due each month, and (checked, share) month by month."""

    code: str
    name: str
    due: int
    months: tuple[tuple[int, str], ...]
    confirmed: int


@dataclass(frozen=True)
class Mover:
    """An estate that changed its place in the district: ``places`` gained (negative: lost), centipoints gained."""

    estate_code: str
    name: str
    places: int
    score_delta_cp: int
    rank: int


@dataclass(frozen=True)
class District:
    """What officers and leads see first. ``published`` is None before the first publication."""

    quarter: Quarter
    months: list[str]
    streets: list[Street]
    published: ratings.QuarterView | None
    risen: list[Mover]
    fallen: list[Mover]
    figures: list[WorkFigure]


def is_for(actor: Actor) -> bool:
    """Those who publish quarters for the district."""
    return actor.may(Permission.QUARTER_PUBLISH)


def shown(db: Session) -> District:
    """The district today."""
    return kept(db, "office.district", lambda: _shown(db))


def _shown(db: Session) -> District:
    quarter = Quarter.of(clock.today())
    table = ratings.progress(db, quarter)
    published = next(iter(ratings.quarters(db)), None)
    risen, fallen = _movers(db, published.period) if published else ([], [])
    figures = [ratings.progress_figure(quarter, table)] if len(table) else []
    if published:
        figures.append(_published(published))
    months = sorted(set(table["month"]))
    return District(quarter, months, _streets(db, table), published, risen, fallen, figures)


def _published(view: ratings.QuarterView) -> WorkFigure:
    said = _("%(day)s公布", day=date_text(view.published_on))
    if view.revised_on:
        said = _("%(day)s更正", day=date_text(view.revised_on))
    count = ngettext("%(n)s个小区", "%(n)s个小区", view.rows)
    return WorkFigure(
        _("最近公布的季度"), view.period, f"{count}{_('，')}{said}", "ratings.quarter", {"quarter": view.period}
    )


def _streets(db: Session, table: pd.DataFrame) -> list[Street]:
    names = registry.divisions(db)
    found = []
    for code, rows in table.groupby("street_code", sort=True):
        cells = tuple((int(row.checked), ratings.share(row.checked, row.due)) for row in rows.itertuples(index=False))
        due = int(rows["due"].iloc[0])
        found.append(Street(str(code), areas.name_of(names, str(code)), due, cells, int(rows["confirmed"].sum())))
    return found


def _movers(db: Session, period: str) -> tuple[list[Mover], list[Mover]]:
    """The five that gained most places in the district within their kind, and the five that lost most."""
    moved = ratings.movement(db, period)
    moved = moved[moved["district_delta"].notna() & moved["score_delta_cp"].notna()]
    order = ["district_delta", "score_delta_cp", "estate_code"]
    up = moved[moved["district_delta"] > 0].sort_values(order, ascending=[False, False, True]).head(MOVERS)
    down = moved[moved["district_delta"] < 0].sort_values(order).head(MOVERS)
    names = registry.estate_names(db, [*up["estate_code"], *down["estate_code"]])
    return _told(up, names), _told(down, names)


def _told(rows: pd.DataFrame, names: dict[str, str]) -> list[Mover]:
    return [_mover(row, names) for row in rows.itertuples(index=False)]


def _mover(row: Any, names: dict[str, str]) -> Mover:
    rank = int(row.previous_rank_district) - int(row.district_delta)
    name = names.get(row.estate_code, row.estate_code)
    return Mover(row.estate_code, name, int(row.district_delta), int(row.score_delta_cp), rank)


def per_month(streets: list[Street]) -> list[str]:
    """The share of the whole district month by month, for the last row of the table."""
    due = sum(street.due for street in streets)
    return [
        ratings.share(sum(cell[0] for cell in cells), due) for cells in zip(*(s.months for s in streets), strict=True)
    ]

"""The checks under published months, with their results as known at the publication, and their points by category."""

from collections.abc import Mapping
from datetime import datetime

import pandas as pd
from sqlalchemy.orm import Session

from scoring.checks import api as checks
from scoring.rules.months import category_totals
from scoring.rules.parts import CATEGORY_COLUMNS
from scoring.standards import api as standards

Pinned = tuple[pd.DataFrame, pd.DataFrame, Mapping[str, pd.DataFrame]]


def pinned_checks(db: Session, months: pd.DataFrame, known_at: datetime) -> Pinned:
    """Checks, results and checklists under some months, as ``scoring.rules.months`` takes them; the key of a check is its id."""
    table = months[["check_id", "estate_code", "month", "standard_version"]].reset_index(drop=True)
    table = table.rename(columns={"check_id": "check", "standard_version": "standard"})
    rows = checks.results_frame(
        db, check_ids=table["check"].tolist(), known_at=known_at, columns=("check_id", "item_code", "result")
    )
    rows = rows.rename(columns={"check_id": "check"}).astype({"check": "object"})
    return table, rows, standards.frames(db, list(table["standard"].unique()))


def category_points(db: Session, months: pd.DataFrame, known_at: datetime) -> pd.DataFrame:
    """Points by category of the checks under some months, as their results were known at an instant: ``estate_code,
    category_code, earned_cp, applicable_cp``, one row for each check and category."""
    table, rows, frames = pinned_checks(db, months, known_at)
    made = category_totals(table, rows, frames)
    return made.merge(table[["check", "estate_code"]], on="check")[CATEGORY_COLUMNS]

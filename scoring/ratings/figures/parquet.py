"""The facts of a part of a year as Parquet files, one folder for each part: for workers that do not reach the database, and for
years that never were in one. Needs pyarrow (extra ``cluster``)."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from scoring.rules.parts import YearPart
from scoring.rules.standard import verify_standard
from scoring.rules.years import YearFacts

FACTS = ("estates", "quarters", "surveys", "indicators", "collection_rates", "vetoes")


def write(folder: Path, name: str, part: YearPart) -> None:
    """Write a part; one that is there already is replaced. Raises ``DomainError`` without pyarrow."""
    need_pyarrow()
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    frames = {name: getattr(part.facts, name) for name in FACTS} | {"checks": part.checks, "results": part.results}
    if part.places is not None:
        frames["places"] = part.places
    for title, frame in frames.items():
        frame.to_parquet(place / f"{title}.parquet", index=False)
    for version, frame in part.standards.items():
        frame.to_parquet(place / f"standard-{version}.parquet")


def read(folder: Path, name: str) -> YearPart:
    """A part as it was written; texts that repeat are categorical. Raises ``DomainError`` without pyarrow or without the files."""
    need_pyarrow()
    place = folder / name
    if not place.is_dir():
        raise DomainError(_("没有找到计算用的数据文件：%(name)s。", name=name))
    facts: dict[str, Any] = {title: pd.read_parquet(place / f"{title}.parquet") for title in FACTS}
    standards = {
        path.stem.removeprefix("standard-"): pd.read_parquet(path) for path in place.glob("standard-*.parquet")
    }
    for frame in standards.values():
        verify_standard(frame)
    places = place / "places.parquet"
    return YearPart(
        _texts(place / "checks.parquet", ("estate_code", "month", "standard")),
        _texts(place / "results.parquet", ("item_code", "result")),
        standards,
        YearFacts(**facts),
        pd.read_parquet(places) if places.exists() else None,
    )


def _texts(path: Path, categorical: Collection[str]) -> pd.DataFrame:
    import pyarrow.parquet  # noqa: PLC0415  an extra that most portals do without

    return pyarrow.parquet.read_table(path, read_dictionary=list(categorical)).to_pandas()


def names(folder: Path) -> list[str]:
    """The parts in a folder, in order."""
    return sorted(path.name for path in folder.iterdir() if (path / "estates.parquet").exists())


def need_pyarrow() -> None:
    """Say what is missing where pyarrow is not installed."""
    try:
        import pyarrow  # noqa: F401, PLC0415
    except ImportError as error:
        raise DomainError(_("读写Parquet文件需要安装扩展cluster：pip install 'baoan-portal[cluster]'。")) from error

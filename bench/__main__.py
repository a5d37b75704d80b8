"""``make bench``: measures, prints a table, writes ``bench.json`` into the instance folder. ``--check`` compares ratios.

Ratios are ours / peer in one run, so that they hold on another machine. ``SCALE=10`` makes the district ten times as large.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

Figures = dict[str, dict[str, object]]
COMMITTED = Path(__file__).with_name("ratios.json")


def _figure(value: float, unit: str, peer: str = "", peer_value: float | None = None) -> dict[str, object]:
    ratio = None if not peer_value else round(value / peer_value, 2)
    shown = None if peer_value is None else round(peer_value, 4)
    return {"value": round(value, 4), "unit": unit, "peer": peer, "peer_value": shown, "ratio": ratio}


def _paired(scale: int, rounds: int = 1) -> Figures:
    """The figures that have a peer and need no database of the year."""
    from bench import facts, portal_year, scoring

    district = facts.make(portal_year.standard(), facts.ESTATES * scale)
    runs = [scoring.measure(district) for _round in range(rounds)]
    ours, theirs = min(runs, key=lambda run: run[0] / run[1]) if rounds == 1 else _middle(runs)
    return {"score_year_vs_duckdb": _figure(ours, "s", "duckdb", theirs), "_district": district}  # type: ignore[dict-item]


def _middle(runs: list[tuple[float, float]]) -> tuple[float, float]:
    return median(run[0] for run in runs), median(run[1] for run in runs)


def _year(figures: Figures, scale: int) -> None:
    """The portal with the year in its database."""
    from bench import imports, portal_year

    district = figures.pop("_district")
    folder = Path(os.environ["PORTAL_INSTANCE"])
    sheet = folder / "checks.xlsx"
    rows = imports.write(sheet, district, 100_000)  # type: ignore[arg-type]
    portal_year.load(district)  # type: ignore[arg-type]
    print(f"{portal_year.rows_held():,} item results loaded")
    took = portal_year.run()
    for name, seconds in took.items():
        figures[name] = _figure(seconds, "MB" if name == "peak_mb" else "s")
    figures["year_prepared"] = _figure(took["prepare_quarters"] + took["prepare_year"], "s")
    for name, path in (("quarter_page", f"/quarters/{portal_year.QUARTER}"), ("estate_page", "/estates/E000001")):
        ours, bare = portal_year.page(path)
        figures[name] = _figure(ours, "s", "bare flask, same bytes", bare)
    _public(figures, folder)
    ours, bare = imports.measure(sheet)
    figures["import_checks_vs_calamine"] = _figure(ours, f"s ({rows:,} rows)", "bare calamine read", bare)


def _bank(figures: Figures, scale: int) -> None:
    """Bank lines, in a portal and a database of their own."""
    from bench import bank

    ours, theirs, peer = bank.measure(100_000 * scale)
    figures["bank_lines_vs_copy"] = _figure(ours, "lines/s", peer, theirs)


def _public(figures: Figures, folder: Path) -> None:
    """Public reads over HTTP, and the search in registers of two sizes."""
    from bench import portal_year, public, search

    for name, (ours, theirs) in public.measure(folder, portal_year.USCC).items():
        peer = "datasette, same rows" if name.endswith("datasette") else "bare flask, same size"
        figures[name] = _figure(ours, "requests/s", peer, theirs)
    for count in (1_500, 150_000):
        ours, theirs, query = search.measure(count)
        figures[f"search_{count}"] = _figure(ours, f"s (slowest: {query})", "LIKE, every row", theirs)


def _print(figures: Figures) -> None:
    print(f"{'figure':28}{'ours':>12} {'unit':18}{'peer':>12} {'ratio':>8}  peer is")
    for name, row in figures.items():
        peer = "" if row["peer_value"] is None else f"{row['peer_value']:.4f}"
        print(f"{name:28}{row['value']:>12} {row['unit']!s:18}{peer:>12} {row['ratio'] or '':>8}  {row['peer']}")


def _check(figures: Figures) -> int:
    """1 when a ratio is worse than the committed one by more than a third."""
    if not COMMITTED.exists():
        print("no ratios are committed yet: put those of a quiet run of make bench into bench/ratios.json")
        return 1
    committed, worse = json.loads(COMMITTED.read_text()), []
    for name, ratio in committed.items():
        now = figures[name]["ratio"]
        assert isinstance(now, float)
        bigger_is_better = str(figures[name]["unit"]) in ("requests/s", "lines/s")
        if (now < ratio * 0.66) if bigger_is_better else (now > ratio * 1.34):
            worse.append(f"{name}: {now} against {ratio}")
    print("\n".join(worse) or "no ratio is worse than the committed ones")
    return 1 if worse else 0


def main() -> int:
    """Measure in an instance of its own."""
    scale = int(os.environ.get("SCALE") or 1)
    target = Path(os.environ.get("PORTAL_INSTANCE") or Path(__file__).resolve().parents[1] / "instance")
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(PORTAL_INSTANCE=folder, DATABASE_URL="")
        checking = "--check" in sys.argv
        figures = _paired(scale, rounds=5 if checking else 1)
        _year(figures, scale)
        _bank(figures, scale)
        _print(figures)
    target.mkdir(parents=True, exist_ok=True)
    (target / "bench.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    return _check(figures) if checking else 0


if __name__ == "__main__":
    sys.exit(main())

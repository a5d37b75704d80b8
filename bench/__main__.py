"""``make bench``: measures, prints a table, writes ``bench.json`` into the instance folder.

Ratios are ours / peer in one run, so that they hold on another machine. ``SCALE=10`` or ``SCALE=100`` measures a year of so many
districts from generated Parquet (``bench.scale``). ``--check`` makes five paired runs of every ratio and fails when a median is worse
than the committed one by more than 20 percent; ``--commit`` writes the medians as the committed ones.
"""

import json
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

COMMITTED = Path(__file__).with_name("ratios.json")
ROUNDS, WORSE = 5, 0.20
MORE_IS_BETTER = ("requests/s", "lines/s")


@dataclass
class Figure:
    """What was measured. ``pairs``: (ours, the peer's) of each run; ours alone where there is no peer."""

    name: str
    unit: str
    peer: str = ""
    pairs: list[tuple[float, float | None]] = field(default_factory=list)

    @property
    def ratio(self) -> float | None:
        """Median of ours / peer to three significant digits; None without a peer."""
        found = [ours / peer for ours, peer in self.pairs if peer]
        return float(f"{median(found):.3g}") if found else None

    @property
    def row(self) -> dict[str, object]:
        """As it is printed and written: medians of the runs."""
        peers = [peer for _ours, peer in self.pairs if peer is not None]
        return {
            "value": round(median(ours for ours, _peer in self.pairs), 4),
            "unit": self.unit,
            "peer": self.peer,
            "peer_value": round(median(peers), 4) if peers else None,
            "ratio": self.ratio,
            "runs": len(self.pairs),
        }


class Figures(dict[str, Figure]):
    """Figures by name, in the order in which they were first measured."""

    def add(self, name: str, unit: str, ours: float, peer: str = "", theirs: float | None = None) -> None:
        """One more run of a figure."""
        self.setdefault(name, Figure(name, unit, peer)).pairs.append((ours, theirs))


def _rounds(count: int, what: str) -> Iterator[int]:
    for number in range(count):
        print(f"… {what}" + (f", run {number + 1} of {count}" if count > 1 else ""), file=sys.stderr, flush=True)
        yield number


def measure(folder: Path, rounds: int) -> Figures:
    """Everything at the size of a district."""
    from bench import facts, imports, portal_year

    figures = Figures()
    district = facts.make(portal_year.standard(), facts.ESTATES)
    _scoring(figures, rounds, district)
    sheets = [folder / f"checks{part}.xlsx" for part in range(rounds)]
    rows = [imports.write(path, district, 100_000 // rounds, part, rounds) for part, path in enumerate(sheets)][0]
    portal_year.load(district)
    print(f"{portal_year.rows_held():,} item results loaded", file=sys.stderr)
    _year(figures, rounds)
    _public(figures, rounds, folder)
    _papers(figures, rounds)
    imports.inspector()
    for run in _rounds(rounds, "import"):
        ours, bare = imports.measure(sheets[run])
        figures.add("import_checks_vs_calamine", f"s ({rows:,} rows)", ours, "bare calamine read", bare)
    _search(figures, rounds)
    _bank(figures, rounds)
    return figures


def _scoring(figures: Figures, rounds: int, district: Any) -> None:
    from bench import scoring

    for _run in _rounds(rounds, "scoring"):
        ours, duck, bear = scoring.measure(district)
        figures.add("score_year_vs_duckdb", "s", ours, "duckdb, totals and ranks", duck)
        figures.add("score_year_vs_polars", "s", ours, "polars, totals", bear)


def _year(figures: Figures, rounds: int) -> None:
    """The portal with the year in its database."""
    from bench import portal_year

    for name, seconds in (took := portal_year.run_alone()).items():
        figures.add(name, "MB" if name == "peak_mb" else "s", seconds)
    figures.add("year_prepared", "s", took["prepare_quarters"] + took["prepare_year"])
    for name, path in (("quarter_page", f"/quarters/{portal_year.QUARTER}"), ("estate_page", "/estates/E000001")):
        for _run in _rounds(rounds, name):
            ours, bare = portal_year.page(path)
            figures.add(name, "s", ours, "bare flask, same bytes", bare)


def _public(figures: Figures, rounds: int, folder: Path) -> None:
    from bench import portal_year, public

    asked = public.entered(portal_year.USCC)
    for _run in _rounds(rounds, "public reads"):
        for name, (ours, theirs) in public.measure(folder, *asked).items():
            peers = {"datasette": "datasette, same rows", "nginx": "nginx, same bytes as a file"}
            figures.add(name, "requests/s", ours, peers.get(name.split("_")[-1], "bare flask, same size"), theirs)


def _papers(figures: Figures, rounds: int) -> None:
    from bench import papers
    from portal.shell.app import create_app

    companies, client = papers.register(), create_app(testing=True).test_client()
    batch = papers.questions(companies)
    papers.check_batch(client, batch)  # the index of names is made once in a process
    papers.pdf_ours()
    for _run in _rounds(max(rounds, 3), "papers"):
        ours, theirs = papers.check_batch(client, batch), papers.join_batch(companies, batch)
        figures.add("batch_check_1000", "s", ours, "duckdb, exact join", theirs)
        figures.add("pdf_decision", "s", papers.pdf_ours(), "bare weasyprint", papers.pdf_bare())


def _search(figures: Figures, rounds: int) -> None:
    """In the register of a district; in one of 150,000 too, where it is measured once."""
    from bench import search

    for count in (1_500, 150_000) if rounds == 1 else (1_500,):
        for _run in _rounds(rounds, f"search in {count:,}"):
            ours, theirs, query = search.measure(count)
            figures.add(f"search_{count}", f"s (slowest: {query})", ours, "LIKE, every row", theirs)


def _bank(figures: Figures, rounds: int) -> None:
    """Bank lines, in a portal and a database of their own."""
    from bench import bank

    for _run in _rounds(rounds, "bank lines"):
        ours, theirs, peer = bank.measure(100_000 // rounds)
        figures.add("bank_lines_vs_copy", "lines/s", ours, peer, theirs)


def show(figures: Figures) -> None:
    """The table."""
    print(f"{'figure':28}{'ours':>12} {'unit':18}{'peer':>12} {'ratio':>8}  peer is")
    for name, figure in figures.items():
        row = figure.row
        peer = "" if row["peer_value"] is None else f"{row['peer_value']:.4f}"
        print(f"{name:28}{row['value']:>12} {row['unit']!s:18}{peer:>12} {row['ratio'] or '':>8}  {row['peer']}")


def worse(figures: Figures, committed: dict[str, float]) -> list[str]:
    """The figures whose ratio is worse than the committed one by more than ``WORSE``, or was not measured."""
    found = []
    for name, ratio in committed.items():
        now = figures[name].ratio if name in figures else None
        if now is None:
            found.append(f"{name}: not measured (its peer is not installed)")
            continue
        limit = ratio * (1 - WORSE) if figures[name].unit in MORE_IS_BETTER else ratio * (1 + WORSE)
        if (now < limit) if figures[name].unit in MORE_IS_BETTER else (now > limit):
            found.append(f"{name}: {now} against {ratio}")
    return found


def _check(figures: Figures) -> int:
    if not COMMITTED.exists():
        print("no ratios are committed yet: python -m bench --commit on a quiet machine")
        return 1
    committed = json.loads(COMMITTED.read_text())
    found = worse(figures, committed)
    for name in sorted(name for name, figure in figures.items() if figure.ratio is not None and name not in committed):
        print(f"{name}: {figures[name].ratio}, no ratio is committed yet: python -m bench --commit on a quiet machine")
    print("\n".join(found) or "no ratio is worse than the committed ones by more than 20 percent")
    return 1 if found else 0


def _at_scale(districts: int) -> dict[str, dict[str, object]]:
    from bench import scale

    told = scale.measure(districts)
    scale.show(told)
    return {f"scale_{districts}": told}


def main() -> int:
    """Measure in an instance of its own."""
    scale = int(os.environ.get("SCALE") or 1)
    target = Path(os.environ.get("PORTAL_INSTANCE") or Path(__file__).resolve().parents[1] / "instance")
    checking, committing = "--check" in sys.argv, "--commit" in sys.argv
    figures = Figures()
    written: dict[str, dict[str, object]]
    logging.getLogger().addHandler(logging.NullHandler())  # what the portal logs is not the table
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(PORTAL_INSTANCE=folder, DATABASE_URL="")
        if scale > 1:
            written = _at_scale(scale)
        else:
            figures = measure(Path(folder), ROUNDS if checking or committing else 1)
            show(figures)
            written = {name: figure.row for name, figure in figures.items()}
    target.mkdir(parents=True, exist_ok=True)
    (target / "bench.json").write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n")
    if committing and scale == 1:
        ratios = {name: figure.ratio for name, figure in figures.items() if figure.ratio is not None}
        COMMITTED.write_text(json.dumps(ratios, indent=1) + "\n")
    return _check(figures) if checking and scale == 1 else 0


if __name__ == "__main__":
    sys.exit(main())

"""The open data recomputes from itself, and one changed cell is named with what follows from it."""

import json
import shutil

import pytest

from scoring import recompute
from tests.rules import sample_export
from tests.rules.sample_export import alter, read_table, write_export, write_manifest, write_table


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    write_export(folder)
    return folder


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "export")


@pytest.fixture
def run(capsys):
    def run(folder):
        code = recompute.main([str(folder)])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def values_in(folder):
    sizes = {name: len(read_table(folder / name)) for name in recompute.FILES}
    return (
        sizes["months.csv"] + 5 * sizes["quarter_scores.csv"] + 8 * sizes["ratings.csv"] + 2 * sizes["components.csv"]
    )


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_what_the_oracle_publishes_recomputes_without_a_difference(seed, tmp_path, run):
    write_export(tmp_path, seed)
    rows = read_table(tmp_path / "ratings.csv")
    assert {row["status"] for row in rows} == {"rated", "pending", "vetoed", "not_eligible"}
    assert {row["months"] for row in read_table(tmp_path / "quarter_scores.csv")} >= {"0", "2", "3"}
    assert run(tmp_path) == (0, f"{values_in(tmp_path)} values recomputed, 0 differ\n", "")


def test_a_changed_result_is_followed_from_the_month_to_the_year(folder, run):
    rated = next(row["estate_code"] for row in read_table(folder / "ratings.csv") if row["status"] == "rated")
    row = alter(folder, "check_results.csv", "result", "na", estate_code=rated, item_code="A2")
    quarter = next(name for name, months in sample_export.QUARTERS.items() if row["month"] in months)
    code, out, _ = run(folder)
    assert code == 1
    for line in (
        "manifest.json: check_results.csv has another sha256",
        f"months.csv {rated} {row['month']} score: published ",
        f"quarter_scores.csv {quarter} {rated} score: published ",
        f"ratings.csv 2025 {rated} management: published ",
        f"ratings.csv 2025 {rated} total: published ",
        f"components.csv 2025 {rated} management score: published ",
    ):
        assert line in out


ESTATE = {"estate_code": "E008"}
VILLAGE = {"estate_code": "E009"}
CASES = [
    ("months.csv", "score", "12.34", ESTATE, ["months.csv E008 "]),
    ("quarter_scores.csv", "score", "12.34", ESTATE, ["quarter_scores.csv 2025Q1 E008 score: published 12.34"]),
    ("quarter_scores.csv", "status", "unsure", ESTATE, ["2025Q1 E008 status: published unsure, recomputed published"]),
    ("quarter_scores.csv", "months", "9", ESTATE, ["2025Q1 E008 months: published 9, recomputed "]),
    ("quarter_scores.csv", "rank_district", "99", ESTATE, ["2025Q1 E008 rank_district: published 99"]),
    ("quarter_scores.csv", "rank_street", "99", ESTATE, ["2025Q1 E008 rank_street: published 99"]),
    ("quarter_scores.csv", "kind", "village", {"estate_code": "E008", "quarter": "2025Q4"}, ["2025Q4 ", " rank_"]),
    ("surveys.csv", "score", "12.34", ESTATE, ["components.csv 2025 E008 survey score", "2025 E008 survey: published"]),
    (
        "surveys.csv",
        "score",
        "x",
        ESTATE,
        ["surveys.csv 2025 E008 score: x is not a number", "survey status: published ok"],
    ),
    ("surveys.csv", "valid_responses", "3", ESTATE, ["E008 survey status: published ok, recomputed pending"]),
    (
        "surveys.csv",
        "households",
        "90000",
        ESTATE,
        ["ratings.csv 2025 E008 status: published rated, recomputed pending"],
    ),
    ("indicators.csv", "score", "1.00", ESTATE, ["ratings.csv 2025 E008 comprehensive: published"]),
    ("indicators.csv", "indicator_code", "kindness", ESTATE, ["kindness", "ratings.csv 2025 E008 total: published"]),
    (
        "collection_rates.csv",
        "rate",
        "1.00",
        VILLAGE,
        ["E009 collection score", "ratings.csv 2025 E009 total: published"],
    ),
    ("vetoes.csv", "estate_code", "E008", {}, ["E008 status: published rated, recomputed vetoed", "E002 status"]),
    ("contracts.csv", "starts_on", "2025-07-02", ESTATE, ["E008 status: published rated, recomputed not_eligible"]),
    ("contracts.csv", "ends_on", "2025-12-30", ESTATE, ["E008 status: published rated, recomputed not_eligible"]),
    ("contracts.csv", "starts_on", "soon", ESTATE, ["contracts.csv E008: not an ISO date: soon"]),
    ("components.csv", "score", "12.34", ESTATE, ["components.csv 2025 E008 survey score: published 12.34"]),
    ("components.csv", "status", "pending", ESTATE, ["E008 survey status: published pending, recomputed ok"]),
    *[
        ("ratings.csv", column, "12.34", ESTATE, [f"ratings.csv 2025 E008 {column}: published 12.34"])
        for column in ("survey", "management", "comprehensive", "collection", "total")
    ],
    ("ratings.csv", "stars", "7", ESTATE, ["ratings.csv 2025 E008 stars: published 7"]),
    ("ratings.csv", "status", "vetoed", ESTATE, ["E008 status: published vetoed, recomputed rated"]),
    (
        "ratings.csv",
        "rule_set",
        "village-2021",
        ESTATE,
        ["rule_set: published village-2021, recomputed commodity-2018"],
    ),
    ("ratings.csv", "kind", "village", ESTATE, ["E008 rule_set: published commodity-2018, recomputed village-2021"]),
    ("ratings.csv", "kind", "castle", ESTATE, ["castle", "E008 total: published "]),
    ("ratings.csv", "year", "this", ESTATE, ["ratings.csv this E008: not a year"]),
    ("ratings.csv", "uscc", "U9", ESTATE, ["E008 status: published rated, recomputed not_eligible"]),
    ("ratings.csv", "estate_code", "E009", ESTATE, ["more than one row of 2025 E009", "components.csv 2025 E008 "]),
    (
        "check_results.csv",
        "result",
        "twelve",
        {**ESTATE, "item_code": "A2"},
        ["check_results.csv E008 ", "A2: twelve", "no row"],
    ),
    ("check_results.csv", "item_code", "Z9", {**ESTATE, "item_code": "A2"}, ["Z9", "quarter_scores.csv"]),
    ("standards.csv", "max_points", "4.00", {"item_code": "B1", "version": "2025.1"}, ["months.csv ", "ratings.csv "]),
]


@pytest.mark.parametrize(("name", "column", "value", "where", "named"), CASES)
def test_a_changed_cell_is_named(folder, run, name, column, value, where, named):
    alter(folder, name, column, value, **where)
    write_manifest(folder)
    code, out, _ = run(folder)
    assert code == 1
    for words in named:
        assert words in out
    assert " 0 differ" not in out or "faults" in out


def test_a_dropped_month_is_named(folder, run):
    rows = [row for row in read_table(folder / "months.csv") if row["estate_code"] != "E008"]
    write_table(folder / "months.csv", rows)
    code, out, _ = run(folder)
    assert code == 1
    assert "published no row, recomputed " in out
    assert "manifest.json: months.csv has" in out


def test_a_changed_rule_set_moves_stars(folder, run):
    path = folder / "rule_sets.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"from_cp": 7100', '"from_cp": 9050'), encoding="utf-8")
    assert run(folder)[0] == 1


def test_tables_without_rows_recompute_to_nothing(folder, run):
    for name, columns in recompute.FILES.items():
        if name != "standards.csv":
            (folder / name).write_text(",".join(columns) + "\n", encoding="utf-8")
    write_manifest(folder)
    assert run(folder) == (0, "0 values recomputed, 0 differ\n", "")


def test_a_quarter_alone_is_enough(folder, run):
    for name in ("ratings.csv", "components.csv", "surveys.csv", "indicators.csv"):
        (folder / name).write_text(",".join(recompute.FILES[name]) + "\n", encoding="utf-8")
    write_manifest(folder)
    code, out, _ = run(folder)
    assert (code, out.endswith(", 0 differ\n")) == (0, True)


@pytest.mark.parametrize("name", ["manifest.json", "rule_sets.json", "ratings.csv"])
def test_a_missing_file_is_named(folder, run, name):
    (folder / name).unlink()
    code, out, err = run(folder)
    assert (code, out) == (1, "")
    assert f"{name}: missing" in err


@pytest.mark.parametrize(("content", "says"), [(b"\xff\xfe\x00", "cannot be read"), (b"year\n", "column estate_code")])
def test_an_unreadable_table_is_named(folder, run, content, says):
    (folder / "surveys.csv").write_bytes(content)
    code, _, err = run(folder)
    assert code == 1
    assert "surveys.csv" in err
    assert says in err


def test_wrong_usage_is_told_apart_from_differences(tmp_path, run, capsys):
    assert recompute.main([]) == 2
    assert "usage" in capsys.readouterr().err
    code, _, err = run(tmp_path / "nowhere")
    assert code == 1
    assert "no such folder" in err


def test_an_indicator_of_another_rule_set_is_left_aside(folder, run):
    path = folder / "rule_sets.json"
    sets = json.loads(path.read_text(encoding="utf-8"))
    village = next(data for data in sets if data["code"] == "village-2021")
    village["indicators"] = [row for row in village["indicators"] if row["code"] != "safety"]
    path.write_text(json.dumps(sets), encoding="utf-8")
    write_manifest(folder)
    code, out, _ = run(folder)
    assert code == 1
    assert "ratings.csv 2025 E009 comprehensive: published " in out
    assert "faults" not in out
    assert "E008" not in out


def test_the_checklist_that_a_month_names_is_the_one_that_counts(folder, run):
    rows = [
        {**row, "standard": "2025.2" if row["month"] >= "2025-07" else "2025.1"}
        for row in read_table(folder / "months.csv")
    ]
    write_table(folder / "months.csv", rows)
    standards = [{**row, "in_force_from": "2030-01-01"} for row in read_table(folder / "standards.csv")]
    write_table(folder / "standards.csv", standards)
    write_manifest(folder)
    assert run(folder)[0] == 0
    # a row that is gone is missed in its own file, and so is a checklist that a row names and nobody knows
    gone, other = rows[0], rows[-1]
    names = [f"{row['estate_code']} {row['month']}" for row in (gone, other)]
    write_table(folder / "standards.csv", [{**row, "in_force_from": "2025-01-01"} for row in standards])
    write_table(folder / "months.csv", [*rows[1:-1], {**other, "standard": "2019.9"}])
    out = run(folder)[1]
    assert f"months.csv {names[0]} score: published no row, recomputed " in out
    assert f"months.csv: {names[1]} names the checklist 2019.9, which is not in standards.csv" in out
    assert "no checklist in force" not in out

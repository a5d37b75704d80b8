"""A district's year from sheets alone: every published figure against the oracle, the export, the API, recompute."""

import csv
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.contract.command import Portal, read, recompute, recompute_again
from tests.contract.oracle import credit
from tests.contract.server import Server
from tests.contract.story import QUARTERS, STREET, Story, check_rows, differences, survey_rows

CORNERS = {
    "check_results": "result", "months": "score", "quarter_scores": "rank_district", "components": "score",
    "ratings": "total", "surveys": "score", "indicators": "score", "contracts": "starts_on",
}  # fmt: skip


def test_a_year_from_sheets(tmp_path: Path) -> None:
    story = Story(20, tmp_path)
    portal = story.portal
    story.build()
    portal.again("import", "checks", str(next(tmp_path.glob("checks.*"))))
    _first_quarter(story)
    for quarter, on in zip(QUARTERS[1:], ("2025-07-20", "2025-10-20", "2026-01-20"), strict=True):
        story.confirm(quarter, on)
        story.publish(quarter, on)
    story.publish_year("2026-02-01")
    portal.again("year", "publish", "2025", "--on", "2026-02-01")
    assert differences(story.expected(), portal.export("year")) == []
    _alterations_are_named(tmp_path / "year")
    _late_facts(story)
    exported = portal.export("end")
    assert differences(story.expected(), exported) == []
    done = recompute(tmp_path / "end")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith(" values recomputed, 0 differ")
    _manifest_is_signed(tmp_path / "end")
    with Server(portal) as server:
        _api_tells_the_same(story, server, exported)
        _nothing_personal(story, tmp_path / "end", server)


def _first_quarter(story: Story) -> None:
    """Only a street is confirmed at first: nobody else has a score; then the rest, and every row that changes."""
    portal = story.portal
    said = portal.run("quarter", "prepare", "2025Q1", "--on", "2025-03-31", expect=1)
    assert said.stderr.strip()
    portal.run("quarter", "publish", "2025Q1", "--on", "2099-01-01", expect=1)
    portal.run("quarter", "publish", "2025Q9", expect=2)
    portal.run("quarter", "prepare", "2025Q1", "--on", "2025-04-01")
    story.confirm("2025Q1", "2025-04-15", STREET)
    story.publish("2025Q1", "2025-04-20")
    assert differences(story.expected(), portal.export("street")) == []
    story.confirm("2025Q1", "2025-04-21")
    portal.again("quarter", "confirm", "2025Q1", "--on", "2025-04-21")
    story.publish("2025Q1", "2025-05-01")
    portal.again("quarter", "publish", "2025Q1", "--on", "2025-05-01")


def _late_facts(story: Story) -> None:
    """Late checks wait for the revision of their quarter; a survey for the year's; a veto for nothing."""
    portal = story.portal
    portal.load("checks", check_rows(story.late), 1)
    story.facts.checks.update(story.late)
    story.confirm("2025Q2", "2026-02-10")
    assert differences(story.expected(), portal.export("waiting")) == []
    story.publish("2025Q2", "2026-02-11")
    portal.load("surveys", survey_rows(story.late_survey), 2)
    story.facts.surveys.update(story.late_survey)
    story.publish_year("2026-02-20")
    portal.load("vetoes", story.late_vetoes, 1)
    story.facts.vetoes.extend(story.late_vetoes)
    story.rate()
    _confirmed_fact_stands(story)


def _confirmed_fact_stands(story: Story) -> None:
    """A changed confirmed check is refused whole, a good row beside it too."""
    key = sorted(story.confirmed)[0]
    other = next(k for k in sorted(story.facts.checks) if k not in story.confirmed)
    rows = check_rows({key: [("XF05", "fail", "")], other: [("XF05", "fail", "")]})
    before = story.portal.audit_rows()
    assert "checks.csv!" in story.portal.load("checks", rows, 0, code=1)
    assert story.portal.audit_rows() == before


def _alterations_are_named(folder: Path) -> None:
    """One altered cell in each file: exit 1 and the estate is named."""
    for name, column in CORNERS.items():
        shutil.copytree(folder, altered := folder.with_name("altered"), dirs_exist_ok=True)
        estate = _alter(altered / f"{name}.csv", name, column)
        done = recompute_again(altered)
        told = f"{name}.{column} of {estate}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        assert done.returncode == 1, told
        assert "Traceback" not in done.stderr, told
        assert estate in done.stdout + done.stderr, told


def _alter(path: Path, name: str, column: str) -> str:
    """Change one cell that a published figure hangs on; the estate it belongs to."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rated = {r["estate_code"] for r in read(path.with_name("none").parent)["ratings"] if r["status"] == "rated"}
    row = next(r for r in rows if r["estate_code"] in rated and r[column] not in ("", "na", "7"))
    row[column] = _other(row, name, column)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return row["estate_code"]


def _other(row: dict[str, str], name: str, column: str) -> str:
    if name == "check_results":
        row["note"] = ""
        return {"half": "zero", "zero": "half", "1": "2"}.get(row["result"], "na")
    return {"rank_district": "99", "starts_on": "2025-09-09"}.get(column, "12.34")


def _manifest_is_signed(folder: Path) -> None:
    text = (folder / "manifest.json").read_bytes()
    key = load_pem_public_key((folder / "public-key.pem").read_bytes())
    assert isinstance(key, Ed25519PublicKey)
    signature = (folder / "manifest.sig").read_bytes()
    assert len(signature) == 64
    key.verify(signature, text)
    manifest = json.loads(text)
    assert {"made_at", "files", "rule_sets", "standards"} <= manifest.keys()
    tables = read(folder)
    assert {f"{name}.csv" for name in tables} | {"rule_sets.json"} == {f["name"] for f in manifest["files"]}
    for file in manifest["files"]:
        assert hashlib.sha256((folder / file["name"]).read_bytes()).hexdigest() == file["sha256"]
        if file["name"].endswith(".csv"):
            assert file["rows"] == len(tables[file["name"][:-4]])


def _api_tells_the_same(story: Story, server: Server, exported: dict[str, list[dict[str, str]]]) -> None:
    for quarter in QUARTERS:
        rows = [row for row in exported["quarter_scores"] if row["quarter"] == quarter]
        _same(rows, server.items(f"/api/v1/quarters/{quarter}/scores?page_size=5"))
    _same(exported["ratings"], server.items("/api/v1/ratings/2025"))
    near = [e["estate_code"] for e in story.facts.estates if e["division_code"].startswith(STREET[:9])]
    assert [e["estate_code"] for e in server.items(f"/api/v1/estates?division={STREET}")] == near
    villages = [e["estate_code"] for e in story.facts.estates if e["kind"] == "village"]
    assert [e["estate_code"] for e in server.items("/api/v1/estates?kind=village")] == villages
    assert server.get("/api/v1/estates/NONE", 404)["status"] == 404
    for enterprise in story.facts.enterprises:
        answer = server.get(f"/api/v1/enterprises/{enterprise['uscc']}?as_of=2026-11-01")
        score, grade = credit(list(story.ratings.values()), enterprise["uscc"])
        found = answer["credit"]
        assert (found["score"], found["grade"]) == (f"{score // 100}.{score % 100:02d}", grade), answer


def _same(rows: list[dict[str, str]], items: list[dict[str, Any]]) -> None:
    """Rows of a file and items of the API, cell by cell."""
    plain = [{c: "" if i[c] is None else str(i[c]) for c in row} for row, i in zip(rows, items, strict=True)]
    assert plain == rows


def _nothing_personal(story: Story, folder: Path, server: Server) -> None:
    """No name, number or phone of a person in a file, an answer or a page; no ID number in the database."""
    secrets = [m[c] for m in story.facts.managers for c in ("name", "id_number", "phone")] + ["司徒保密", "欧阳绝密"]
    texts = {path.name: path.read_text("utf-8") for path in folder.iterdir() if path.suffix in (".csv", ".json")}
    uscc, estate = story.facts.enterprises[0]["uscc"], story.facts.estates[0]["estate_code"]
    for path in (
        f"/estates/{estate}", f"/enterprises/{uscc}", "/ratings/2025", "/quarters/2025Q1", "/lists", f"/en/estates/{estate}",
        f"/api/v1/enterprises/{uscc}", f"/api/v1/estates/{estate}", "/api/v1/ratings/2025",
    ):  # fmt: skip
        texts[path] = server.text(path)
    for where, text in texts.items():
        assert [secret for secret in secrets if secret in text] == [], where
    for path in story.portal.instance.glob("portal.db*"):
        data = path.read_bytes()
        assert [m["id_number"] for m in story.facts.managers if m["id_number"].encode() in data] == []


def test_nothing_published_yet_can_be_exported(tmp_path: Path) -> None:
    portal = Portal(tmp_path)
    portal.initialise()
    exported = portal.export("empty")
    assert [name for name, rows in exported.items() if rows] == ["standards"]
    done = recompute(tmp_path / "empty")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("code", ["91350100M000100Y43", "9144030071526726XG", "91110000600037341L"])
def test_the_oracle_knows_real_codes(code: str) -> None:
    from tests.contract.oracle import uscc_check_digit

    assert uscc_check_digit(code[:17]) == code[17]

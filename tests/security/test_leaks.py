"""Names, ID numbers, phones, plates and EXIF in every free field and file: no public route, file or error shows one."""

import re
import shutil

import pytest
from sqlalchemy import text

from portal.kernel.db import reading
from tests.browser.conftest import demo_place as demo_place
from tests.databases import Place
from tests.security import public_walk, seeding

# Tables that stay empty until somebody works with the portal, or that the demo does not fill yet: their fields prove nothing
# here, so each stands by name. A table that gets rows in the demo leaves the list.
EMPTY = {
    "adverse_mark", "interest_declaration", "job_run", "late_permission", "objection_file", "rectification_photo_release",
    "retention_hold", "sign_in_session", "operation_outcome", "totp", "recovery_code", "passkey", "spent_challenge",
    "task", "bank_layout", "bank_line_staged", "ledger_rule", "meeting_place", "mediation_promise_step",
    "mediation_opening", "mediation_step", "mediation_court", "mediation_paper", "mediation_lead", "mediator_facts",
    "mediation_message", "mediation_claim", "mediation_offer", "mediation_promise", "mediation_file", "mediation_draft",
}  # fmt: skip


@pytest.fixture
def instance(demo_place: Place, tmp_path, monkeypatch):
    """A copy of the demo district with a telltale in every free field and file."""
    from portal.kernel import db
    from portal.kernel.settings import settings
    from tests.conftest import point_at

    shutil.copytree(demo_place.instance, tmp_path / "seeded")
    place = Place(f"sqlite:///{tmp_path / 'seeded' / 'portal.db'}", tmp_path / "seeded")
    point_at(place, monkeypatch)
    seeding.seed_sealed(monkeypatch)
    yield place
    db.dispose()
    settings.cache_clear()


@pytest.fixture
def seeded(instance):
    """Telltales in the fields and files; how many rows by field."""
    rows, files = seeding.seed_fields(instance), seeding.seed_files(instance)
    assert sum(rows.values()) > 1000
    assert files > 50
    return rows


def _leaks(answer) -> list[str]:
    said = public_walk.told(answer.data, answer.content_type or "")
    found = [telltale for telltale in (*seeding.TELLTALES, public_walk.EXIF) if telltale in said]
    return found + (["a file that was not released"] if seeding.FILE_MARK in answer.data else [])


def _papers(client, uscc, estate):
    """What is made on request: a query of the lists, a credit report and a plaque with their files."""
    yield client.post("/api/v1/lists/check", json={"queries": [{"uscc": uscc}, {"name": seeding.NAME}]})
    page = client.submit("/lists/check", {"q": uscc})
    yield page
    report = client.submit(f"/enterprises/{uscc}/report", {})
    yield report
    code = re.search(r"/verify/([0-9A-Z]{26})/receipt", report.text)[1]
    own = re.search(r'name="holder_code" value="([0-9A-Z-]+)"', report.text)[1]
    for ending in ("pdf", "xlsx"):
        yield client.submit(f"/verify/{code}/receipt.{ending}", {"holder_code": own}, page="/verify")
    certificate = f"/ratings/2025/{estate}/certificate"
    yield client.submit(f"{certificate}/plaque", page=certificate)


def test_nothing_private_is_public(seeded, client):
    with reading() as db:
        paths = list(public_walk.addresses(client.application, db))
        uscc = db.execute(text("SELECT uscc FROM list_entry WHERE kind = 'black' LIMIT 1")).scalar_one()
        starred = db.execute(text("SELECT estate_code FROM rating WHERE stars = 5 LIMIT 1")).scalar_one()
    leaks, whole = {}, 0
    for path in paths:
        with client.get(path, strict=False) as answer:
            whole += answer.status_code == 200
            assert answer.status_code < 500, path
            if found := _leaks(answer):
                leaks[path] = found
    for paper in _papers(client, uscc, starred):
        assert paper.status_code == 200, paper.request.path
        if found := [one for one in _leaks(paper) if one != seeding.NAME or paper.is_json is False]:
            leaks[paper.request.path] = found
    assert leaks == {}
    assert whole > len(paths) * 3 // 4  # the walk reads pages and not refusals


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_an_error_page_says_nothing_of_what_went_wrong(instance, monkeypatch, prefix):
    from portal.kernel.web import public
    from portal.shell.app import create_app

    @public
    def broken():
        raise RuntimeError(seeding.SEED)

    app = create_app()  # as it is served: errors become pages
    monkeypatch.setitem(app.view_functions, "public.home", broken)
    monkeypatch.setitem(app.view_functions, "public.home_json", broken)
    for path in ("/", "/index.json"):
        with app.test_client().get(prefix + path) as answer:
            assert (answer.status_code, _leaks(answer)) == (500, [])


def test_every_free_field_is_seeded(seeded):
    """A table that the demo leaves empty proves nothing: see ``EMPTY``."""
    empty = {field.partition(".")[0] for field, rows in seeded.items() if not rows}
    assert empty <= EMPTY, "let the demo fill these tables, or name them in EMPTY"

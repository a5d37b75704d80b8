"""A small district for tests of the pages of checks, and what an inspector and a reviewer do on them by plain forms."""

import io
from datetime import UTC, date, datetime
from typing import Any

from bs4 import BeautifulSoup
from PIL import Image
from sqlalchemy import insert, select

from portal.kernel import clock, ids
from portal.kernel.access import Actor, Role, person_actor, system_actor
from portal.kernel.db import reading, transaction
from portal.registry.models import Division, Estate, EstateFacts
from scoring.checks import service
from scoring.checks.models import CheckStep
from scoring.checks.reading import check_view
from scoring.standards import api as standards
from tests.pages import StrictClient
from tests.people import make_person

DISTRICT, STREET, COMMUNITY = "440306000000", "440306017000", "440306017010"
OTHER_STREET, OTHER_COMMUNITY = "440306018000", "440306018001"
ESTATE, SECOND, ELSEWHERE = "BA-1", "BA-2", "BA-3"
MONTH = "2026-09"
NOW = datetime(2026, 9, 8, 2, tzinfo=UTC)
CLI = system_actor("cli:test")


def found_district() -> None:
    """One district, two streets, two communities, three estates (the third in the other street); the checklist."""
    start = datetime(2024, 6, 1, tzinfo=UTC)
    with clock.at(start), transaction() as db:
        standards.seed(db, CLI)
        areas = [
            (DISTRICT, "宝安区", "district", "440300000000"),
            (STREET, "新安街道", "street", DISTRICT),
            (OTHER_STREET, "西乡街道", "street", DISTRICT),
            (COMMUNITY, "海乐社区", "community", STREET),
            (OTHER_COMMUNITY, "福中社区", "community", OTHER_STREET),
        ]
        names = ("code", "name", "level", "parent_code")
        db.execute(insert(Division), [dict(zip(names, area, strict=True)) for area in areas])
        estates = (
            (ESTATE, "碧海云庭", COMMUNITY),
            (SECOND, "听涛花园", COMMUNITY),
            (ELSEWHERE, "望山居", OTHER_COMMUNITY),
        )
        for code, name, place in estates:
            db.add(Estate(code=code, recorded_at=start))
            db.flush()
            facts = {
                "name": name,
                "kind": "commodity",
                "division_code": place,
                "address": "海秀路1号",
                "households": 600,
            }
            db.add(EstateFacts(id=ids.new_id(), estate_code=code, search_key="", valid_from=date(1900, 1, 1),
                               recorded_at=start, **facts))  # fmt: skip


def picture(colour: tuple[int, int, int] = (200, 30, 30), size: tuple[int, int] = (400, 300)) -> bytes:
    """A small JPEG."""
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, "JPEG")
    return target.getvalue()


def photo_file(name: str = "a.jpg", data: bytes | None = None, colour: tuple[int, int, int] = (200, 30, 30)) -> Any:
    """A photo as a form sends it."""
    return io.BytesIO(picture(colour) if data is None else data), name


def states(check_id: str) -> list[str]:
    """The steps of a check so far."""
    with reading() as db:
        rows = select(CheckStep.step).where(CheckStep.check_id == check_id).order_by(CheckStep.seq)
        return list(db.scalars(rows))


def start(client: StrictClient, estate: str = ESTATE, month: str = MONTH) -> str:
    """Tap "start" of an estate; the check's id."""
    page = f"/inspections?month={month}"
    answer = client.submit("/inspections/start", {"estate": estate, "month": month}, page=page)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location.split("/")[2])


def fields(page: BeautifulSoup, selector: str = "form.phone") -> dict[str, Any]:
    """What a browser would send of a form as it stands, without files and buttons."""
    form = page.select_one(selector)
    assert form is not None
    sent: dict[str, Any] = {}
    for field in form.select("input, textarea, select"):
        kind, name = field.get("type", "text"), str(field.get("name", ""))
        if not name or kind == "file" or (kind in ("radio", "checkbox") and not field.has_attr("checked")):
            continue
        value = field.get_text().removeprefix("\n") if field.name == "textarea" else str(field.get("value", ""))
        sent[name] = [*sent.get(name, []), value]
    return sent


def keep_step(
    client: StrictClient,
    check_id: str,
    category: str,
    changes: dict[str, Any],
    go: str = "next",
    page: BeautifulSoup | None = None,
) -> Any:
    """Fill in a category's form as it stands (``page``, else fetched) and press a button."""
    path = f"/inspections/{check_id}/{category}"
    sent = {**fields(page or client.page(path)), "go": go, **changes}
    answer = client.post(path, data=sent, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # a large upload lies in a temporary file of the test client
    return answer


def categories(client: StrictClient, check_id: str) -> list[str]:
    """Codes of the categories, in order."""
    links = client.page(f"/inspections/{check_id}").select(".category-list a")
    return [str(link["href"]).rsplit("/", 1)[1] for link in links]


def pass_everything(client: StrictClient, check_id: str) -> None:
    """Tick "the rest passed" in every category, with the photos that class C items ask for."""
    for category in categories(client, check_id):
        page = client.page(f"/inspections/{check_id}/{category}")
        asking = [str(tag.find_parent("fieldset")["data-item"]) for tag in page.select(".needs-photo")]  # type: ignore[index]
        photos = {f"{code}-photo": photo_file(f"{code}.jpg") for code in asking}
        answer = keep_step(client, check_id, category, {"rest_passed": "1", **photos}, page=page)
        assert answer.status_code == 303, answer.get_data(as_text=True)


def submitted(client: StrictClient, estate: str = ESTATE, finding: bool = True) -> str:
    """A check on its way to the street, with one finding at XF01; its id."""
    check_id = start(client, estate)
    pass_everything(client, check_id)
    if finding:
        found = {
            "XF01": "found",
            "XF01-count": "1",
            "XF01-place": "5栋2层",
            "XF01-photo": photo_file("f.jpg", colour=(10, 90, 10)),
        }
        assert keep_step(client, check_id, "XF", found).status_code == 303
    path = f"/inspections/{check_id}"
    assert client.submit(f"{path}/submit", page=path).status_code == 303
    return check_id


def filled_straight(estate: str = ESTATE) -> str:
    """A draft with everything in it and one finding at XF01, by the verbs alone; its id."""
    inspector = _inspector()
    with transaction() as db:
        check_id = service.start_check(db, inspector, estate, MONTH, clock.today())
        check = check_view(db, check_id)
        for item in check.standard.items.values():
            if item.hazard_class == "C":
                service.add_photo(db, inspector, check_id, item.item_code, picture())
        found = {"XF01": {"result": "1", "place": "5栋2层", "note": ""}}
        every = [category.code for category in check.standard.categories]
        service.save_draft(db, inspector, check_id, {"results": found, "passed_categories": every}, check.draft_version)
    return check_id


def submitted_straight(estate: str = ESTATE) -> str:
    """The same check on its way to the street, for tests of what comes after it."""
    check_id, inspector = filled_straight(estate), _inspector()
    with transaction() as db:
        service.submit(db, inspector, check_id, clock.today())
    return check_id


def _inspector() -> Actor:
    return person_actor(make_person(Role.INSPECTOR), Role.INSPECTOR, COMMUNITY)

"""The checklist: the first version, drafts, publication, what is in force, and that a published one is immutable."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from portal.kernel import clock
from portal.kernel.access import Role, person_actor, system_actor
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, InputRefused, NotAllowed
from portal.kernel.i18n import gettext, using
from portal.kernel.sheets.read import read_sheet
from portal.shell.opendata.dictionary import meaning
from scoring.checks.sheets.columns import CHECKS
from scoring.rules.deductions import DEDUCTIONS
from scoring.standards import api, queries, service, sheets, words
from scoring.standards.service import ItemInput

CLI = system_actor("cli:test")
OFFICER = person_actor("officer", Role.OFFICER, "440306000000")
LEAD = person_actor("lead", Role.LEAD, "440306000000")
INSPECTOR = person_actor("inspector", Role.INSPECTOR, "440306017010")
ITEM = ItemInput("XF", "消防与电动自行车", "Fire safety and e-bikes", "XF99", "新项", "New item", 3, "BIN", "C")


def deeds() -> list[str]:
    with reading() as db:
        return list(db.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


def draft(version: str = "2026.1", based_on: str | None = "2025.1") -> None:
    with transaction() as db:
        service.new_draft(db, OFFICER, version=version, based_on=based_on)


@pytest.mark.both_databases
def test_first_version_is_the_standard_file(instance):
    with reading() as db:
        view = api.view(db, "2025.1")
    assert (len(view.items), view.max_cp, len(view.categories)) == (68, 10000, 8)
    assert (view.in_force_from, view.kinds) == (date(2025, 1, 1), ("commodity", "village", "affordable"))
    assert view.items["SB02"].deduction == "BIN"
    assert view.items["SB02"].hazard_class == "C"
    with transaction() as db:
        assert service.seed(db, CLI) is False
    assert deeds().count("standard.published") == 1


def test_rules_read_the_version(instance):
    with reading() as db:
        frame = api.frame(db, "2025.1")
    assert frame["max_cp"].sum() == 10000
    assert frame.loc["FW04", "deduction"] == "P1"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE standard_item SET max_points = 9 WHERE version = '2025.1'",
        "DELETE FROM standard_item WHERE version = '2025.1'",
        "INSERT INTO standard_item SELECT version, 'NEW1', position, category_code, category_zh, category_en, item_zh,"
        " item_en, max_points, deduction, hazard_class FROM standard_item WHERE item_code = 'ZH01'",
        "UPDATE standard_version SET in_force_from = '2020-01-01' WHERE version = '2025.1'",
        "DELETE FROM standard_version WHERE version = '2025.1'",
    ],
)
def test_database_refuses_to_change_a_published_version(instance, statement):
    with pytest.raises(DatabaseError, match=r"immutable|append only"), transaction() as db:
        db.execute(text(statement))


def test_draft_is_a_copy_and_can_be_changed(instance):
    draft()
    with transaction() as db:
        assert service.put_item(db, OFFICER, "2026.1", ITEM) is True
        assert service.put_item(db, OFFICER, "2026.1", ITEM) is False
        service.remove_item(db, OFFICER, "2026.1", "ZH01")
        assert service.set_details(
            db, OFFICER, "2026.1", kinds=["village"], reference="深宝住建〔2026〕1号", pass_photo_c=False
        )
    with reading() as db:
        view = api.view(db, "2026.1")
    assert "ZH01" not in view.items
    assert view.items["XF99"].max_cp == 300
    assert (view.kinds, view.pass_photo_c, view.is_published) == (("village",), False, False)
    assert deeds().count("standard.item_set") == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("deduction", "P9"), ("hazard_class", "D"), ("max_points", 0), ("item_zh", ""), ("item_code", "a b")],
)
def test_item_that_cannot_be_scored_is_refused(instance, field, value):
    draft()
    item = ItemInput(**{**ITEM.__dict__, field: value})
    with pytest.raises(DomainError), transaction() as db:
        service.put_item(db, OFFICER, "2026.1", item)


def test_every_deduction_code_of_the_rules_is_allowed_and_has_a_sentence(instance):
    for code in DEDUCTIONS:
        service.check_item(ItemInput(**{**ITEM.__dict__, "deduction": code}))
        assert words.deduction_text(api.ItemView("X", "C", "项", "item", 200, code, "A")).endswith("。")


@pytest.mark.parametrize(("version", "error"), [("2025.1", Conflict), ("2026", DomainError), ("../x", DomainError)])
def test_version_number_is_new_and_well_written(instance, version, error):
    with pytest.raises(error), transaction() as db:
        service.new_draft(db, OFFICER, version=version)


def test_published_from_a_day_for_its_kinds_and_then_immutable(instance):
    day = clock.today() + timedelta(days=10)
    draft()
    with transaction() as db:
        service.set_details(db, OFFICER, "2026.1", kinds=["village"], reference="", pass_photo_c=True)
        service.publish(db, LEAD, "2026.1", in_force_from=day, on=clock.today())
    with reading() as db:
        assert api.in_force(db, "village", day) == "2026.1"
        assert api.in_force(db, "village", day - timedelta(days=1)) == "2025.1"
        assert api.in_force(db, "commodity", day) == "2025.1"
        with pytest.raises(DomainError):
            api.in_force(db, "village", date(2024, 12, 31))
    with pytest.raises(Conflict), transaction() as db:
        service.put_item(db, OFFICER, "2026.1", ITEM)
    with pytest.raises(Conflict), transaction() as db:
        service.publish(db, LEAD, "2026.1", in_force_from=day, on=clock.today())


def test_only_a_published_version_is_kept_in_the_process(instance):
    draft()
    day = clock.today()

    def items() -> int:
        with reading() as db:
            return len(api.view(db, "2026.1").items)

    with reading() as db:
        before = api.view(db, "2026.1")
        mine = api.frame(db, "2025.1")
        mine["max_cp"] = 0
        assert api.frame(db, "2025.1")["max_cp"].sum() == 10000, "what one asker does to a frame no other sees"
    with suppress(ZeroDivisionError), transaction() as db:
        service.publish(db, LEAD, "2026.1", in_force_from=day, on=day)
        assert api.view(db, "2026.1").is_published / 0  # rolled back
    with transaction() as db:
        service.put_item(db, OFFICER, "2026.1", ITEM)
    assert items() == len(before.items) + 1
    with transaction() as db:
        service.publish(db, LEAD, "2026.1", in_force_from=day, on=day)
    with reading() as db:
        assert api.view(db, "2026.1") is api.view(db, "2026.1")
        assert api.view(db, "2026.1").is_published


def test_every_grade_is_explained_where_results_are_entered_and_read():
    entered = next(column.note for column in CHECKS.columns if column.name == "result")
    with using("en"):
        texts = [entered, gettext(entered)]
    read = meaning("check_results.csv", "result")
    for grade in {grade for rule in DEDUCTIONS.values() for grade in rule.grades}:
        assert all(grade in told for told in (*texts, read.zh, read.en)), grade


def test_a_category_has_one_name(instance):
    draft()
    with transaction() as db:
        service.put_item(db, OFFICER, "2026.1", replace(ITEM, category_zh="充电设施", category_en="Charging"))
    with transaction() as db, pytest.raises(DomainError, match="XF"):
        service.publish(db, LEAD, "2026.1", in_force_from=clock.today(), on=clock.today())
    with transaction() as db:
        service.put_item(db, OFFICER, "2026.1", ITEM)
        service.publish(db, LEAD, "2026.1", in_force_from=clock.today(), on=clock.today())


def test_of_one_day_the_version_published_later_is_in_force(instance):
    day = clock.today() + timedelta(days=1)
    for version in ("2026.2", "2026.1"):
        draft(version)
        with transaction() as db:
            service.publish(db, LEAD, version, in_force_from=day, on=clock.today())
    with reading() as db:
        assert api.in_force(db, "commodity", day) == "2026.1"
        assert queries.in_force_map(db, [("commodity", day), ("none", day)]) == {
            ("commodity", day): "2026.1", ("none", day): None,
        }  # fmt: skip


def test_not_from_a_past_day_not_empty_not_by_its_writer(instance):
    draft()
    draft("2026.2", None)
    with pytest.raises(DomainError), transaction() as db:
        service.publish(db, LEAD, "2026.1", in_force_from=clock.today() - timedelta(days=1), on=clock.today())
    with pytest.raises(DomainError), transaction() as db:
        service.publish(db, LEAD, "2026.2", in_force_from=clock.today(), on=clock.today())
    with pytest.raises(NotAllowed), transaction() as db:
        service.publish(db, OFFICER, "2026.1", in_force_from=clock.today(), on=clock.today())
    with pytest.raises(NotAllowed), transaction() as db:
        service.new_draft(db, INSPECTOR, version="2026.3")


def sheet_of(version: str) -> str:
    with reading() as db:
        names = [column.name for column in sheets.STANDARD.columns]
        rows = [[str(getattr(item, name)) for name in names] for item in queries.items(db, version)]
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in [names, *rows])


def test_sheet_brings_back_what_it_took_out(instance):
    draft()
    text_of_sheet = sheet_of("2026.1")
    with transaction() as db:
        assert (
            sheets.bring(db, OFFICER, "2026.1", read_sheet(text_of_sheet.encode(), "s.csv", sheets.STANDARD)) is False
        )
    changed = text_of_sheet.replace('"ZH01"', '"ZH77"')
    with transaction() as db:
        assert sheets.bring(db, OFFICER, "2026.1", read_sheet(changed.encode(), "s.csv", sheets.STANDARD)) is True
    with reading() as db:
        assert "ZH77" in api.view(db, "2026.1").items
        assert "ZH01" not in api.view(db, "2026.1").items


def test_sheet_is_refused_with_every_bad_cell(instance):
    draft()
    bad = sheet_of("2026.1").replace('"ZH02"', '"ZH01"').replace('"BIN"', '"XX"', 1)
    with pytest.raises(InputRefused) as caught, transaction() as db:
        sheets.bring(db, OFFICER, "2026.1", read_sheet(bad.encode(), "s.csv", sheets.STANDARD))
    cells = [problem.cell for problem in caught.value.problems]
    assert cells[0] == "s.csv!D3"
    assert cells[1].startswith("s.csv!H")
    assert len(cells) == 2
    with reading() as db:
        assert "ZH02" in api.view(db, "2026.1").items


def test_changes_name_what_differs(instance):
    draft()
    with transaction() as db:
        service.put_item(db, OFFICER, "2026.1", ITEM)
        service.remove_item(db, OFFICER, "2026.1", "ZH01")
        old = service.as_input(next(item for item in queries.items(db, "2026.1") if item.item_code == "ZH02"))
        service.put_item(db, OFFICER, "2026.1", ItemInput(**{**old.__dict__, "max_points": 4, "hazard_class": "B"}))
    with reading() as db:
        found = words.changes(api.view(db, "2025.1"), api.view(db, "2026.1"))
    assert {change.item_code: change.fields for change in found} == {
        "ZH02": ("max_cp", "hazard_class"), "XF99": (), "ZH01": (),
    }  # fmt: skip
    assert [words.change_text(change) for change in found] == [
        "满分由2分改为4分。隐患等级由A类（一般问题）改为B类（安全隐患）。", "新增检查项。", "取消检查项。",
    ]  # fmt: skip


def test_export_rows_are_the_standard_file(instance):
    with reading() as db:
        rows = api.export_rows(db)
    assert len(rows) == 68
    assert rows[0]["version"] == "2025.1"
    assert rows[0]["in_force_from"] == "2025-01-01"
    assert sum(int(row["max_points"]) for row in rows) == 100
    assert [row["item_code"] for row in rows] == sorted(row["item_code"] for row in rows)

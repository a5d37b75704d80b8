"""Nothing crosses a wall, nobody else gets in, nothing is readable at rest, and nobody is booked twice."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from mediation.cases import api as cases
from mediation.cases import vault
from mediation.cases.models.talks import MediationMessage
from portal.kernel import clock, ids, keys
from portal.kernel.access import GRANTS, Permission, Role, person_actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from tests.mediation.centre import (
    DISTRICT,
    FIRM,
    LAWYER,
    MEDIATORS,
    PLACES,
    REGISTRAR,
    RIVAL,
    TODAY,
    agreed,
    filed,
    found,
    hour,
    mediating,
    owner,
    party_of,
    room,
    state,
)

M1, M2, _M3 = MEDIATORS
MEDIATION = (Permission.MEDIATION_REGISTER, Permission.MEDIATION_CASE, Permission.MEDIATION_OWN)


def _said(db, actor, room_id) -> list[str] | None:
    try:
        return [one.text for one in cases.messages(db, actor, room_id)]
    except NotFound:
        return None


def test_each_wall_is_heard_by_its_own_people_only(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        case_id = mediating(db)
        cases.appoint(db, REGISTRAR, case_id, "lawyer", "lawyer")
        other = mediating(db, MEDIATORS[1], kind="noise", applicants=[owner("别人", "139")])
        claimant, stranger = party_of(db, case_id), party_of(db, other)
        walls = {wall: room(db, M1, case_id, wall) for wall in cases.WALLS}
        for wall, room_id in walls.items():
            cases.say(db, M1, room_id, f"调解员在{wall}")
        cases.say(db, claimant, walls["applicant"], "我的底线是五千元。")
        cases.say(db, FIRM, walls["respondent"], "公司最多出一万元。")
        people = {"claimant": claimant, "firm": FIRM, "mediator": M1, "lawyer": LAWYER, "registrar": REGISTRAR,
                  "rival": RIVAL, "stranger": stranger, "other mediator": M2, "visitor": cases.visitor()}  # fmt: skip
        heard = {
            name: {wall for wall, room_id in walls.items() if _said(db, who, room_id)} for name, who in people.items()
        }
        assert heard == {
            "claimant": {"joint", "applicant"}, "firm": {"joint", "respondent"}, "mediator": set(cases.WALLS),
            "lawyer": {"joint"}, "registrar": set(), "rival": set(), "stranger": set(), "other mediator": set(),
            "visitor": set(),
        }  # fmt: skip
        for name, who in people.items():
            for wall, room_id in walls.items():
                if wall not in heard[name]:
                    for deed in (lambda: cases.say(db, who, room_id, "x"), lambda: cases.files(db, who, room_id),  # noqa: B023
                                 lambda: cases.offers(db, who, room_id)):  # noqa: B023  # fmt: skip
                        with pytest.raises(NotFound):
                            deed()


@pytest.mark.both_databases
def test_the_database_and_the_cipher_hold_the_walls_too(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        case_id = mediating(db)
        rooms = {wall: room(db, M1, case_id, wall) for wall in cases.WALLS}
        message = cases.say(db, FIRM, rooms["respondent"], "公司最多出一万元。")
    wrong = (("applicant", rooms["respondent"], "respondent"), ("joint", rooms["respondent"], "respondent"),
             ("respondent", rooms["respondent"], "applicant"))  # fmt: skip
    for wall, room_id, side in wrong:
        with clock.on(TODAY), pytest.raises(DatabaseError), transaction() as db:
            db.add(MediationMessage(id=ids.new_id(), case_id=case_id, room_id=room_id, wall=wall, side=side, author="x",
                                    seq=9, at=clock.now(), body="x"))  # fmt: skip
    for statement in ("UPDATE mediation_message SET wall = 'joint'", "DELETE FROM mediation_message",
                      "UPDATE mediation_step SET step = 'performed'", "DELETE FROM mediation_step"):  # fmt: skip
        with pytest.raises(DatabaseError, match="append only"), transaction() as db:
            db.execute(text(statement))
    with transaction() as db, pytest.raises(PermissionError):
        vault.unseal_behind(db, case_id, "joint", db.get_one(MediationMessage, message).body)
    step = """INSERT INTO mediation_step (case_id, seq, step, "on", at, code, reason, actor)
              VALUES (:case, :seq, :step, '2026-06-03', '2026-06-03 02:00:00', '', '', 'x')"""
    leave = "UPDATE mediation_step SET superseded_at = '2026-06-03 02:00:00' WHERE superseded_at IS NULL"
    for seq, name in ((5, "signed"), (6, "agreed"), (5, "performed")):
        with pytest.raises(DatabaseError, match="may not follow"), transaction() as db:
            [db.execute(text(one), {"case": case_id, "seq": seq, "step": name}) for one in (leave, step)]


def test_nothing_said_is_readable_at_rest(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        case_id = mediating(db)
        cases.say(db, party_of(db, case_id), room(db, M1, case_id, "applicant"), "我的底线是五千元。")
        file_id = cases.add_file(db, FIRM, room(db, FIRM, case_id, "joint"), b"%PDF-1.7 secret-content", "底线.pdf")
        agreed(db, case_id)
        assert cases.read_file(db, M1, file_id)[1] == b"%PDF-1.7 secret-content"
        with pytest.raises(NotFound):
            cases.read_file(db, RIVAL, file_id)
        row = db.get_one(keys.SubjectKey, vault.subject(case_id))
        assert row.key_id.startswith("mediation-")
        told = "".join(db.scalars(text("SELECT detail FROM audit_log")))
        told += "".join(db.scalars(text("SELECT title FROM deadline")))
        told += "".join(db.scalars(text("SELECT text || params FROM notice")))
    with sqlite3.connect(instance.instance / "portal.db") as connection:
        dump = "\n".join(connection.iterdump()) + told
    words = ("王小明", "13800001234", "五千元", "修好2栋的电梯", "1234.56", "123456,", "secret-content", "底线")
    assert [word for word in words if word in dump] == []
    kept = b"".join(
        path.read_bytes() for path in Path(instance.instance).rglob("*") if path.is_file() and "files" in path.parts
    )
    assert b"secret-content" not in kept


def test_whoever_inspects_or_rates_has_no_permission_of_mediation():
    inside = {role: [one for one in MEDIATION if one in GRANTS[role]] for role in Role}
    assert {role for role, granted in inside.items() if granted} == {Role.REGISTRAR, Role.MEDIATOR, Role.ENTERPRISE}


def test_other_roles_find_no_case_at_all(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        case_id = mediating(db)
        agreed(db, case_id)
        outside = [person_actor(f"x-{role}", role, DISTRICT) for role in Role
                   if role not in (Role.REGISTRAR, Role.ENTERPRISE)] + [  # fmt: skip
            RIVAL, cases.visitor(), person_actor("elsewhere", Role.REGISTRAR, "440306002000"),
            person_actor("no-firm", Role.ENTERPRISE, DISTRICT),
        ]  # fmt: skip
        reads = (cases.case_view, cases.rooms, cases.sessions, cases.paper_list, cases.promises)
        for actor in outside:
            for read in reads:
                with pytest.raises(NotFound):
                    read(db, actor, case_id)
        view = cases.case_view(db, REGISTRAR, case_id)
        assert (view.walls, view.parties[0].phone) == ((), "13800001234")
        assert cases.case_view(db, FIRM, case_id).parties[0].phone == ""


def test_a_sealed_file_opens_for_a_reason_and_a_day(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        made = filed(db)
        cases.withdraw(db, party_of(db, made.case_id), made.case_id)
        cases.archive(db, REGISTRAR, made.case_id)
        assert cases.case_view(db, REGISTRAR, made.case_id).claim == ""
        with pytest.raises(DomainError):
            cases.open_sealed(db, REGISTRAR, made.case_id, " ")
        cases.open_sealed(db, REGISTRAR, made.case_id, "法院调阅。")
        assert cases.case_view(db, REGISTRAR, made.case_id).claim != ""
    with clock.on(TODAY + timedelta(days=1)), reading() as db:
        assert cases.case_view(db, REGISTRAR, made.case_id).claim == ""
        assert cases.case_view(db, party_of(db, made.case_id), made.case_id).claim != ""


@pytest.mark.both_databases
def test_two_at_once_never_take_the_same_hour(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        mine = [mediating(db, M1), mediating(db, M1, applicants=[owner("别人", "139")])]
    day = TODAY + timedelta(days=2)

    def attempt(number: int) -> bool:
        with clock.on(TODAY):
            try:
                with transaction() as db:
                    cases.book(db, M1, mine[number % 2], "applicant", PLACES[number % 2], hour(day, 9), hour(day, 10))
                return True
            except Conflict:
                return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(6))) == 1


def test_a_party_a_place_and_a_mediator_are_each_taken_once(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        one = mediating(db, M1)
        two = mediating(db, M2, applicants=[owner("王小明", "138 0000 1234")])
    day = TODAY + timedelta(days=2)

    def book(actor, case_id, wall, place, start, end) -> str:
        with clock.on(TODAY), transaction() as db:
            return cases.book(db, actor, case_id, wall, place, start, end)

    first = book(M1, one, "joint", "R1", hour(day, 9), hour(day, 11))
    for wall, place in (("respondent", "R2"), ("applicant", "R2"), ("applicant", "R1")):
        with pytest.raises(Conflict):
            book(M2, two, wall, place, hour(day, 10), hour(day, 12))
    book(M2, two, "joint", "R1", hour(day, 11), hour(day, 12))
    with clock.on(TODAY), transaction() as db:
        cases.cancel_session(db, M1, first)
    book(M2, two, "joint", "R1", hour(day, 9), hour(day, 11))
    with pytest.raises(NotAllowed):
        book(FIRM, one, "joint", "R2", hour(day, 14), hour(day, 15))
    with clock.on(TODAY), transaction() as db:
        assert state(db, one) == "mediating"

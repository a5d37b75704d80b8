"""A case of the demo's company in the middle of its course: talks, a session ahead, a draft to be signed."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from mediation.cases import api as cases
from mediation.roster import api as roster
from portal.accounts import api as accounts
from portal.kernel import clock

CODE = "WALK-1"
CASE = f"SELECT id FROM mediation_case WHERE code = '{CODE}'"
ROOM = f"SELECT id FROM mediation_room WHERE case_id = ({CASE}) AND wall = 'joint'"
PAPER = f"SELECT id FROM mediation_paper WHERE case_id = ({CASE}) AND kind = 'agreement'"
OWNER = f"SELECT id FROM mediation_party WHERE case_id = ({CASE}) AND side = 'applicant' AND superseded_at IS NULL"


def begin(db: Session, estate: str) -> None:
    """File it, and bring it to a draft."""
    registrar, mediator = (accounts.person_actor_for(db, login) for login in ("registrar", "mediator"))
    company = accounts.person_actor_for(db, "company")
    uscc = db.execute(text("SELECT uscc FROM person WHERE login = 'company'")).scalar_one()
    owner = cases.NewParty("owner", "陈小燕", "13911112222", unit="3栋1201")
    new = cases.NewCase(
        estate,
        "repair",
        "电梯停了两周，请修好。",
        [owner],
        [cases.NewParty("enterprise", "物业公司", uscc=uscc)],
        code=CODE,
    )
    case_id = cases.file_case(db, cases.visitor(), new).case_id
    cases.take_up(db, registrar, case_id)
    cases.answer(db, company, cases.accept(db, registrar, case_id), True)
    cases.appoint(db, registrar, case_id, mediator.login)
    room = next(one.id for one in cases.rooms(db, mediator, case_id) if one.wall == "joint")
    cases.say(db, company, room, "配件下周到。")
    terms = [cases.Term("do", "respondent", "修好电梯。", clock.today() + timedelta(days=20))]
    cases.offer(db, company, room, terms)
    place = roster.places(db, clock.today())[0].code
    starts = clock.day_start(clock.today() + timedelta(days=40), 9)
    cases.book(db, mediator, case_id, "joint", place, starts, starts + timedelta(hours=1))
    cases.draft(db, mediator, case_id, terms)

"""One of each thing that has a term of retention, all ended early in 2021."""

from datetime import date

from disclosure.owners.models import FundQuestion, OwnerFacts, OwnerHolding, OwnerUnit
from mediation.conferences.models import Conference, ConferenceStep
from portal.accounts.models import Person
from portal.kernel import clock, jobs, keys, sms
from portal.kernel.db import transaction
from portal.receipts import api as receipts
from portal.shell import wiring
from scoring.adverse.models import Answer, Point
from scoring.credit.models import CreditCase, CreditEvent, CreditStep
from tests.registry.sheets import CONTRACTS, USCC, bring, bring_all

BEGAN, ENDED = date(2020, 7, 1), date(2021, 1, 4)
NAMES = ("李四", "周密", "吴业主", "13800000001", "13911112222", "0755-11112222", "13577778888")
RECEIPTS = "receipts:2021-01"


def fill(folder) -> None:
    """The district, and what ended in it."""
    wiring.wire()
    with clock.on(BEGAN):
        bring_all(["divisions", "enterprises", "managers", "estates"])
        bring(
            "contracts",
            CONTRACTS.splitlines()[0] + f"\nE-1,{USCC[0]},M-1,2019-01-01,2020-06-30\nE-1,{USCC[1]},M-2,2020-07-01,\n",
        )
    with clock.on(ENDED):
        with transaction() as db:
            at = clock.now()
            db.add(
                Person(
                    login="left",
                    name="周密",
                    role="officer",
                    division_code="440306000000",
                    recorded_at=at,
                    disabled_at=at,
                )
            )
            receipts.issue(db, "lists.check", as_of=ENDED, known_at=at, snapshot="s", items=[{"name": "某企业"}])
            _owner(db)
            _point(db)
            _conference(db)
        jobs.fire(jobs.Job("count", lambda: {}, cron="* * * * *"), clock.now())
        sms.outbox().send(sms.Message("13577778888", "验证码123456"))
    for name in ("20210104-090000-000000-a.csv", "20210104-090000-000000-a.csv.txt", "no-day.csv"):
        path = folder / "funds" / "done" / "F-1" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def _owner(db) -> None:
    now = clock.now()
    db.add(
        OwnerUnit(
            id="u1", estate_code="E-1", building="1", unit="101", building_key="1", unit_key="101", recorded_at=now
        )
    )
    db.flush()
    db.add(OwnerHolding(id="h1", unit_id="u1", recorded_at=now))
    db.flush()
    db.add(
        OwnerFacts(
            id="f1",
            holding_id="h1",
            unit_id="u1",
            kind="owner",
            name_sealed=keys.seal(db, "owner:h1", "吴业主"),
            name_hash="x",
            phone_sealed=keys.seal(db, "owner:h1", "13911112222"),
            phone_last4="2222",
            valid_from=BEGAN,
            valid_to=ENDED,
            recorded_at=now,
        )  # fmt: skip
    )


def _point(db) -> None:
    contact = keys.seal(db, "point:p1", "13577778888")
    about = {"ref": "list:L1", "party": "public", "channel": "portal", "text": "意见", "raised_by": "x", "on": ENDED}
    db.add(Point(id="p1", contact=contact, at=clock.now(), **about))
    db.flush()
    db.add(Answer(point_id="p1", verdict="taken", text="已采纳", actor="officer", on=ENDED, at=clock.now()))


def _conference(db) -> None:
    now, who = clock.now(), {"actor": "registrar"}
    db.add(
        Conference(
            id="c1",
            number="LX-1",
            level="district",
            division_code="440306000000",
            meets_on=ENDED,
            recorded_at=now,
            **who,
        )
    )
    db.flush()
    for seq, step in enumerate(("called", "held", "closed"), 1):
        minutes = keys.seal(db, "mediation:conference-c1", "纪要") if step == "held" else ""
        db.add(ConferenceStep(conference_id="c1", seq=seq, step=step, on=ENDED, at=now, minutes=minutes, **who))
        db.flush()


def ask_question(db) -> None:
    """The owner who left asked something that nobody answered."""
    db.add(
        FundQuestion(
            id="q1",
            estate_code="E-1",
            kind="question",
            text="问",
            holding_id="h1",
            unit_id="u1",
            on=ENDED,
            recorded_at=clock.now(),
        )
    )


def credit_event(db, last: date | None, *steps: str) -> None:
    """An event of the manager who left, that counts until a day."""
    now = clock.now()
    db.add(CreditCase(id="k1", source_key="s1", subject_type="manager", subject="M-1", act_id="a1", recorded_at=now))
    db.flush()
    for seq, step in enumerate(steps, 1):
        db.add(CreditStep(case_id="k1", seq=seq, step=step, actor="officer", on=ENDED, at=now))
        db.flush()
    db.add(
        CreditEvent(
            id="e1",
            case_id="k1",
            code="B11",
            points_cp=-600,
            catalogue="2025",
            valid_from=ENDED,
            valid_to=last,
            recorded_at=now,
        )
    )

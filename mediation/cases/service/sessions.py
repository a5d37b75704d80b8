"""Sessions: booked without ever taking a mediator, a place or a party twice; held with minutes; recorded only by consent."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mediation.cases import people, policy, vault
from mediation.cases.models.record import TALKING, MediationAnswer, MediationAsk
from mediation.cases.models.talks import WALLS, MediationSession, MediationSlot
from mediation.cases.service import papers, record
from mediation.cases.service.record import Held
from mediation.roster import api as roster
from portal.kernel import audit, clock, ids, keys
from portal.kernel.access import Actor, require
from portal.kernel.bulk import insert_rows
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from portal.kernel.versions import replace

SLOT = 900  # seconds
LONGEST = timedelta(hours=8)


@dataclass(frozen=True)
class SessionView:
    """A session. ``uid`` and ``sequence`` are those of its invitation: the uid stays, the sequence grows with each change."""

    id: str
    case_id: str
    uid: str
    sequence: int
    wall: str
    place_code: str
    starts_at: datetime
    ends_at: datetime
    step: str
    is_recorded: bool


def view(row: MediationSession) -> SessionView:
    """A session as others see it."""
    return SessionView(
        row.id, row.case_id, f"{row.id}@mediation", row.version - 1, row.wall, row.place_code, row.starts_at, row.ends_at,
        row.step, row.is_recorded,
    )  # fmt: skip


def _holds(db: Session, held: Held, wall: str, place: str) -> list[str]:
    """What a session takes: its mediators, its place, the parties who come. A person is known by a keyed hash of the phone."""
    taken = [f"mediator:{login}" for login in people.assigned(db, held.id)] + [f"place:{place}"]
    for row in people.parties(db, held.id):
        if wall not in ("joint", row.side):
            continue
        if row.uscc:
            taken.append(f"company:{row.uscc}")
            continue
        phone = "".join(vault.unseal_values(db, held.id, row.person).get("phone", "").split())
        taken.append(f"person:{keys.key_ring().identity_hash('phone:' + phone)[1]}" if phone else f"party:{row.id}")
    return sorted(set(taken))


def _take(
    db: Session, held: Held, session_id: str, wall: str, place: str, starts_at: datetime, ends_at: datetime
) -> None:
    first, last = int(starts_at.timestamp()) // SLOT, math.ceil(ends_at.timestamp() / SLOT)
    rows = [
        {"what": what, "slot": slot, "session_id": session_id}
        for what in _holds(db, held, wall, place)
        for slot in range(first, last)
    ]
    try:
        db.flush()
        insert_rows(db, MediationSlot.__table__, rows)
    except Exception as error:
        if not _is_double(error):
            raise
        raise Conflict(_("调解员、会议室或者当事人在这段时间已有安排。请换一个时间。")) from error


def _is_double(error: Exception) -> bool:
    """A double booking, as SQLAlchemy or the driver's COPY says it."""
    return isinstance(error, IntegrityError) or getattr(error, "sqlstate", "") == "23505"


def _give_back(db: Session, session_id: str) -> None:
    db.execute(delete(MediationSlot).where(MediationSlot.session_id == session_id))


def _check(db: Session, held: Held, wall: str, place: str, starts_at: datetime, ends_at: datetime) -> None:
    record.expect(held, *TALKING)
    record.one_of(wall, WALLS)
    if not people.assigned(db, held.id):
        raise DomainError(_("还没有确定调解员，不能安排调解会。"))
    if place not in {one.code for one in roster.places(db, clock.today())}:
        raise DomainError(_("请选择会议室。"))
    if starts_at <= clock.now() or not timedelta(0) < ends_at - starts_at <= LONGEST:
        raise DomainError(_("调解会的开始时间应当晚于现在，时长不超过8小时。"))


def book(db: Session, actor: Actor, case_id: str, wall: str, place: str, starts_at: datetime, ends_at: datetime) -> str:
    """Book a session of all, or with one side alone; answers its id. ``Conflict`` when anybody or the place is taken."""
    held = record.hold(db, actor, case_id)
    require(policy.may_mediate(held.who))
    _check(db, held, wall, place, starts_at, ends_at)
    row = MediationSession(
        id=ids.new_id(), version=1, case_id=case_id, wall=wall, place_code=place, starts_at=starts_at.astimezone(UTC),
        ends_at=ends_at.astimezone(UTC), step="booked", is_recorded=False, actor=actor.audit_name, recorded_at=clock.now(),
    )  # fmt: skip
    _take(db, held, row.id, wall, place, starts_at, ends_at)
    db.add(row)
    db.flush()
    audit.record(db, actor, "mediation.session-booked", record.ref(held.case), {"session": row.id})
    return row.id


def session_row(db: Session, session_id: str) -> MediationSession:
    """The version of a session in force. ``NotFound``."""
    query = select(MediationSession).where(MediationSession.id == session_id, MediationSession.superseded_at.is_(None))
    row = db.scalar(query)
    if row is None:
        raise record.no_case()
    return row


def _held(db: Session, actor: Actor, session_id: str, *, is_open: bool = True) -> tuple[Held, MediationSession]:
    held = record.hold(db, actor, session_row(db, session_id).case_id)
    require(policy.may_mediate(held.who))
    row = session_row(db, session_id)  # as it stands now that nobody else changes it
    if is_open and row.step not in ("booked", "moved"):
        raise Conflict(_("这次调解会已经召开或者取消。"))
    return held, row


def _succeed(db: Session, actor: Actor, held: Held, old: MediationSession, **changes: object) -> None:
    values = {name: getattr(old, name) for name in MediationSession.__mapper__.columns.keys()}  # noqa: SIM118
    noted = {"version": old.version + 1, "actor": actor.audit_name, "superseded_at": None}
    new = MediationSession(**{**values, **noted, **changes})
    replace(db, old, new, clock.now())
    db.flush()
    audit.record(db, actor, f"mediation.session-{new.step}", record.ref(held.case), {"session": new.id})


def move(db: Session, actor: Actor, session_id: str, place: str, starts_at: datetime, ends_at: datetime) -> None:
    """Another time or place; a consent to record it does not carry over."""
    held, row = _held(db, actor, session_id)
    _check(db, held, row.wall, place, starts_at, ends_at)
    if (row.place_code, row.starts_at, row.ends_at) == (place, starts_at, ends_at):
        return
    _give_back(db, session_id)
    _take(db, held, session_id, row.wall, place, starts_at, ends_at)
    _succeed(
        db, actor, held, row, step="moved", place_code=place, starts_at=starts_at.astimezone(UTC),
        ends_at=ends_at.astimezone(UTC), is_recorded=False,
    )  # fmt: skip


def cancel_session(db: Session, actor: Actor, session_id: str) -> None:
    """A session does not take place; what it held is free again."""
    held, row = _held(db, actor, session_id)
    _cancel(db, actor, held, row)


def _cancel(db: Session, actor: Actor, held: Held, row: MediationSession) -> None:
    _give_back(db, row.id)
    _succeed(db, actor, held, row, step="cancelled")


def cancel_ahead(db: Session, actor: Actor, held: Held) -> int:
    """Cancel what is still ahead of a case: its mediator left, or it ended. Says how many."""
    query = select(MediationSession).where(
        MediationSession.case_id == held.id, MediationSession.superseded_at.is_(None),
        MediationSession.step.in_(("booked", "moved")),
    )  # fmt: skip
    rows = list(db.scalars(query.order_by(MediationSession.id)))
    for row in rows:
        _cancel(db, actor, held, row)
    return len(rows)


def ask_recording(db: Session, actor: Actor, session_id: str, *, on: date | None = None) -> str:
    """Ask everybody who comes whether the session may be recorded; answers the question's id. Off unless all say yes."""
    held, row = _held(db, actor, session_id)
    sides = "applicant respondent" if row.wall == "joint" else row.wall
    asked = MediationAsk(
        id=ids.new_id(), case_id=held.id, purpose="recording", ref=row.id, sides=sides, on=on or clock.today(),
        at=clock.now(), actor=actor.audit_name,
    )  # fmt: skip
    db.add(asked)
    db.flush()
    audit.record(db, actor, "mediation.asked", record.ref(held.case), {"purpose": "recording", "ask": asked.id})
    return asked.id


def record_session(db: Session, actor: Actor, session_id: str) -> None:
    """Switch the recording on: only when every party who comes said yes to this session, since it was last moved."""
    held, row = _held(db, actor, session_id)
    since = (MediationAsk.case_id == held.id, MediationAsk.ref == row.id, MediationAsk.at >= row.recorded_at)
    asked = db.scalars(select(MediationAsk).where(*since).order_by(MediationAsk.at.desc(), MediationAsk.id)).first()
    sides = ("applicant", "respondent") if row.wall == "joint" else (row.wall,)
    comers = {one.id for one in people.parties(db, held.id) if one.side in sides and one.spoken_for_by is None}
    yes = set()
    if asked is not None:
        said = select(MediationAnswer.party_id).where(MediationAnswer.ask_id == asked.id, MediationAnswer.yes.is_(True))
        yes = set(db.scalars(said))
    if asked is None or not comers or comers - yes:
        raise DomainError(_("到会的当事人全部同意，才能录音录像。"))
    if not row.is_recorded:
        _succeed(db, actor, held, row, is_recorded=True)


def hold_session(db: Session, actor: Actor, session_id: str, minutes: str, *, on: date | None = None) -> str:
    """The session took place: its minutes become a paper to be signed; answers the paper's id."""
    held, row = _held(db, actor, session_id)
    if clock.now() < row.starts_at:
        raise DomainError(_("调解会还没有召开。"))
    _give_back(db, session_id)
    _succeed(db, actor, held, row, step="held")
    said = {"wall": row.wall, "minutes": record.needed(minutes), "session": row.id}
    return papers.issue(db, actor, held, "minutes", said, on=on, ref=row.id)


def sessions(db: Session, actor: Actor, case_id: str) -> list[SessionView]:
    """The sessions of a case that concern the reader, the first first; a registrar sees times, not with whom alone."""
    held = record.look(db, actor, case_id)
    allowed = policy.walls(held.who, held.state) or (("joint",) if policy.may_register(held.who) else ())
    query = select(MediationSession).where(
        MediationSession.case_id == case_id,
        MediationSession.superseded_at.is_(None),
        MediationSession.wall.in_(allowed),
    )
    return [view(row) for row in db.scalars(query.order_by(MediationSession.starts_at, MediationSession.id))]


def agenda(db: Session, actor: Actor, since: datetime, until: datetime) -> list[SessionView]:
    """A mediator's sessions in a span of time, over all cases."""
    mine = select(MediationSlot.session_id).where(MediationSlot.what == f"mediator:{actor.login}").distinct()
    query = select(MediationSession).where(
        MediationSession.superseded_at.is_(None), MediationSession.id.in_(mine), MediationSession.starts_at >= since,
        MediationSession.starts_at < until,
    )  # fmt: skip
    return [view(row) for row in db.scalars(query.order_by(MediationSession.starts_at, MediationSession.id))]

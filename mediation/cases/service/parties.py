"""Parties change: somebody speaks for somebody else, or leaves."""

from datetime import date

from sqlalchemy.orm import Session

from mediation.cases import people
from mediation.cases.models.record import MediationParty
from mediation.cases.service import record
from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.versions import replace


def _succeed(db: Session, actor: Actor, old: MediationParty, **changes: object) -> None:
    values = {name: getattr(old, name) for name in MediationParty.__mapper__.columns.keys()}  # noqa: SIM118
    noted = {"version": old.version + 1, "actor": actor.audit_name, "superseded_at": None}
    replace(db, old, MediationParty(**{**values, **noted, **changes}), clock.now())
    db.flush()


def speak_for(db: Session, actor: Actor, party_id: str, speaker_id: str | None, *, on: date | None = None) -> None:
    """A party gives its word to another of the same side (a special power on file), or takes it back (None)."""
    party = people.party_row(db, party_id)
    held = record.hold(db, actor, party.case_id, on=on)
    require(held.who.part == "registrar" or held.who.party_id == party_id)
    if speaker_id is not None:
        speaker = people.party_row(db, speaker_id)
        same = (speaker.case_id, speaker.side) == (party.case_id, party.side) and speaker.id != party.id
        if not same or speaker.spoken_for_by is not None or speaker.left_on is not None:
            raise DomainError(_("只能委托同一方的另一位当事人。"))
        if any(row.spoken_for_by == party_id for row in people.parties(db, party.case_id)):
            raise DomainError(_("这位当事人正代表其他人，不能再委托别人。"))
    if party.spoken_for_by == speaker_id:
        return
    _succeed(db, actor, party, spoken_for_by=speaker_id, power="special" if speaker_id else "none")
    audit.record(db, actor, "mediation.spoken-for", record.ref(held.case), {"party": party_id, "by": speaker_id})


def leave(db: Session, actor: Actor, party_id: str, *, on: date | None = None) -> None:
    """One of several parties of a side leaves; the last one withdraws, or ends the mediation, instead."""
    party = people.party_row(db, party_id)
    held = record.hold(db, actor, party.case_id, on=on)
    require(
        held.who.party_id == party_id
        or (held.who.part == "registrar" and held.state in ("submitted", "acceptance_check"))
    )
    record.expect(held, "submitted", "acceptance_check", "consent_pending", "mediating", "extended")
    stay = [row for row in people.parties(db, held.id) if row.side == party.side and row.id != party_id]
    if not stay:
        raise DomainError(_("您是这一方唯一的当事人，请撤回申请或者终止调解。"))
    if any(row.spoken_for_by == party_id for row in stay):
        raise DomainError(_("还有当事人委托您表态，请先由他们收回委托。"))
    _succeed(db, actor, party, left_on=on or clock.today())
    audit.record(db, actor, "mediation.left", record.ref(held.case), {"party": party_id})

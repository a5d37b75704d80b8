"""Who somebody is to a case: registrar of the place, its mediator or lawyer, a party, or nobody."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from mediation.cases.models.record import MediationAssignment, MediationCase, MediationParty
from portal.kernel.access import Actor, Permission
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _

NOWHERE = "999999999999"
PARTY = "party:"


@dataclass(frozen=True)
class Standing:
    """``part``: registrar, mediator, lawyer, party or nobody; a party's ``party_id`` and ``side``."""

    part: str
    party_id: str = ""
    side: str = ""

    @property
    def is_party(self) -> bool:
        """Whether the person is of one of the sides."""
        return self.part == "party"


def visitor() -> Actor:
    """Somebody who is not signed in: may file, and nothing else."""
    return Actor("visitor", None, NOWHERE)


def party_actor(db: Session, party_id: str) -> Actor:
    """A party without an account, once its code was checked. ``NotFound``."""
    row = party_row(db, party_id)
    return Actor(f"{PARTY}{row.id}", None, NOWHERE)


def party_row(db: Session, party_id: str) -> MediationParty:
    """The version of a party in force. ``NotFound``."""
    row = db.scalar(select(MediationParty).where(MediationParty.id == party_id, MediationParty.superseded_at.is_(None)))
    if row is None:
        raise NotFound(_("没有找到这位当事人。"))
    return row


def parties(db: Session, case_id: str, *, left_too: bool = False) -> list[MediationParty]:
    """The parties of a case, applicants first, in the order in which they joined."""
    query = select(MediationParty).where(MediationParty.case_id == case_id, MediationParty.superseded_at.is_(None))
    if not left_too:
        query = query.where(MediationParty.left_on.is_(None))
    return list(db.scalars(query.order_by(MediationParty.side, MediationParty.joined_on, MediationParty.id)))


def voices(db: Session, case_id: str, sides: tuple[str, ...] = ("applicant", "respondent")) -> list[MediationParty]:
    """The parties whose own word is needed: those for whom nobody else speaks."""
    return [row for row in parties(db, case_id) if row.side in sides and row.spoken_for_by is None]


_ASSIGNED = (
    select(MediationAssignment.login)
    .where(MediationAssignment.case_id == bindparam("case"), MediationAssignment.part == bindparam("part"))
    .where(MediationAssignment.superseded_at.is_(None))
    .order_by(MediationAssignment.recorded_at, MediationAssignment.id)
)


def assigned(db: Session, case_id: str, part: str = "mediator") -> list[str]:
    """Logins of those who mediate a case (or advise as lawyers) now, the first chosen first."""
    return list(db.scalars(_ASSIGNED, {"case": case_id, "part": part}))


def standing(db: Session, actor: Actor, case: MediationCase) -> Standing:
    """What somebody is to a case. A permission alone makes nobody a mediator of it, nor a company a party."""
    if actor.login.startswith(PARTY):
        return _as_party(db, case, MediationParty.id == actor.login.removeprefix(PARTY))
    if actor.may(Permission.MEDIATION_OWN) and actor.uscc:
        return _as_party(db, case, MediationParty.uscc == actor.uscc)
    if actor.may(Permission.MEDIATION_CASE) and actor.role is not None:
        for part in ("mediator", "lawyer"):
            if actor.login in assigned(db, case.id, part):
                return Standing(part)
    if actor.may(Permission.MEDIATION_REGISTER) and actor.covers(case.division_code):
        return Standing("registrar")
    return Standing("nobody")


def _as_party(db: Session, case: MediationCase, own: object) -> Standing:
    query = select(MediationParty).where(
        MediationParty.case_id == case.id,
        MediationParty.superseded_at.is_(None),
        MediationParty.left_on.is_(None),
        own,  # type: ignore[arg-type]
    )
    row = db.scalars(query.order_by(MediationParty.id)).first()
    return Standing("party", row.id, row.side) if row else Standing("nobody")

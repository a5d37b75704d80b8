"""How long a party without an account stays in its case after its one-time code was used up."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.cases import people
from mediation.cases.models.record import MediationCode
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _

PARTY_SESSION = "mediation_party"
STAY = timedelta(hours=4)


def party_session(actor: Actor) -> dict[str, str]:
    """What the signed form cookie keeps of a party that came in: which one, and when. No name, no case."""
    return {"party": actor.login.removeprefix(people.PARTY), "at": clock.now().isoformat()}


def party_of_session(db: Session, kept: Any) -> Actor | None:
    """The party that came in; None after four hours, once it left (`codes.leave`), and once the office handed out another code."""
    if not isinstance(kept, dict) or not {"party", "at"} <= kept.keys():
        return None
    at = datetime.fromisoformat(str(kept["at"]))
    if not at <= clock.now() < at + STAY:
        return None
    try:
        actor = people.party_actor(db, str(kept["party"]))
    except NotFound:
        return None
    newer = select(MediationCode.id).where(
        MediationCode.party_id == kept["party"],
        MediationCode.recorded_at > at,
        MediationCode.actor != actor.audit_name,
    )
    if db.scalar(newer.limit(1)):
        return None
    return replace(actor, name=_("当事人"))

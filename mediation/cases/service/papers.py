"""Numbered papers of a case: issued once, sealed, verifiable by their number and hash."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation.cases import people, policy, vault
from mediation.cases.models.papers import MediationPaper, MediationSignature
from mediation.cases.service import record
from mediation.cases.service.record import Held
from portal.kernel import audit, clock, ids
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _
from portal.receipts.api import new_code, read_code

NOBODY = "-"  # a paper without a mediator is never whole
SERIES = {
    "refusal": "宝调拒",
    "transfer": "宝调移",
    "termination": "宝调终",
    "minutes": "宝调录",
    "agreement": "宝调协",
    "deletion": "宝调销",
}


@dataclass(frozen=True)
class PaperView:
    """A paper for those concerned. ``content`` is empty once the case is deleted; ``signatures``: signer to instant."""

    id: str
    case_id: str
    kind: str
    ref: str
    number: str
    on: date
    sha256: str
    verify_code: str
    content: dict[str, Any]
    signatures: tuple[MediationSignature, ...]


@dataclass(frozen=True)
class PublicPaper:
    """What anybody with the code may know: kind, number, day, hash, and when it was signed how often. Nothing of the case."""

    kind: str
    number: str
    on: date
    sha256: str
    signed_at: tuple[datetime, ...]


def issue(
    db: Session, actor: Actor, held: Held, kind: str, content: Mapping[str, Any], *, on: date | None, ref: str = "",
    is_sealed: bool = True,
) -> str:  # fmt: skip
    """Issue a paper with the next number of its kind and year; answers its id."""
    day = on or clock.today()
    lock(db, f"document:mediation-{kind}:{day.year}")
    used = select(func.max(MediationPaper.seq)).where(MediationPaper.kind == kind, MediationPaper.year == day.year)
    seq = (db.scalar(used) or 0) + 1
    text = audit.canonical({"case": held.case.code, "kind": kind, "on": day, **content})
    row = MediationPaper(
        id=ids.new_id(), case_id=held.id, kind=kind, ref=ref, year=day.year, seq=seq,
        number=f"{SERIES[kind]}〔{day.year}〕{seq}号", content=vault.seal(db, held.id, text) if is_sealed else text,
        sha256=vault.digest(text), verify_code=new_code(), on=day, actor=actor.audit_name, recorded_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    detail = {"kind": kind, "number": row.number, "sha256": row.sha256}
    audit.record(db, actor, "mediation.paper-issued", record.ref(held.case), detail)
    return row.id


def row_of(db: Session, paper_id: str) -> MediationPaper:
    """A paper by its id. ``NotFound``."""
    row = db.get(MediationPaper, paper_id)
    if row is None:
        raise NotFound(_("没有找到这份文书。"))
    return row


def may_see(db: Session, held: Held, row: MediationPaper, is_opened: bool) -> bool:
    """Papers are for those who may read names; minutes of a talk with one side alone for that side and the mediator."""
    if not policy.may_read_names(held.who, held.state, is_opened):
        return False
    wall = sealed_content(db, row).get("wall", "joint")
    return wall == "joint" or wall in policy.walls(held.who, held.state)


def sealed_content(db: Session, row: MediationPaper) -> dict[str, Any]:
    """What a paper says; nothing once the case is deleted."""
    text = row.content if row.kind == "deletion" else vault.unseal(db, row.case_id, row.content)
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def signatures(db: Session, paper_id: str) -> list[MediationSignature]:
    """The signatures under a paper, the first one first."""
    query = select(MediationSignature).where(MediationSignature.paper_id == paper_id)
    return list(db.scalars(query.order_by(MediationSignature.at, MediationSignature.signer)))


def latest(db: Session, case_id: str, kind: str) -> MediationPaper | None:
    """The last paper of a kind: of several drafts of an agreement it alone can be signed."""
    query = select(MediationPaper).where(MediationPaper.case_id == case_id, MediationPaper.kind == kind)
    return db.scalars(
        query.order_by(MediationPaper.recorded_at.desc(), MediationPaper.year.desc(), MediationPaper.seq.desc())
    ).first()


def view(db: Session, row: MediationPaper) -> PaperView:
    """A paper with what it says and who signed."""
    return PaperView(
        row.id, row.case_id, row.kind, row.ref, row.number, row.on, row.sha256, row.verify_code, sealed_content(db, row),
        tuple(signatures(db, row.id)),
    )  # fmt: skip


def verify_paper(db: Session, code: str) -> PublicPaper | None:
    """What a code of a paper tells anybody; None when there is no such paper."""
    known = read_code(code)
    row = db.scalar(select(MediationPaper).where(MediationPaper.verify_code == known)) if known else None
    if row is None:
        return None
    signed = tuple(one.at for one in signatures(db, row.id))
    return PublicPaper(row.kind, row.number, row.on, row.sha256, signed)


def add_signature(
    db: Session, actor: Actor, held: Held, row: MediationPaper, signer: str, sha256: str, method: str, on: date | None
) -> None:
    """Put a signature over the hash that the signer saw. ``Conflict`` when the paper is another, or signed already."""
    if sha256 != row.sha256:
        raise Conflict(_("文书内容已经变化，请重新查看后再签署。"))
    if db.get(MediationSignature, (row.id, signer)) is not None:
        raise Conflict(_("已经签署，不用再签。"))
    role = "party" if signer not in people.assigned(db, held.id) else "mediator"
    new = MediationSignature(
        paper_id=row.id, signer=signer, role=role, sha256=sha256, method=method, on=on or clock.today(), at=clock.now(),
        actor=actor.audit_name,
    )  # fmt: skip
    db.add(new)
    db.flush()
    detail = {"paper": row.number, "sha256": sha256, "signer": signer, "method": method}
    audit.record(db, actor, "mediation.signed-paper", record.ref(held.case), detail)


def signer_of(db: Session, actor: Actor, held: Held) -> str:
    """Who signs: a mediator of the case by login, a party that speaks for itself by its id."""
    if policy.may_mediate(held.who):
        return actor.login
    require(held.who.is_party)
    if all(row.id != held.who.party_id for row in people.voices(db, held.id)):
        raise DomainError(_("您已委托其他当事人签署。"))
    return held.who.party_id


def missing(db: Session, row: MediationPaper) -> list[str]:
    """Whose signature is still missing: every voice that was there and every mediator, one at least."""
    wall = sealed_content(db, row).get("wall", "joint")
    sides = ("applicant", "respondent") if wall == "joint" else (wall,)
    mediators = people.assigned(db, row.case_id) or [NOBODY]
    needed = [one.id for one in people.voices(db, row.case_id, sides)] + mediators
    there = {one.signer for one in signatures(db, row.id)}
    return [one for one in needed if one not in there]

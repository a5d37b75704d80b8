"""Credit commitments 信用承诺: templates as data (``commitment_texts/templates.json``), signed by the enterprise in the portal.

A breach is never automatic: the office proposes an event whose act is the commitment.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, keys
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _, language
from portal.kernel.ids import new_id
from portal.notices import api as notices
from portal.registry import api as registry
from scoring.credit import policy
from scoring.credit.models import Commitment, CreditCase

LONGEST_NAME = 40


@dataclass(frozen=True)
class Template:
    """What an enterprise can sign. ``is_public``: signed ones are shown on the public page of the enterprise."""

    code: str
    version: str
    is_public: bool
    months: int
    texts: dict[str, Any]

    @property
    def title(self) -> str:
        """Its title in the reader's language."""
        return str(self.texts[language()]["title"])

    @property
    def clauses(self) -> list[str]:
        """What is promised, in the reader's language; the Chinese text is signed."""
        return list(self.texts[language()]["clauses"])


@dataclass(frozen=True)
class CommitmentView:
    """A signed commitment. ``signer`` is for the party and the office; ``document_id`` is its paper."""

    id: str
    number: str
    template: Template
    uscc: str
    text_sha256: str
    signed_on: date
    valid_to: date | None
    signer: str
    document_id: str
    breaches: tuple[str, ...]

    @property
    def act_id(self) -> str:
        """The act of a breach: several events of one breach count once."""
        return act_of(self.id)

    def is_in_force(self, day: date) -> bool:
        """Whether it binds on a day."""
        return self.signed_on <= day and (self.valid_to is None or day <= self.valid_to)


def act_of(commitment_id: str) -> str:
    """See ``CommitmentView.act_id``."""
    return f"commitment:{commitment_id}"


@cache
def _all() -> dict[tuple[str, str], Template]:
    rows = json.loads(files("scoring.credit").joinpath("commitment_texts/templates.json").read_text("utf-8"))
    made = [
        Template(row["code"], row["version"], row["public"], row["months"], {"zh": row["zh"], "en": row["en"]})
        for row in rows
    ]
    return {(one.code, one.version): one for one in made}


def templates() -> dict[str, Template]:
    """The newest version of each template, by code."""
    return {code: one for (code, _version), one in sorted(_all().items())}


def template(code: str) -> Template:
    """A template that can be signed now. NotFound."""
    found = templates().get(code)
    if found is None:
        raise NotFound(_("没有找到这份承诺书。"))
    return found


def sign(db: Session, actor: Actor, code: str, *, signer: str, on: date) -> CommitmentView:
    """The enterprise of the person signs a template; it gets a number and a paper, and binds for the template's months.

    NotAllowed for anybody without an enterprise, DomainError without the signer's name, Conflict while one is in force.
    """
    require(policy.may_answer(actor, actor.uscc))
    given, name, uscc = template(code), " ".join(signer.split()), str(actor.uscc)
    if not name or len(name) > LONGEST_NAME:
        raise DomainError(_("请填写签署人姓名。"))
    lock(db, f"commitment:{uscc}")
    if any(one.template.code == code and one.is_in_force(on) for one in of_enterprise(db, uscc)):
        raise Conflict(_("贵企业已经签署这份承诺书，正在有效期内。"))
    commitment_id = new_id()
    text = audit.canonical({"uscc": uscc, "template": code, "version": given.version, "on": on, **given.texts["zh"]})
    paper = _paper(db, actor, given, uscc, commitment_id, on)
    row = Commitment(
        id=commitment_id, number=paper.number, template=code, version=given.version, uscc=uscc,
        text_sha256=hashlib.sha256(text.encode()).hexdigest(), signer=keys.seal(db, act_of(commitment_id), name),
        actor=actor.login, signed_on=on, valid_to=clock.add_months(on, given.months) - timedelta(days=1),
        recorded_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict(_("贵企业已经签署这份承诺书，正在有效期内。")) from error
    detail = {"number": row.number, "template": code, "version": given.version, "sha256": row.text_sha256}
    audit.record(db, actor, "commitment.signed", act_of(commitment_id), detail)
    return _view(db, row)


def _paper(db: Session, actor: Actor, given: Template, uscc: str, commitment_id: str, on: date) -> notices.DocumentView:
    company, clauses = registry.enterprise(db, uscc), given.texts["zh"]["clauses"]
    lines = [f"{number}. {clause}" for number, clause in enumerate(clauses, 1)]
    signed = f"承诺企业：{company.name}（统一社会信用代码{uscc}），由经授权的人员在本系统签署。"
    body = [notices.Section("承诺内容", lines), notices.Section("签署", [signed])]
    to = notices.Addressee(uscc=uscc, name=company.name)
    title = given.texts["zh"]["title"]
    return notices.issue(
        db, actor, "credit.commitment", act_of(commitment_id), addressee=to, title=title, body=body, on=on
    )


def of_enterprise(db: Session, uscc: str, as_of: date | None = None, public_only: bool = False) -> list[CommitmentView]:
    """An enterprise's commitments, the newest first; in force on a day, or of public templates only, when asked."""
    rows = db.scalars(
        select(Commitment)
        .where(Commitment.uscc == uscc)
        .order_by(Commitment.signed_on.desc(), Commitment.number.desc())
    )
    found = [_view(db, row) for row in rows]
    found = [one for one in found if as_of is None or one.is_in_force(as_of)]
    return [one for one in found if one.template.is_public or not public_only]


def commitment(db: Session, commitment_id: str) -> CommitmentView:
    """One commitment. NotFound."""
    row = db.get(Commitment, commitment_id)
    if row is None:
        raise NotFound(_("没有找到这份承诺书。"))
    return _view(db, row)


def find(db: Session, commitment_id: str) -> CommitmentView | None:
    """One commitment, None when there is none."""
    row = db.get(Commitment, commitment_id)
    return _view(db, row) if row else None


def _view(db: Session, row: Commitment) -> CommitmentView:
    cases = db.scalars(select(CreditCase.id).where(CreditCase.act_id == act_of(row.id)).order_by(CreditCase.id))
    paper = next(iter(notices.documents_of(db, act_of(row.id))), None)
    return CommitmentView(
        row.id, row.number, _all()[row.template, row.version], row.uscc, row.text_sha256, row.signed_on, row.valid_to,
        keys.unseal(db, act_of(row.id), row.signer) or "", paper.id if paper else "", tuple(cases),
    )  # fmt: skip

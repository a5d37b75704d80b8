"""Issue numbered documents and note their service: time runs from proven service."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, hooks, ids, keys
from portal.kernel.access import Actor
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.files import store
from portal.kernel.i18n import _
from portal.notices import queries
from portal.notices.kinds import kind as kind_of
from portal.notices.models import METHODS, Document, DocumentService
from portal.notices.queries import Addressee, DocumentView, Section
from portal.receipts.api import new_code

PAPER = ("in_person", "post", "posted_notice")


def issue(
    db: Session, actor: Actor, kind: str, subject: str, *, addressee: Addressee, title: str, body: Sequence[Section],
    on: date, annex: Iterable[str] = (),
) -> DocumentView:  # fmt: skip
    """Issue a document: it gets the next number of its series and year, and a code by which anybody can verify it.

    Its text is Chinese and final. It takes effect by ``serve``. Numbers that a room gave before documents were kept
    (``document.numbers``: the highest of a series and year) are not given again.
    """
    told = kind_of(kind)
    lock(db, f"document:{told.series}:{on.year}")
    used = select(func.max(Document.seq)).where(Document.series == told.series, Document.year == on.year)
    elsewhere = hooks.announce("document.numbers", db, series=told.series, year=on.year)
    seq = max([db.scalar(used) or 0, *elsewhere]) + 1
    content = audit.canonical({"title": title, "name": addressee.name, "body": [_plain(one) for one in body]})
    kept = content
    if addressee.manager_code:
        kept = keys.seal(db, queries.sealed_for(addressee.manager_code), content)
    row = Document(
        id=ids.new_id(), kind=kind, series=told.series, year=on.year, seq=seq, number=told.number(on.year, seq),
        subject=subject, uscc=addressee.uscc, manager_code=addressee.manager_code, estate_code=addressee.estate_code,
        content=kept, sha256=hashlib.sha256(content.encode()).hexdigest(), annex=json.dumps(list(annex)),
        verify_code=new_code(), on=on, actor=actor.audit_name, recorded_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    detail = {"kind": kind, "number": row.number, "subject": subject, "sha256": row.sha256, "on": on}
    audit.record(db, actor, "document.issued", f"document:{row.id}", detail)
    return queries.document(db, row.id)


def _plain(section: Section) -> dict[str, object]:
    return asdict(section) | {"paragraphs": list(section.paragraphs)}


def serve(
    db: Session,
    actor: Actor,
    document_id: str,
    *,
    on: date,
    method: str,
    proof_sha256: str | None = None,
    note: str = "",
) -> None:
    """Note that a document reached its addressee on a day, and by which way.

    ``portal`` needs a confirmation of electronic service on file, a paper way its proof (a file, or a note that says what
    proves it). ``recorded`` is an officer's statement on the command line. The same again does nothing; ``Conflict`` when
    it was served in another way. Announces ``document.served``.
    """
    found = queries.document(db, document_id)
    if found.service is not None:
        if (found.service.on, found.service.method) != (on, method):
            raise Conflict(_("这份文书已经送达，不能再登记一次。"))
        return
    _refuse_unproven(db, found, on, method, proof_sha256, note.strip())
    row = DocumentService(
        document_id=document_id, on=on, method=method, proof_sha256=proof_sha256, note=note.strip(),
        actor=actor.audit_name, recorded_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict(_("这份文书已经送达，不能再登记一次。")) from error
    detail = {"number": found.number, "on": on, "method": method, "proof": proof_sha256}
    audit.record(db, actor, "document.served", f"document:{document_id}", detail)
    hooks.announce("document.served", db, actor=actor, document=queries.document(db, document_id), on=on)


def _refuse_unproven(db: Session, found: DocumentView, on: date, method: str, proof: str | None, note: str) -> None:
    if method not in METHODS:
        raise DomainError(_("请选择送达方式。"))
    if on < found.on:
        raise DomainError(_("送达日期不能早于文书日期%(day)s。", day=found.on.isoformat()))
    if on > clock.today():
        raise DomainError(_("送达日期不能晚于今天。"))
    if method == "portal":
        uscc = found.addressee.uscc
        if not uscc or not queries.confirmation_on_file(db, uscc, on):
            raise DomainError(_("企业没有签署电子送达确认书，不能在平台上送达。请用书面方式送达，并登记送达凭证。"))
    if method in PAPER and not (proof or note):
        raise DomainError(_("请上传送达凭证，或者写明凭证编号。"))
    if proof and not store().exists(proof):
        raise DomainError(_("没有找到送达凭证的文件，请重新上传。"))

"""An application saved on the phone and gone on with; codes again by text message or to somebody who was seen."""

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text

from mediation.cases import api as cases
from mediation.cases.models.record import MediationCase
from mediation.filing import service
from mediation.filing.models import MediationDraft
from portal.kernel import clock, sms
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from tests.mediation.centre import REGISTRAR, TODAY, filed, found, mediating, party_of, room
from tests.mediation.test_pages import APPLICATION, CODE, SECRET, enter, people

WRITTEN = re.compile("入门码：([^。]+)。")


def _saved(client, **more):
    return client.submit("/mediation/apply/E1", {"track": "dispute", "name": "陈小燕", "claim": SECRET, **more, "step": "save"},
                         page="/mediation/apply/E1")  # fmt: skip


def test_a_draft_is_gone_on_with_by_its_code_and_gone_when_sent(client, instance):
    found()
    with clock.on(TODAY):
        shown = _saved(client)
        code = CODE.search(shown.text)[1]
        assert shown.status_code == 200
        with reading() as db:
            stored = "".join(db.scalars(text("SELECT content || code_hash FROM mediation_draft")))
            assert not [words for words in (SECRET, "陈小燕", code.replace("-", "")) if words in stored]
            assert not db.scalars(select(MediationCase)).all()
        again = client.submit("/mediation/progress", {"code": code})
        assert SECRET in again.text
        assert 'name="draft"' in again.text
        later = _saved(client, draft=code, claim=f"{SECRET}，急。")
        assert CODE.search(later.text)[1] == code, "saved again under the same code"
        assert client.submit("/mediation/progress", {"code": "0" * 32}).status_code == 404
        done = client.submit(
            "/mediation/apply/E1", {**APPLICATION, "draft": code, "step": "send"}, page="/mediation/apply/E1"
        )
        assert len(CODE.findall(done.text)) == 2
        assert client.submit("/mediation/progress", {"code": code}).status_code == 404
        with reading() as db:
            assert not db.scalars(select(MediationDraft)).all()


def test_an_empty_draft_is_none_and_an_old_one_goes(client, instance):
    found()
    with clock.on(TODAY):
        empty = client.submit("/mediation/apply/E1", {"step": "save"}, page="/mediation/apply/E1")
        assert empty.status_code == 422
        code = CODE.search(_saved(client).text)[1]
    with clock.on(TODAY + timedelta(days=29)), transaction() as db:
        assert service.prune(db) == 0
    with clock.on(TODAY + timedelta(days=31)):
        assert client.submit("/mediation/progress", {"code": code}).status_code == 404
        with transaction() as db:
            assert service.prune(db) == 1
            assert not db.scalars(select(MediationDraft)).all()
            assert db.scalars(text("SELECT wrapped FROM subject_key WHERE subject LIKE 'mediation:draft-%'")).all() == [
                None
            ]


def test_a_representative_and_the_contract_stand_in_the_case(client, instance):
    found()
    with clock.on(TODAY):
        wrong = client.submit(
            "/mediation/apply/E1", {**APPLICATION, "representative": "李律师", "power": "none", "step": "check"}
        )
        assert wrong.status_code == 422
        told = {**APPLICATION, "representative": "李律师", "power": "special", "step": "send"}
        assert client.submit("/mediation/apply/E1", told).status_code == 200
        with reading() as db:
            case = db.scalars(select(MediationCase)).one()
            assert case.contract_starts_on is not None
            applicant = cases.case_view(db, REGISTRAR, case.id).parties[0]
            assert (applicant.representative, applicant.power) == ("李律师", "special")


def test_evidence_is_handed_in_before_the_other_side_agreed(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        case_id = filed(db).case_id
        mine = party_of(db, case_id)
        own = room(db, mine, case_id, "applicant")
        file_id = cases.add_file(db, mine, own, b"%PDF-1.7 photo", "漏水.pdf")
        assert cases.read_file(db, mine, file_id)[0].sha256
        assert cases.rooms(db, REGISTRAR, case_id) == []


def texts(instance) -> list[str]:
    return [f"{found.phone}\n{found.text}\n" for found in map(sms.outbox().read, sms.outbox().waiting())]


def test_a_code_by_text_message_never_shows_on_a_screen(app, client, instance):
    found()
    with clock.on(TODAY):
        registrar = people(app)[0]
        with transaction() as db:
            case_id = filed(db).case_id
            number = cases.case_view(db, REGISTRAR, case_id).code
        give = registrar.page(f"/mediation/cases/{case_id}").find("a", href=re.compile("/codes/"))["href"]
        sent = registrar.submit(give, {"way": "sms"}, follow_redirects=True)
        (message,) = texts(instance)
        code = WRITTEN.search(message)[1]
        assert message.startswith("13800001234\n")
        assert code not in sent.text
        beside = message.replace(code, "")  # the code is random and may hold the letters of anything
        assert not [words for words in ("电梯", "王小明", "E1") if words in beside]
        assert enter(client, number, code).status_code == 303


def test_a_copy_of_the_cookie_is_worth_nothing_once_the_party_left(app, client, instance):
    found()
    at = datetime(TODAY.year, TODAY.month, TODAY.day, 2, tzinfo=UTC)
    with clock.at(at):
        with transaction() as db:
            filed_case = filed(db)
            number = cases.case_view(db, REGISTRAR, filed_case.case_id).code
        assert enter(client, number, next(iter(filed_case.entry_codes.values()))).status_code == 303
        copy = client.get_cookie("portal_form").value
        home = f"/mediation/mine/{filed_case.case_id}"
        thief = app.test_client()
        thief.set_cookie("portal_form", copy)
        assert thief.get(home).status_code == 200
    with clock.at(at + timedelta(minutes=1)):
        assert client.submit("/mediation/mine/leave", {}, page=home).status_code == 303
        assert thief.get(home, strict=False).status_code in (302, 303, 403)


def test_who_asks_by_phone_learns_nothing(app, client, instance):
    found()
    with clock.on(TODAY):
        with transaction() as db:
            case_id = filed(db).case_id
            number = cases.case_view(db, REGISTRAR, case_id).code
        answers = [client.submit("/mediation/cases/enter/phone", {"number": number, "phone": phone})
                   for phone in ("13800001234", "13900000000")]  # fmt: skip
        answers.append(
            client.submit("/mediation/cases/enter/phone", {"number": "TJ-2026-999999", "phone": "13800001234"})
        )
        bodies = {re.sub(r'name="csrf_token"[^>]*', "", one.text) for one in answers}
        assert len(bodies) == 1
        assert len(texts(instance)) == 1
        assert enter(client, number, WRITTEN.search(texts(instance)[0])[1]).status_code == 303
        again = app.test_client()
        last = [
            again.submit("/mediation/cases/enter/phone", {"number": number, "phone": "1"}).status_code
            for _n in range(3)
        ]
        assert last[-1] == 429


def test_a_new_progress_code_takes_the_sight_of_the_person(app, client, instance):
    found()
    with clock.on(TODAY):
        registrar, mediator, _company = people(app)
        with transaction() as db:
            case_id = mediating(db)
            first = cases.new_progress_code(db, REGISTRAR, case_id)
        give = registrar.page(f"/mediation/cases/{case_id}").find("a", href=re.compile("/codes/"))["href"]
        assert registrar.submit(give, {"way": "progress"}).status_code == 422
        shown = registrar.submit(give, {"way": "progress", "seen": "y"})
        assert client.submit("/mediation/progress", {"code": first}).status_code == 404
        assert client.submit("/mediation/progress", {"code": CODE.search(shown.text)[1]}).status_code == 200
        assert mediator.submit(give, {"way": "progress", "seen": "y"}).status_code == 422, "the registrar's alone"
        with reading() as db:
            entry = db.scalars(
                select(AuditEntry).where(AuditEntry.action == "mediation.code-issued").order_by(AuditEntry.seq)
            )
            assert '"way":"seen"' in list(entry)[-1].detail.replace(" ", "")

"""Credit commitments: signed by the enterprise, public where the template says so, a breach only by a person's hand."""

import io
from datetime import date

import pytest

from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed
from scoring.credit import api, commitments, queries
from tests.lists.year import OFFICER
from tests.ratings.district import DISTRICT, USCC

DAY = date(2026, 3, 2)
COMPANY = person_actor("company", Role.ENTERPRISE, DISTRICT, USCC[0])


def _sign(code="service", actor=COMPANY, signer="王五", on=DAY):
    with transaction() as db:
        return commitments.sign(db, actor, code, signer=signer, on=on)


def test_what_is_signed(district):
    with clock.on(DAY):
        made = _sign()
    assert (made.signer, made.signed_on, made.valid_to) == ("王五", DAY, date(2027, 3, 1))
    assert made.number.endswith("〔2026〕1号")
    assert len(made.text_sha256) == 64
    with reading() as db:
        from sqlalchemy import select

        from scoring.credit.models import Commitment

        assert "王五" not in str(db.scalar(select(Commitment.signer)))


@pytest.mark.parametrize(("actor", "signer", "error"), [(OFFICER, "王五", NotAllowed), (COMPANY, "  ", DomainError),
                                                        (COMPANY, "王" * 41, DomainError)])  # fmt: skip
def test_who_can_sign(district, actor, signer, error):
    with pytest.raises(error):
        _sign(actor=actor, signer=signer)


def test_one_in_force_of_each_kind(district):
    _sign()
    with pytest.raises(Conflict):
        _sign(on=date(2027, 3, 1))
    _sign(on=date(2027, 3, 2))
    _sign("repair")
    with reading() as db:
        shown = api.commitments_of(db, USCC[0], date(2026, 6, 1), public_only=True)
        assert [one.template.code for one in shown] == ["service"], "the other template is not public"
        assert api.commitments_of(db, USCC[1]) == []


def test_over_http_and_a_breach_is_proposed_by_a_person(district, app, signed_in, client):
    with clock.on(DAY):
        company, other = (
            signed_in("enterprise", uscc=USCC[0], login="a"),
            signed_in("enterprise", uscc=USCC[1], login="b"),
        )
        officer = signed_in("officer")
        path = "/company/commitments/service"
        assert company.submit(path, {"signer": "王五"}).status_code == 422, "not agreed"
        assert company.submit(path, {"signer": "王五", "agreed": "y"}).status_code == 303
        assert company.submit(path, {"signer": "王五", "agreed": "y"}).status_code == 409
        assert company.get("/company/commitments/none").status_code == 404
        assert officer.get(path).status_code == 403
        with reading() as db:
            (signed,) = api.commitments_of(db, USCC[0])
        paper = f"/company/commitments/{signed.id}/paper.pdf"
        assert company.get(paper).data.startswith(b"%PDF")
        assert other.get(paper).status_code == 404
        public = client.page(f"/enterprises/{USCC[0]}").get_text()
        assert signed.number in public
        assert "王五" not in public
        record = officer.page(f"/credit/enterprises/{USCC[0]}")
        assert "王五" in record.get_text()
        with reading() as db:
            assert queries.waiting_number(db) == 0, "nothing happens by itself"
        given = {"subject_type": "enterprise", "event": "B12", "document": "文1号", "document_on": "2026-03-01",
                 "issued_by": "某机关", "act": signed.act_id}  # fmt: skip
        wrong = {**given, "subject": USCC[1], "file": (io.BytesIO(b"%PDF-1"), "x.pdf")}
        right = {**given, "subject": USCC[0], "file": (io.BytesIO(b"%PDF-1"), "x.pdf")}
        assert officer.submit("/credit/new", wrong, content_type="multipart/form-data").status_code == 422
        assert officer.submit("/credit/new", right, content_type="multipart/form-data").status_code == 303
        with reading() as db:
            assert len(api.commitments_of(db, USCC[0])[0].breaches) == 1

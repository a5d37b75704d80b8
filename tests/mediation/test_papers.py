"""Papers as PDF and Word, their check by anybody, and the bundle for the court."""

import hashlib
import io
import json
import zipfile

import pytest
from docx import Document
from pypdf import PdfReader

from mediation.cases import api as cases
from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.errors import NotAllowed, NotFound
from tests.mediation.centre import FIRM, MEDIATORS, REGISTRAR, RIVAL, TODAY, agreed, found, mediating, owner, room


def test_an_agreement_as_pdf_and_word_and_the_bundle(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        case_id = mediating(db, applicants=[owner("{{ 7*7 }}<b>王&小明")])
        proof = b"%PDF-1.7 photo of the lift"
        cases.add_file(db, FIRM, room(db, FIRM, case_id, "joint"), proof, "电梯.pdf")
        cases.add_file(db, FIRM, room(db, FIRM, case_id, "respondent"), b"%PDF-1.7 our limit", "底线.pdf")
        paper = agreed(db, case_id)
        view = cases.paper(db, FIRM, paper)
        told = "".join(page.extract_text() for page in PdfReader(io.BytesIO(cases.pdf(db, FIRM, paper))).pages)
        for words in (
            "宝调协〔2026〕1号",
            "修好2栋的电梯",
            "1,234.56",
            "2026年6月23日",
            "{{ 7*7 }}<b>王&小明",
            "物业A",
            view.sha256[:20],
        ):
            assert words in told.replace("\n", ""), words
        written = Document(io.BytesIO(cases.docx(db, FIRM, paper)))
        cells = [cell.text for table in written.tables for row in table.rows for cell in row.cells]
        assert {"{{ 7*7 }}<b>王&小明", "物业A", "修好2栋的电梯。", "1,234.56"} <= set(cells)
        assert "王" not in f"{written.core_properties.title}{written.core_properties.author}"
        archive = zipfile.ZipFile(io.BytesIO(cases.bundle(db, FIRM, case_id)))
        index = {one["name"]: one["sha256"] for one in json.loads(archive.read("index.json"))["files"]}
        assert all(hashlib.sha256(archive.read(name)).hexdigest() == sha for name, sha in index.items())
        assert archive.read("evidence-01.pdf") == proof
        assert len(index) == 3, "nothing of a private room"
        assert cases.bundle(db, MEDIATORS[0], case_id)
        with pytest.raises(NotAllowed):
            cases.bundle(db, REGISTRAR, case_id)
        for read in (lambda: cases.bundle(db, RIVAL, case_id), lambda: cases.pdf(db, RIVAL, paper)):
            with pytest.raises(NotFound):
                read()


def test_anybody_verifies_a_paper_and_learns_nothing_of_the_case(instance, app):
    found()
    with clock.on(TODAY), transaction() as db:
        case_id = mediating(db)
        view = cases.paper(db, FIRM, agreed(db, case_id))
    page = app.test_client().get(f"/verify/{view.verify_code}").get_data(as_text=True)
    assert all(words in page for words in (view.number, view.sha256, "调解协议书", "已有3人签署"))
    assert [words for words in ("王小明", "电梯", view.content["case"], "物业A", case_id) if words in page] == []

"""Papers of a case as PDF and Word, and the bundle for the court. Always Chinese; made when asked for, never kept in clear."""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from datetime import date
from html import escape
from typing import Any

from sqlalchemy.orm import Session

from mediation.cases import people, policy, reading, vault, words
from mediation.cases.models.record import IN_FORCE
from mediation.cases.service import papers, record
from mediation.cases.service.papers import PaperView
from mediation.cases.service.talking import files, read_file, rooms, term_of
from mediation.roster import api as roster
from portal.kernel import clock
from portal.kernel.access import Actor, require
from portal.kernel.formats import date_text, instant_text, money_figure
from portal.kernel.i18n import using
from portal.kernel.pdf import qr_image, render
from portal.kernel.settings import settings
from portal.receipts.api import printed, verify_address
from portal.registry import api as registry

CENTRE = "物业管理矛盾纠纷调处中心"
LEGAL = (
    "双方自愿达成本协议，应当按照约定履行。",
    "双方可以自协议生效之日起30日内共同向有管辖权的人民法院申请司法确认。",
)
ROUTES = "您可以依法向人民法院起诉，或者按照合同约定申请仲裁。"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Printed:
    """What a paper says, ready to print: lines of text and tables whose first row is the heads."""

    title: str
    number: str
    paragraphs: list[str]
    tables: list[list[list[str]]] = field(default_factory=list)
    closing: list[str] = field(default_factory=list)
    signed: list[str] = field(default_factory=list)


def pdf(db: Session, actor: Actor, paper_id: str) -> bytes:
    """A paper as PDF with the code that verifies it, for those who may see it. The metadata hold number and kind only."""
    view = reading.paper(db, actor, paper_id)
    with using("zh"):
        said = _said(db, view)
        body = [f'<p class="issuer">{escape(settings().operator)}{CENTRE}</p>', f"<h1>{escape(said.title)}</h1>"]
        body.append(f'<p class="number">{escape(said.number)}</p><div class="prose">')
        body += [f"<p>{escape(line)}</p>" for line in said.paragraphs]
        body += [_html_table(table) for table in said.tables]
        body += [f"<p>{escape(line)}</p>" for line in said.closing]
        body += ["</div>", *[f"<p>{escape(line)}</p>" for line in said.signed]]
        body.append(f'<p class="signed">{escape(date_text(view.on))}</p>{_check(view)}')
        return render("".join(body), title=f"{said.title} {said.number}")


def _html_table(rows: list[list[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in rows[0])
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _check(view: PaperView) -> str:
    image = f'<img class="qr" src="{qr_image(verify_address(view.verify_code))}" alt="核验二维码">'
    told = f'<p>扫码核验这份文书。核验码 <span class="mono">{printed(view.verify_code)}</span></p>'
    return f'<div class="check"><div>{image}</div><div class="small">{told}<p class="mono">SHA-256 {view.sha256}</p></div></div>'


def docx(db: Session, actor: Actor, paper_id: str) -> bytes:
    """A paper as a Word file, for those who may see it. Whatever somebody wrote stays text (autoescape)."""
    from docxtpl import DocxTemplate  # noqa: PLC0415  loaded only where a Word file is asked for

    view = reading.paper(db, actor, paper_id)
    with using("zh"):
        said = _said(db, view)
        made = DocxTemplate(_template(said))
        lines = {"paragraphs": said.paragraphs, "closing": said.closing, "signed": said.signed}
        check = {"code": printed(view.verify_code), "sha256": view.sha256, "on": date_text(view.on)}
        named = {"issuer": f"{settings().operator}{CENTRE}", "title": said.title, "number": said.number}
        made.render({**named, **lines, **check, "tables": said.tables}, autoescape=True)
        made.docx.core_properties.title = f"{said.title} {said.number}"
        made.docx.core_properties.author = settings().operator
        out = io.BytesIO()
        made.save(out)
        return out.getvalue()


def _template(said: Printed) -> io.BytesIO:
    """The form of a paper: text and tables are filled in by the template engine, never pasted into the file."""
    from docx import Document  # noqa: PLC0415  as above

    form = Document()
    form.add_paragraph("{{ issuer }}")
    form.add_heading("{{ title }}", level=1)
    form.add_paragraph("{{ number }}")
    _lines(form, "paragraphs")
    for place, rows in enumerate(said.tables):
        table = form.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
        for i, row in enumerate(rows):
            for k in range(len(row)):
                table.cell(i, k).text = f"{{{{ tables[{place}][{i}][{k}] }}}}"
    _lines(form, "closing")
    _lines(form, "signed")
    form.add_paragraph("{{ on }}")
    form.add_paragraph("核验码 {{ code }}")
    form.add_paragraph("SHA-256 {{ sha256 }}")
    made = io.BytesIO()
    form.save(made)
    made.seek(0)
    return made


def _lines(form: Any, name: str) -> None:
    form.add_paragraph(f"{{%p for line in {name} %}}")
    form.add_paragraph("{{ line }}")
    form.add_paragraph("{%p endfor %}")


def _said(db: Session, view: PaperView) -> Printed:
    title = str(words.PAPER_NAMES[view.kind])
    content = view.content
    if not content:
        return Printed(title, view.number, ["档案已销毁，内容不能再读。"])
    opening = f"案件编号：{content['case']}"
    if view.kind == "agreement":
        return _agreement(db, view, title, opening)
    if view.kind == "minutes":
        return Printed(title, view.number, [opening, *content["minutes"].splitlines()], signed=_signed(db, view))
    if view.kind == "deletion":
        told = f"本案档案于{_day(content['archived_on'])}归档，保管期限已满，于{_day(content['deleted_on'])}销毁密钥，内容不能再读。"
        return Printed(title, view.number, [opening, told])
    lists: dict[str, dict[str, Any]] = {
        "refusal": words.REFUSALS,
        "transfer": words.TRANSFERS,
        "termination": words.GROUNDS,
    }
    told = {"refusal": "不予受理的理由：", "transfer": "移送单位：", "termination": "终止的理由："}[view.kind]
    lines = [opening, f"{told}{lists[view.kind][content['code']]}。", *content["reason"].splitlines()]
    return Printed(title, view.number, lines, closing=[] if view.kind == "transfer" else [ROUTES])


def _agreement(db: Session, view: PaperView, title: str, opening: str) -> Printed:
    content = view.content
    estate = registry.estate_names(db, [content["estate"]]).get(content["estate"], content["estate"])
    sides = [["当事人", "姓名或者名称", "代理人"]]
    sides += [
        [str(words.SIDE_NAMES[one["side"]]), _party(db, one), one["representative"]] for one in content["parties"]
    ]
    rows = [["序号", "由谁办理", "事项", "金额（元）", "最迟日期"]]
    for seq, plain in enumerate(content["terms"], 1):
        term = term_of(plain)
        amount = money_figure(term.amount_fen) if term.amount_fen is not None else ""
        rows.append([str(seq), str(words.SIDE_NAMES[term.side]), term.act, amount, date_text(term.due_on)])
    lines = [opening, f"小区：{estate}"]
    lines += ["双方就部分事项达成协议，其余事项可以另行解决。"] if content["partial"] else []
    lines += content["text"].splitlines()
    return Printed(title, view.number, lines, [sides, rows], list(LEGAL), _signed(db, view))


def _party(db: Session, one: dict[str, Any]) -> str:
    return registry.enterprise(db, one["uscc"]).name if one["uscc"] else str(one["name"])


def _signed(db: Session, view: PaperView) -> list[str]:
    """Who signed, when and how; the parties by name."""
    named = roster.names(db, [one.signer for one in view.signatures if one.role == "mediator"])
    found = []
    for one in view.signatures:
        name = named.get(one.signer) or _party_name(db, view.case_id, one.signer)
        way = "在平台签署" if one.method == "portal" else "书面签署"
        found.append(f"{'调解员' if one.role == 'mediator' else '当事人'}{name}，{instant_text(one.at)}{way}。")
    return found


def _party_name(db: Session, case_id: str, party_id: str) -> str:
    row = people.party_row(db, party_id)
    person = vault.unseal_values(db, case_id, row.person)
    return _party(db, {"uscc": row.uscc, "name": person.get("name", "")})


def _day(text: str) -> str:
    return date_text(date.fromisoformat(text))


def bundle(db: Session, actor: Actor, case_id: str) -> bytes:
    """What the court needs, as a zip: the agreement (PDF, Word), signed minutes of joint sessions, the files of the joint room
    and an index with the SHA-256 of each. For the parties and the mediator of a case whose agreement is in force."""
    held = record.look(db, actor, case_id)
    require(held.who.is_party or policy.may_mediate(held.who))
    record.expect(held, *IN_FORCE, "performed")
    agreement = papers.latest(db, case_id, "agreement")
    assert agreement is not None
    inside: dict[str, bytes] = {
        f"agreement-{agreement.year}-{agreement.seq}.pdf": pdf(db, actor, agreement.id),
        f"agreement-{agreement.year}-{agreement.seq}.docx": docx(db, actor, agreement.id),
    }
    for view in reading.paper_list(db, actor, case_id):
        if view.kind == "minutes" and view.content.get("wall") == "joint":
            inside[f"minutes-{view.verify_code[:8]}.pdf"] = pdf(db, actor, view.id)
    joint = [one.id for one in rooms(db, actor, case_id) if one.wall == "joint"]
    for number, file in enumerate((one for room_id in joint for one in files(db, actor, room_id)), 1):
        ending = file.media_type.partition("/")[2]
        inside[f"evidence-{number:02d}.{ending}"] = read_file(db, actor, file.id)[1]
    return _zip(held.case.code, agreement.number, inside)


def _zip(code: str, number: str, inside: dict[str, bytes]) -> bytes:
    index = {
        "case": code, "agreement": number, "made_at": clock.instant_text(clock.now()),
        "files": [{"name": name, "sha256": hashlib.sha256(data).hexdigest()} for name, data in inside.items()],
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.json", json.dumps(index, ensure_ascii=False, indent=1))
        for name, data in inside.items():
            archive.writestr(name, data)
    return out.getvalue()

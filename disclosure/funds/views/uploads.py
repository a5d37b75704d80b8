"""Bringing a bank's file: upload, preview, say what its columns are, take over."""

from typing import Any

from flask import Response, flash, render_template, request, url_for

from disclosure.funds import api, policy, waiting
from disclosure.funds.preview import grid, preview
from disclosure.funds.proof import sentence
from disclosure.funds.service.layouts import layouts, save
from disclosure.funds.statements.layouts import FIELDS
from disclosure.funds.statements.sheets import UnknownLayout
from disclosure.funds.views.blueprint import Seen, bp, see_other
from disclosure.funds.views.words import field_text
from disclosure.funds.waiting import Waiting
from portal.kernel import clock
from portal.kernel.access import Permission, require
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, InputRefused
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session

SAMPLE = 15
Answer = Response | str | tuple[str, int]


def _seen(code: str) -> Seen:
    seen = Seen(code)
    require(policy.may_import(actor(), seen.estate.division_code, seen.uscc))
    return seen


@bp.get("/disclosure/accounts/<code>/upload")
@needs(Permission.FUNDS_IMPORT)
def upload_form(code: str) -> str:
    """Choose the file that the bank gave."""
    return render_template("funds/upload.html", seen=_seen(code), problem="")


@bp.post("/disclosure/accounts/<code>/upload")
@needs(Permission.FUNDS_IMPORT)
def upload(code: str) -> Answer:
    """Take a file in and look at it; nothing is stored yet."""
    seen, file = _seen(code), request.files.get("file")
    data = file.read() if file else b""
    if file is None or not file.filename or not data:
        problem = _("请选择银行提供的对账单文件。")
        return render_template("funds/upload.html", seen=seen, problem=problem, has_errors=True), 422
    name = file.filename.replace("\\", "/").rpartition("/")[2][:200]
    waiting_id = waiting.put(actor().login, code, name, data)
    return see_other(url_for("funds.preview_file", code=code, waiting_id=waiting_id))


def _read(found: Waiting) -> list[api.BankStatement]:
    return api.read_file(found.account_code, found.data, found.name, found.format, actor().uscc)


@bp.get("/disclosure/accounts/<code>/uploads/<waiting_id>")
@needs(Permission.FUNDS_IMPORT)
def preview_file(code: str, waiting_id: str) -> Answer:
    """What would be stored, or what is wrong with the file."""
    seen = _seen(code)
    found = waiting.get(actor().login, code, waiting_id)
    try:
        made = preview(request_session(), actor(), code, _read(found))
    except UnknownLayout:
        return see_other(url_for("funds.mapping", code=code, waiting_id=waiting_id))
    except InputRefused as error:
        shown: dict[str, Any] = {"refused": error, "made": None, "is_sheet": _is_sheet(found)}
        return render_template("funds/preview.html", seen=seen, file=found, sample=SAMPLE, **shown), 422
    shown = {"refused": None, "made": made, "is_sheet": _is_sheet(found)}
    return render_template("funds/preview.html", seen=seen, file=found, sample=SAMPLE, **shown)


def _is_sheet(found: Waiting) -> bool:
    """Whether columns can be assigned: a spreadsheet that can be opened."""
    if found.data[:5].lstrip(b"\xef\xbb\xbf").startswith((b"<", b":", b"{")):
        return False
    try:
        return bool(grid(found.data, found.name, {}).rows)
    except DomainError:
        return False


@bp.post("/disclosure/accounts/<code>/uploads/<waiting_id>/confirm")
@needs(Permission.FUNDS_IMPORT)
def confirm(code: str, waiting_id: str) -> Response:
    """Take the file over."""
    _seen(code)
    found = waiting.get(actor().login, code, waiting_id)
    taken = api.import_file(actor(), code, found.data, found.name, on=clock.today(), format_name=found.format)
    waiting.drop(waiting_id)
    if taken.statements:
        flash(_("已导入%(statements)s份对账单，新增%(lines)s笔，%(known)s笔以前已有。", statements=taken.statements,
                lines=taken.lines, known=taken.known), "ok")  # fmt: skip
    else:
        flash(_("这份文件的内容以前已经导入，没有变化。"), "plain")
    for flaw in taken.flaws[:5]:
        flash(_("账目不符：") + sentence(flaw), "late")
    return see_other(url_for("funds.account", code=code))


@bp.post("/disclosure/accounts/<code>/uploads/<waiting_id>/discard")
@needs(Permission.FUNDS_IMPORT)
def discard(code: str, waiting_id: str) -> Response:
    """Throw the file away."""
    _seen(code)
    waiting.get(actor().login, code, waiting_id)
    waiting.drop(waiting_id)
    return see_other(url_for("funds.account", code=code))


# ---- columns ----


@bp.get("/disclosure/accounts/<code>/uploads/<waiting_id>/columns")
@needs(Permission.FUNDS_IMPORT)
def mapping(code: str, waiting_id: str) -> Answer:
    """What is each column of this bank's spreadsheet?"""
    found = waiting.get(actor().login, _seen(code).account.code, waiting_id)
    return _mapping_page(code, found, request.args.get("head", 0, int))


def _mapping_page(code: str, found: Waiting, head: int, problem: Any = None, typed: Any = None) -> str:
    seen = _seen(code)
    made = grid(found.data, found.name, layouts(request_session(), actor().uscc), head)
    fields = typed or made.fields
    return render_template(
        "funds/mapping.html", seen=seen, file=found, grid=made, fields=fields, names=FIELDS, problem=problem,
        bank=request.form.get("bank", seen.account.bank), has_errors=problem is not None,
    )  # fmt: skip


@bp.post("/disclosure/accounts/<code>/uploads/<waiting_id>/columns")
@needs(Permission.FUNDS_IMPORT)
def save_mapping(code: str, waiting_id: str) -> Answer:
    """Keep the columns of this bank, and look at the file through them."""
    found = waiting.get(actor().login, _seen(code).account.code, waiting_id)
    head = request.form.get("head", 0, int)
    made = grid(found.data, found.name, {}, head)
    typed = tuple(request.form.get(f"column-{at}", "") for at in range(len(made.headers)))
    try:
        columns = _columns(made.headers, typed)
        with transaction() as db:
            chosen = save(db, actor(), request.form.get("bank", ""), columns)
            known = layouts(db, actor().uscc)
            api.read_statements(found.data, found.name, chosen, known, clock.today())
    except DomainError as error:
        return _mapping_page(code, found, head, error, typed), 422
    waiting.choose_format(actor().login, found, chosen)
    flash(_("已保存这家银行的表格格式，以后的文件自动按它读取。"), "ok")
    return see_other(url_for("funds.preview_file", code=code, waiting_id=waiting_id))


def _columns(headers: tuple[str, ...], fields: tuple[str, ...]) -> dict[str, list[str]]:
    """Field to headers. DomainError for a field that is given twice: only summaries are joined."""
    columns: dict[str, list[str]] = {}
    for header, field in zip(headers, fields, strict=True):
        if field not in FIELDS or not header:
            continue
        if field in columns and field != "summary":
            raise DomainError(_("“%(field)s”只能指定给一栏。", field=field_text(field)))
        columns.setdefault(field, []).append(header)
    return columns

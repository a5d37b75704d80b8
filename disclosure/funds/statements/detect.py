"""Which format a bank file has, told from its content unless it is named, and its statements."""

from collections.abc import Mapping
from datetime import date

from disclosure.funds.statements import camt053, mt940, ofx, sheets
from disclosure.funds.statements.layouts import Layout
from disclosure.funds.statements.shapes import BankStatement, refuse
from portal.kernel.errors import DomainError, InputRefused
from portal.kernel.i18n import _
from portal.kernel.sheets.csvtext import decode

MAX_BYTES = 200 * 1024 * 1024
_HEAD = 4096
TEXT_FORMATS = {mt940.FORMAT: mt940, ofx.FORMAT: ofx}


def read_statements(
    data: bytes, name: str, format_name: str, layouts: Mapping[str, Layout], today: date
) -> list[BankStatement]:
    """The statements of a bank file. ``format_name`` is ``camt053``, ``mt940``, ``ofx``, a layout's code or ``""``.

    Raises InputRefused with the place of what is wrong, DomainError for a format that nobody knows.
    """
    if not data:
        raise refuse(name, _("文件是空的。"))
    if len(data) > MAX_BYTES:
        raise refuse(name, _("文件超过200MB，请分成几份导入。"))
    chosen = format_name or _told(data)
    if chosen == camt053.FORMAT:
        return camt053.read(data)
    if chosen in TEXT_FORMATS:
        return TEXT_FORMATS[chosen].read(_text(data, chosen))
    if chosen and chosen not in layouts:
        known = "、".join([camt053.FORMAT, *TEXT_FORMATS, *layouts])
        raise DomainError(_("没有“%(name)s”这种格式。已有的格式：%(known)s。", name=chosen, known=known))
    return sheets.read(data, name, {chosen: layouts[chosen]} if chosen else layouts, today)


def _told(data: bytes) -> str:
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return ""
    head = data[:_HEAD].decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1", errors="replace")
    if camt053.is_it(head):
        return camt053.FORMAT
    if ofx.is_it(head):
        return ofx.FORMAT
    if mt940.is_it(head):
        return mt940.FORMAT
    if head.lstrip("\ufeff\xef\xbb\xbf \r\n\t").startswith("<?xml"):
        return camt053.FORMAT
    return ""


def _text(data: bytes, chosen: str) -> str:
    named = ofx.charset(data[:_HEAD]) if chosen == ofx.FORMAT else ""
    if named:
        try:
            return data.decode(named)
        except UnicodeDecodeError as error:
            if named == "utf-8":
                raise InputRefused([], _("无法识别文件的文字编码。请另存为UTF-8或者xlsx后重新上传。")) from error
    return decode(data)

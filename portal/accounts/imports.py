"""The sheet ``people``: who acts on the portal, in which role and where."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import policy, service
from portal.accounts.models import Person
from portal.accounts.service import PersonFacts
from portal.accounts.words import ROLE_LABELS
from portal.kernel.access import Actor, Permission
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.importing import Counts, ImportContext, ImportKind
from portal.kernel.sheets.columns import Column, SheetKind
from portal.kernel.sheets.read import Problems, Sheet, checked_rows
from portal.kernel.sheets.values import parse_code


def _division(text: str) -> str:
    code = parse_code(text)
    if len(code) != 12 or not code.isdigit():
        raise DomainError(_("行政区划代码“%(value)s”应为12位数字。", value=text))
    return code


PEOPLE = SheetKind(
    name="people",
    title="人员",
    columns=(
        Column("login", "登录名", kind="login", example="lihua"),
        Column("name", "姓名", max_length=50, example="李华"),
        Column(
            "role",
            "角色",
            kind="choice",
            choices=tuple((str(r), t) for r, t in ROLE_LABELS.items()),
            example="reviewer",
        ),
        Column("division_code", "辖区代码", kind="code", parser=_division, example="440306017000"),
        Column("uscc", "企业", kind="uscc", required=False, note="只有企业用户填写，填统一社会信用代码。"),
    ),
)


NEEDED = ("login", "name", "role", "division_code")
Values = dict[str, Any]


def _rows(sheet: Sheet, problems: Problems) -> list[Values]:
    """The cells of the sheet row by row; None where one is bad or empty."""
    columns = checked_rows(sheet, PEOPLE, problems)
    return [{name: columns[name][i] for name in (*NEEDED, "uscc")} for i in range(sheet.length)]


def _check(db: Session, actor: Actor, sheet: Sheet, rows: list[Values], problems: Problems) -> None:
    """Name every cell that does not fit, also in rows that have bad cells already."""
    divisions, enterprises = service.known_divisions(db), service.known_enterprises(db)
    bad = {error.cell for error in problems.listed()}
    first: dict[str, int] = {}
    for i, row in enumerate(rows):
        login, place = row["login"], row["division_code"]
        if login in first:
            twice = _("登录名“%(login)s”在第%(row)s行已经有了，请只保留一行。", login=login, row=first[login])
            problems.add(sheet.cell("login", i), twice)
        if login:
            first.setdefault(login, sheet.row_number(i))
        wrong = dict(service.misfits(row["role"], place, row["uscc"], divisions, enterprises))
        if place and "division_code" not in wrong and not policy.may_manage(actor, place):
            wrong["division_code"] = _("这个辖区不归您管理，请由上级辖区的系统管理员导入。")
        for name, message in wrong.items():
            if sheet.cell(name, i) not in bad:
                problems.add(sheet.cell(name, i), message)


def _known_logins(db: Session, logins: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(logins), 500):
        found.update(db.scalars(select(Person.login).where(Person.login.in_(logins[start : start + 500]))))
    return found


def run(db: Session, actor: Actor, sheet: Any, context: ImportContext) -> Counts:
    """Add and change people; the notes hold a line ``login: CODE`` for each new one.

    InputRefused with every bad cell.
    """
    problems = Problems()
    rows = _rows(sheet, problems)
    _check(db, actor, sheet, rows, problems)
    problems.refuse_if_any()
    counts, whole = Counts(), [PersonFacts(**row) for row in rows]
    known = _known_logins(db, [row.login for row in whole])
    for done, row in enumerate(whole):
        if done % 50 == 0:
            context.progress("store", done, len(whole))
        if row.login not in known:
            counts.notes.append(f"{row.login}: {service.add(db, actor, row)}")
            counts.added += 1
        elif service.change(db, actor, row):
            counts.updated += 1
        else:
            counts.unchanged += 1
    return counts


IMPORTS = [ImportKind(PEOPLE, Permission.PEOPLE_EDIT, run)]

"""Bringing a bank's file: read outside of any transaction, large statements staged, then taken over in one."""

import hashlib
from datetime import date

from disclosure.funds import queries
from disclosure.funds.service.counting import judge
from disclosure.funds.service.layouts import layouts
from disclosure.funds.service.staging import clear, stage
from disclosure.funds.service.statements import Taken, foreign, take_over
from disclosure.funds.statements.detect import read_statements
from disclosure.funds.statements.shapes import BankStatement
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.db import reading, transaction


def read_file(
    account_code: str, data: bytes, name: str, format_name: str = "", uscc: str | None = None
) -> list[BankStatement]:
    """The statements of a file for an account, read outside of any write transaction.

    NotFound without the account, InputRefused with the place of what is wrong in the file.
    """
    with reading() as db:
        queries.account(db, account_code)
        known = layouts(db, uscc)
    return read_statements(data, name, format_name, known, clock.today())


def import_file(actor: Actor, account_code: str, data: bytes, name: str, *, on: date, format_name: str = "") -> Taken:
    """Read a bank's file and take it over: one transaction a file, opened only once the file is read and judged.

    Large statements are staged before, so that the transaction only moves them.
    """
    made = read_file(account_code, data, name, format_name, actor.uscc)
    sha256 = hashlib.sha256(data).hexdigest()
    with reading() as db:
        foreign(db, account_code, made)
        known = queries.statement_of_file(db, account_code, sha256) is not None
    judged = [judge(one) for one in made]
    staged = judged if known else stage(account_code, judged)
    try:
        with transaction() as db:
            return take_over(db, actor, account_code, staged, sha256, on=on)
    finally:
        for one in staged:
            if one.batch:
                clear(one.batch)

"""The ``checks`` sheet: a month's findings by the hundred thousand, whole or not at all.

Every question is asked once for each distinct value or pair and then looked up, so that the cost grows
with what is different in a file and not with its length.
"""

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.importing import Counts, ImportContext, ImportKind
from portal.kernel.sheets.read import Problems, Sheet, checked_rows
from scoring.checks.sheets.columns import CHECKS
from scoring.checks.sheets.looking import look
from scoring.checks.sheets.storing import store


def run(db: Session, actor: Actor, sheet: Sheet, context: ImportContext) -> Counts:
    """Check and store the sheet whole, or refuse it with every bad cell. Counts are rows of the sheet."""
    problems = Problems()
    context.progress("read", 0, len(sheet))
    rows = checked_rows(sheet, CHECKS, problems)
    context.progress("check", 0, len(sheet))
    reports = look(db, actor, sheet, rows, context, problems)
    problems.refuse_if_any()
    counts = store(db, actor, sheet, reports, context, problems)
    context.progress("store", len(sheet), len(sheet))
    return counts


KIND = ImportKind(CHECKS, Permission.CHECK_IMPORT, run)
IMPORTS = [KIND]

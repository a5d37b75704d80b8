"""What stands about an estate in plain sentences for programs: the sentences of the pages, with basis, day and page."""

from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.i18n import _, language
from portal.shell.public import fields, words
from portal.shell.public.estate import Dossier
from scoring.lists import api as lists
from scoring.ratings import api as ratings

COLUMNS = ("about", "sentences", "basis", "on", "next", "page")


def explanation(db: Session, found: Dossier) -> list[fields.Row]:
    """The last quarter, the last rated year and every list entry in force, each said in sentences."""
    said = []
    if found.last is not None:
        said.append(_quarter(db, found.last))
    if found.rating is not None:
        said.append(_rating(db, found.rating))
    return [*said, *(_entry(one) for one in found.entries)]


def _row(*values: Any) -> fields.Row:
    return dict(zip(COLUMNS, values, strict=True))


def _contest() -> str:
    return _("企业对结果有不同意见的，可以在平台上提出异议，由没有经手的人员复核。")


def _quarter(db: Session, last: Any) -> fields.Row:
    code = last.estate_code
    told = ratings.quarter_explained(db, last.quarter, code)
    basis = _(
        "检查标准%(versions)s版", versions=_("、").join(sorted({month.standard_version for month in told.months}))
    )
    page = f"/quarters/{last.quarter}/estates/{code}"
    about = f"quarter:{last.quarter}/{code}"
    return _row(
        about, [told.sentence], basis if told.months else None, fields.plain(last.public_from), _contest(), page
    )


def _rating(db: Session, row: Any) -> fields.Row:
    code = row.estate_code
    told = ratings.rating_explained(db, int(row.year), code)
    page, about = f"/ratings/{int(row.year)}/estates/{code}", f"rating:{int(row.year)}/{code}"
    basis = told.rules.text("reference", language())
    return _row(about, list(told.sentences), basis, fields.plain(row.public_from), _contest(), page)


def _entry(one: lists.EntryView) -> fields.Row:
    until = one.effective_to.isoformat() if one.effective_to else ""
    sentence = _(
        "%(reason)s，列入%(list)s，自%(day)s起生效。", reason=words.list_reason(one.reason, one.kind),
        list=words.list_name(one.kind), day=one.effective_from.isoformat(),
    )  # fmt: skip
    after = _("有效期至%(day)s（含当日）。", day=until) if until else _("到下一年度榜单公布为止。")
    day = one.effective_from.isoformat()
    return _row(f"list:{one.case_id}", [sentence], one.decision, day, after, f"/lists?kind={one.kind}")

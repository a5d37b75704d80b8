"""An entry of a list in one sentence, with its decision, its day and what can be done: for page, API and paper alike."""

from datetime import date
from typing import Protocol

from portal.kernel.formats import date_text
from portal.kernel.i18n import _
from portal.kernel.said import Said
from scoring.lists import words


class Entry(Protocol):
    """What of an entry the sentence needs; a manager's has no name, only the code in ``subject``."""

    @property
    def kind(self) -> str: ...
    @property
    def subject_type(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def effective_from(self) -> date: ...
    @property
    def effective_to(self) -> date | None: ...
    @property
    def decision(self) -> str: ...
    @property
    def case_id(self) -> str: ...
    @property
    def rule_set(self) -> str: ...


def said(entry: Entry) -> Said:
    """Who stands on which list, why, from when and until when."""
    name = entry.name or entry.subject
    who = _("项目负责人（编号%(code)s）", code=entry.subject) if entry.subject_type == "manager" else name
    sentence = _(
        "%(who)s因“%(reason)s”列入%(list)s，自%(day)s起生效，%(until)s。", who=who,
        reason=words.reason(entry.reason, entry.kind, entry.rule_set), list=words.list_name(entry.kind),
        day=date_text(entry.effective_from), until=_until(entry.effective_to),
    )  # fmt: skip
    return Said(
        f"list:{entry.case_id}", (sentence,), entry.decision, entry.effective_from, _next(entry.kind),
        f"/lists?kind={entry.kind}",
    )  # fmt: skip


def _until(day: date | None) -> str:
    return _("有效期至%(day)s（含当日）", day=date_text(day)) if day else _("有效期到下一年度榜单公布为止")


def _next(kind: str) -> str:
    if kind == "red":
        return _("评价结果更正后不再符合条件的，自动移出。")
    return _("企业可以申请信用修复；对决定不服的，可以申请行政复议或者提起行政诉讼。")

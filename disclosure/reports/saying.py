"""A report in one sentence: what its fund came to, from what to what where it takes an earlier report's place, or why it
was returned. The same on page and in the answers for programs."""

from datetime import date

from disclosure.reports.matrix import kind
from disclosure.reports.reading import Report
from disclosure.reports.words import period_name
from portal.deadlines import api as deadlines
from portal.kernel.i18n import _
from portal.kernel.said import Said, fund_change, refused


def said(report: Report, before: Report | None = None, returned: tuple[date, str] | None = None) -> Said | None:
    """The sentence of a report from the books; ``before``: the one whose place it took; ``returned``: day and reason.

    None while it waits, and for reports without a balance.
    """
    about, page = f"report:{report.id}", f"/disclosure/{report.estate_code}"
    basis = deadlines.rule(kind(report.kind).rule).source
    name = _("%(kind)s（%(period)s）", kind=report.kind_name, period=period_name(report.period))
    if returned is not None:
        day, reason = returned
        return refused(about, name, reason, basis=basis, on=day, next=_("请按理由补正后重新报送。"), page=page)
    if not report.totals or report.confirmed_on is None:
        return None
    old = before.totals["closing"] if before is not None and before.totals else None
    reason = report.reason or report.note or _("按台账和银行对账单编制，经确认公开")
    fund = _("%(report)s的期末余额", report=name)
    return fund_change(
        about, fund, old, report.totals["closing"], reason, basis=basis, on=report.confirmed_on,
        next=_("本小区业主可以查看每一笔，也可以提问或者提出异议。"), page=page,
    )  # fmt: skip


def told(published: list[Report]) -> dict[str, Said]:
    """The sentences of an estate's public reports, by id; a correction says from what to what."""
    earlier = {one.reversed_by: one for one in published if one.reversed_by}
    found = {one.id: said(one, earlier.get(one.id)) for one in published}
    return {report_id: one for report_id, one in found.items() if one is not None}

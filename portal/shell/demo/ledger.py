"""The ledger of the demo district's common funds: rules classify what the banks delivered, people have the last word, most
repair jobs have their owners' vote, invoices are attached to the lift adverts, the demo company has a budget.
"""

import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from disclosure.funds import api as funds
from disclosure.ledger import api as ledger
from disclosure.ledger.models import FundApproval, FundApprovalStep
from portal.kernel import audit, clock, files
from portal.kernel.access import Actor
from portal.kernel.bulk import insert_rows
from portal.kernel.db import transaction
from portal.kernel.ids import new_id
from portal.kernel.periods import Month
from portal.shell.demo.acts import Cast, moment
from portal.shell.demo.funds import MONTHS, OPENED, PROMPT, account_code, disclosing
from portal.shell.demo.plan import Plan

LABEL = "ledger of common funds"
BACK = timedelta(days=75)
WITH_PAPERS = 8  # estates with vouchers at their lift adverts and jobs
BOX = (500, 3300, 5200, 1000)  # where the invoice names a person
VOTE = b"%PDF-1.4\n% vote of the owners, a made-up document of the demo district\n%%EOF\n"


def acts(plan: Plan, cast: Cast, until: Month) -> Iterator[tuple[datetime, str, Callable[[], Any]]]:
    """What people do with the lines, as (moment, label, deed)."""
    story, month = _Story(plan, cast, until), until
    while month.next.first + PROMPT > OPENED and (until.year - month.year) * 12 + until.number - month.number < MONTHS:
        yield moment(month.next.first + PROMPT, 12), LABEL, story.classifying(month)
        month = month.previous
    yield moment(until.next.first + PROMPT, 13), LABEL, story.last_words
    yield moment(until.next.first + PROMPT, 14), LABEL, story.papers


class _Story:
    """What is done, with the estates in the order in which they open their funds."""

    def __init__(self, plan: Plan, cast: Cast, until: Month) -> None:
        self.cast, self.until, self.estates = cast, until, disclosing(plan)

    def classifying(self, month: Month) -> Callable[[], None]:
        """The rules on what came in lately, then the votes for the jobs among it; a few companies are behind."""

        def classify() -> None:
            officer, since = self.cast.actor("officer"), month.first - BACK
            with transaction() as db:
                idle = {one.code for one in self.estates[9::23]} if month > self.until.previous.previous else set()
                codes = [one.code for one in funds.accounts(db) if one.estate_code not in idle]
                ledger.apply_many(db, officer, codes, on=clock.today(), since=since)
                self._votes(db, officer, month)

        return classify

    def _votes(self, db: Any, officer: Actor, month: Month) -> None:
        """Most jobs have the owners' vote behind them; every seventh estate forgot it."""
        agreed = {account_code(one, "maintenance"): one for place, one in enumerate(self.estates) if place % 7 != 5}
        quarter = month.quarter if month == month.quarter.months[2] else None
        if quarter is None or not agreed:
            return
        document = files.store().put(VOTE).sha256
        votes: list[dict[str, Any]] = []
        steps: list[dict[str, Any]] = []
        for line in funds.lines(db, list(agreed), quarter.first, quarter.last):
            if "工程款" in line.summary:
                estate = agreed[line.account_code]
                votes.append(_vote(estate, line, len(votes), officer, document))
                steps.append({"approval_id": votes[-1]["id"], "seq": 1, "step": "spent", "year": line.year,
                              "line_id": line.id, "reason": "", "actor": officer.audit_name,
                              "recorded_at": clock.now()})  # fmt: skip
        insert_rows(db, FundApproval.__table__, votes)
        insert_rows(db, FundApprovalStep.__table__, steps)
        if votes:
            audit.record(db, officer, "fund-approval.recorded", f"quarter:{quarter}", {"votes": len(votes)})

    def last_words(self) -> None:
        """A line shared out, one corrected, a budget with its reason."""
        estate, officer, today = self.estates[0], self.cast.actor("officer"), clock.today()
        code = account_code(estate, "income")
        with transaction() as db:
            lines = funds.lines(db, [code], today - timedelta(days=400), today)
            care = [line for line in lines if "绿化" in line.summary]
            sales = [line for line in lines if "活动场地" in line.summary]
            if sales:
                one = [ledger.Piece(sales[-1].amount_fen, "venue", "广场活动场地费")]
                ledger.correct(
                    db, officer, (sales[-1].year, sales[-1].id), one, reason="补充公开摘要，科目不变。", on=today
                )
            if care:
                part = care[-1].amount_fen * 3 // 10
                pieces = [ledger.Piece(care[-1].amount_fen - part, "cost_cleaning", "绿化补植"),
                          ledger.Piece(part, "cost_upkeep", "喷灌管道维修")]  # fmt: skip
                ledger.split(db, officer, (care[-1].year, care[-1].id), pieces, on=today)
            for planned in self.estates[:3]:
                self._budget(db, officer, planned.code, today)

    def _budget(self, db: Any, officer: Actor, estate: str, today: date) -> None:
        found = ledger.budget_against_actual(db, estate, today.year)
        amounts = {
            one.category: max(0, one.actual_fen) // 100_000 * 100_000 for one in found if one.actual_fen > 100_000
        }
        for number, code in enumerate(sorted(amounts)):
            amounts[code] = amounts[code] * (100 + number % 4 * 6) // 100
        ledger.set_budget(db, officer, estate, today.year, amounts, on=today)
        for line in ledger.budget_against_actual(db, estate, today.year):
            if line.needs_reason and line.category != "parking":
                reason = "全年尚未结束，其余款项在年底前收付。"
                ledger.explain_variance(db, officer, estate, today.year, line.category, reason, on=today)

    def papers(self) -> None:
        """Invoices at the lift adverts and jobs of a few estates; all but the newest are public, masked."""
        officer, reviewer, today = self.cast.actor("officer"), self.cast.actor("officer2"), clock.today()
        with transaction() as db:
            for estate in self.estates[:WITH_PAPERS]:
                codes = [account_code(estate, "income"), account_code(estate, "maintenance")]
                lines = funds.lines(db, codes, today - timedelta(days=370), today)
                wanted = [line for line in lines if "电梯轿厢广告" in line.summary or "工程款" in line.summary][-4:]
                for number, line in enumerate(wanted):
                    data, job = _invoice(line, number), line.amount_fen < 0
                    title = f"{line.booked_on.year}年{line.booked_on.month}月{'维修工程' if job else '电梯广告'}发票"
                    voucher = ledger.add_voucher(
                        db, officer, estate.code, "invoice", title, data, [(line.year, line.id)], on=today
                    )
                    if number < 3:
                        ledger.release_voucher(db, reviewer, voucher, [BOX])


def _vote(estate: Any, line: funds.FundLine, number: int, officer: Actor, document: str) -> dict[str, Any]:
    """A vote that passed, by heads and by floor area, three weeks before the money went out."""
    homes, area = estate.households, (estate.households * 88 + 1200) * 100
    came = 70 + number % 20
    return {
        "id": new_id(), "estate_code": estate.code, "kind": "owners",
        "number": f"业主大会〔{line.booked_on.year}〕{line.booked_on.month}号", "title": line.summary.replace("款", ""),
        "decided_on": line.booked_on - timedelta(days=21), "limit_fen": -line.amount_fen * 21 // 20,
        "eligible": homes, "present": homes * came // 100 + 1, "in_favour": homes * (came - 12) // 100 + 1,
        "eligible_area_centi": area, "present_area_centi": area * came // 100,
        "favour_area_centi": area * (came - 14) // 100, "document_sha256": document, "actor": officer.audit_name,
        "on": clock.today(), "recorded_at": clock.now(),
    }  # fmt: skip


@cache
def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


def _invoice(line: funds.FundLine, number: int) -> bytes:
    """A drawn invoice that nobody could take for a real one."""
    image = Image.new("RGB", (800, 520), "white")
    draw, large, small = ImageDraw.Draw(image), _font(34), _font(22)
    draw.rectangle((20, 20, 780, 500), outline="#335577", width=3)
    draw.text((40, 40), "SAMPLE INVOICE  (demo)", fill="#223344", font=large)
    draw.text((40, 110), f"No. {line.booked_on:%Y%m%d}-{number + 1:03d}", fill="#223344", font=small)
    draw.text((40, 190), "Contact: Zhang San, 138-0000-0000", fill="#223344", font=small)
    draw.text((40, 260), f"Amount: CNY {abs(line.amount_fen) // 100:,}.{abs(line.amount_fen) % 100:02d}", fill="#223344",
              font=small)  # fmt: skip
    draw.text((40, 320), f"Booked on {line.booked_on:%Y-%m-%d}", fill="#223344", font=small)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()

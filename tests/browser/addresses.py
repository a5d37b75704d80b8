"""Every page of the portal with a real record of the demo district behind it, and somebody who may see it.

Addresses come from the application's own routes: a route without arguments is visited as it is, one with arguments
needs an example in ``EXAMPLES`` (by endpoint) or ``ALWAYS`` (by argument). A new route without one fails the test.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from disclosure.funds import waiting as bank_uploads
from portal.accounts import api as accounts
from portal.kernel import clock, tasks
from portal.kernel.access import GRANTS, Actor, Permission, Role
from portal.kernel.db import reading, transaction
from portal.kernel.web import OWNER_ACCESS, PARTY_ACCESS, PUBLIC_ACCESS
from portal.notices.service.digest import choose
from portal.shell.app import declared_access
from portal.shell.opendata import releases as data_releases
from scoring.checks.verbs.permits import declare_interest, permit_late
from scoring.credit.service import NewEvent, propose
from scoring.lists.models import ListCase, ListStep
from scoring.standards.service import new_draft, publish, remove_item
from tests.browser import mediated
from tests.people import make_person

NO_PAGE = re.compile(
    r"\.(json|csv|xlsx|jpg|zip|pdf|docx|ics|atom|svg|pyz?)$|^/feeds/manage/|<any\([^)]*\):(ending|size)>|^/api/|^/(healthz|readyz|metrics)$|^/static/|^/sign-in/unified|/document$|/files/<(sha256|file_id)>$|/vouchers/<voucher_id>$"
)
ESTATE, OTHER_ESTATE = "440306017001-0001", "440306017013-0002"
COMING, DRAFT = "2026.8", "2026.9"  # versions of the checklist made for the tests
# Who looks when several roles may: the first of these that is let in.
LOOKERS = (Role.OFFICER, Role.LEAD, Role.REVIEWER, Role.INSPECTOR, Role.ADMIN, Role.AUDITOR, Role.ENTERPRISE,
           Role.REGISTRAR, Role.MEDIATOR)  # fmt: skip
LOGINS = {Role.INSPECTOR: "insp-017001", Role.REVIEWER: "street-017", Role.ENTERPRISE: "company"}
LAST_STEP = "(SELECT step FROM check_step s WHERE s.check_id = c.id ORDER BY seq DESC LIMIT 1)"
CHECKS = f"SELECT c.id FROM monthly_check c WHERE {LAST_STEP}"
UNRELEASED = (
    "SELECT p.id FROM photo p JOIN monthly_check c ON c.id = p.check_id WHERE c.estate_code LIKE '440306017%'"
    f" AND {LAST_STEP} = 'submitted'"
)
BLACK = "SELECT id FROM list_case WHERE kind = 'black' AND subject_type = 'enterprise' ORDER BY id LIMIT 1"
REPLIED = "SELECT reply_id FROM reply_photo"
OPEN_OBJECTION = (
    "SELECT o.id FROM objection o WHERE o.kind = 'rating' AND 'extension_denied' ="
    " (SELECT step FROM objection_step s WHERE s.objection_id = o.id ORDER BY seq DESC LIMIT 1)"
)
REPAIR = (
    "SELECT {} FROM repair_case r JOIN repair_step s ON s.case_id = r.id WHERE s.step = 'accepted' AND r.target LIKE 'list:%'"
    " AND NOT EXISTS (SELECT 1 FROM repair_step x WHERE x.case_id = r.id AND x.step IN ('approved', 'refused')) ORDER BY r.id"
)
WAITING = (
    "SELECT {} FROM adverse_point p LEFT JOIN adverse_answer a ON a.point_id = p.id"
    " WHERE a.point_id IS NULL AND p.ref LIKE 'veto:%' ORDER BY p.id"
)
ON_NOTICE = "SELECT case_id FROM list_step WHERE step = 'public_notice' ORDER BY due_on DESC, case_id"
OWNER = "an owner"  # no login: comes in by the owners' door
OWNED = (
    "SELECT {} FROM owner_unit u JOIN owner_facts f ON f.unit_id = u.id JOIN fund_account_facts a ON a.estate_code = u.estate_code"
    " WHERE u.unit = '806'"
)
REPAIRER = "repairer"  # the person of a company that applied for a repair
TOLD = "SELECT s.case_id, c.subject FROM credit_step s JOIN credit_case c ON c.id = s.case_id WHERE s.step = 'noticed'"
NOTIFIED = "notified"  # the person of the enterprise that was served a black notice
# who looks at a page that only the people of a record see
OWN = {"mediation_cases.hand_form": "registrar", "lists.served_notice": NOTIFIED, "adverse.company_case": NOTIFIED, "repair.new": REPAIRER,
             "repair.company_case": REPAIRER}  # fmt: skip
ALWAYS: dict[str, Any] = {
    "year": 2025,
    "quarter": "2026Q3",
    "version": "2025.1",
    "item_code": "XF04",
    "street": "440306017000",
}


@dataclass(frozen=True)
class Stop:
    """A page to look at: the login of who looks (None: nobody signed in), the address without language, the answer."""

    login: str | None
    path: str
    status: int = 200


def _examples(db: Session) -> dict[str, dict[str, Any]]:
    def one(query: str, **values: Any) -> Any:
        found = db.execute(text(query), values).scalar()
        assert found is not None, f"the demo holds nothing for: {query}"
        return found

    company = one("SELECT uscc FROM person WHERE login = 'company'")
    managed = one("SELECT manager_code FROM contract WHERE estate_code = :estate AND manager_code != ''", estate=ESTATE)
    contract = {"code": ESTATE, "contract_id": one("SELECT id FROM contract WHERE estate_code = :e", e=ESTATE)}
    draft = one(f"{CHECKS} = 'draft' AND estate_code = :e", e=ESTATE)
    submitted = one(f"{CHECKS} = 'submitted' AND estate_code LIKE '440306017%' ORDER BY month")
    confirmed = one(f"{CHECKS} = 'confirmed' AND month LIKE '2026%' AND estate_code = :e", e=ESTATE)
    veto = one("SELECT id FROM veto WHERE superseded_at IS NULL ORDER BY id")
    of_veto = one("SELECT estate_code FROM veto WHERE superseded_at IS NULL ORDER BY id")
    owned = one(OWNED.format("u.estate_code"))
    own_line = one("SELECT l.id FROM bank_line l JOIN fund_account_facts a ON a.account_code = l.account_code"
                   " WHERE a.estate_code = :e AND a.type IN ('basic', 'joint') AND l.year = 2026 ORDER BY l.booked_on", e=owned)  # fmt: skip
    case, spoken = one(BLACK), one(WAITING.format("p.ref")).removeprefix("veto:")
    year_release = one("SELECT id FROM release WHERE kind = 'year'")
    quarter_release = one("SELECT id FROM release WHERE period = '2026Q3'")
    replied = {
        "period": "2026Q3",
        "code": one("SELECT estate_code FROM reply WHERE uscc = :c AND month != ''", c=company),
    }
    credit = one("SELECT case_id FROM credit_event WHERE document != '' ORDER BY recorded_at DESC")
    certified = one("SELECT ref FROM receipt WHERE ref LIKE 'rating:2025/%'").split("/")[1].split("#")[0]
    order = one("SELECT id FROM rectification_order ORDER BY opened_at DESC, id")
    fund = one("SELECT account_code FROM fund_account_facts WHERE type = 'joint' ORDER BY account_code")
    bank_file = "日期,收入,支出,余额\n2026-11-02,12.00,,112.00\n".encode()
    upload = {"code": fund, "waiting_id": bank_uploads.put("officer", fund, "list.csv", bank_file)}
    report = one("SELECT report_id FROM fund_report_step GROUP BY report_id HAVING count(*) = 1 ORDER BY report_id")
    told = {"estate_code": one("SELECT estate_code FROM fund_report WHERE id = :r", r=report)}
    opened = {"code": one("SELECT estate_code FROM fund_account_facts ORDER BY estate_code")}
    entry = one("SELECT id FROM opened_entry ORDER BY id")
    line = one("SELECT year || '-' || line_id FROM ledger_attachment ORDER BY year, line_id")
    budgeted = {"estate": one("SELECT estate_code FROM fund_budget ORDER BY estate_code")}
    own_estate = one(
        "SELECT estate_code FROM contract WHERE uscc = :c AND valid_to IS NULL ORDER BY estate_code", c=company
    )
    case_of = {"case_id": one(mediated.CASE)}
    return {
        "mediation_cases.case": case_of, "mediation_cases.draft_form": case_of,
        "mediation_cases.hand_form": {**case_of, "party_id": one(mediated.OWNER)}, "roster.person": {"login": "mediator-2"},
        "conferences.conference": {"conference_id": one("SELECT id FROM conference ORDER BY number DESC")},
        "mediation_cases.room": {"room_id": one(mediated.ROOM)}, "mediation_cases.paper": {"paper_id": one(mediated.PAPER)},
        "mediation_filing.form": {"code": ESTATE}, "mediation_filing.office_form": {"code": ESTATE},
        "mediation_filing.company_form": {"code": own_estate}, "mediation_guide.kind": {"kind": "repair"},
        "ledger.month": {"code": fund}, "ledger.line": {"ref": line}, "ledger.approvals": budgeted,
        "ledger.budget": {**budgeted, "year": 2026},
        "ledger.voucher": {"voucher_id": one("SELECT id FROM ledger_voucher ORDER BY id")},
        "disclosure.estate": opened, "disclosure.kiosk": opened, "disclosure.poster_page": opened,
        "opened.estate": {"estate": opened["code"]}, "opened.new": {"estate": opened["code"], "kind": "vote"},
        "opened.withdraw_form": {"entry_id": entry},
        "reports.estate": told, "reports.terms_form": told, "reports.occasion_form": told, "reports.report": {"report_id": report},
        "reports.file": {**told, "kind": "common_income", "period": "2026Q2"},
        "funds.account": {"code": fund}, "funds.upload_form": {"code": fund}, "funds.preview_file": upload, "funds.mapping": upload,
        "funds.statement": {"statement_id": one("SELECT id FROM fund_statement WHERE account_code = :a ORDER BY to_on", a=fund)},
        "accounts.person": {"login": "insp-017001"},
        "owners.ask_form": {"code": owned}, "owners.estate": {"code": owned}, "owners.add_form": {"code": owned},
        "owners.holding": {"holding_id": one(OWNED.format("f.holding_id"))},
        "owners.question": {"question_id": one("SELECT id FROM fund_question ORDER BY recorded_at")},
        "my_estate.category": {"fund": "common", "category": "parking"},
        "my_estate.line": {"year": 2026, "number": own_line},
        "notices.document": {"document_id": one("SELECT id FROM document ORDER BY number")},
        "notices.leave_form": {"code": one("SELECT leave_code FROM digest_choice WHERE superseded_at IS NULL")},
        "adverse.company_case": {"kind": "list", "case_id": case}, "adverse.case": {"kind": "veto", "case_id": spoken},
        "adverse.answer_form": {"kind": "veto", "case_id": spoken, "point_id": one(WAITING.format("p.id"))},
        "adverse.mark_form": {"kind": "list", "case_id": case, "code": "review", "step": "set"},
        "adverse.objection": {"case_id": one(ON_NOTICE)}, "vetoes.case": {"case_id": spoken},
        "repair.new": {"kind": "list", "case_id": one(REPAIR.format("r.target")).removeprefix("list:")},
        "repair.case": {"case_id": one(REPAIR.format("r.id"))}, "repair.company_case": {"case_id": one(REPAIR.format("r.id"))},
        "company.estate": {"code": one("SELECT estate_code FROM contract WHERE uscc = :c AND valid_to IS NULL", c=company)},
        "my_objections.case": {"objection_id": one("SELECT id FROM objection WHERE uscc = :c ORDER BY number", c=company)},
        "my_objections.new": {"ref": f"quarter:2026Q2/{ESTATE}"},
        "objections.case": {"objection_id": one(OPEN_OBJECTION)},
        "lists.served_notice": {"case_id": case},
        "lists.case": {"case_id": case}, "lists.decision": {"case_id": case}, "lists.notice": {"case_id": case},
        "credit.enterprise": {"uscc": company}, "credit.event": {"case_id": credit},
        "credit.my_case": {"case_id": one(f"SELECT case_id FROM ({TOLD}) AS told WHERE subject = :c", c=company)},
        "credit.relation": {"link_id": one("SELECT id FROM affiliation ORDER BY key")}, "credit.sign": {"code": "service"},
        "credit.manager": {"code": managed},
        "public.verify_code": {"code": one("SELECT id FROM receipt WHERE type = 'lists.check'")},
        "public.report_form": {"uscc": company}, "public.certificate": {"code": certified},
        "public.enterprise": {"uscc": company}, "public.estate": {"code": ESTATE},
        "checks.inspection": {"check_id": draft}, "checks.step": {"check_id": draft, "category_code": "XF"},
        "checks.correct_form": {"check_id": confirmed, "code": "XF04"},
        "checks.end_form": {"login": "street-017", "estate": OTHER_ESTATE},
        "reviews.review": {"check_id": submitted}, "reviews.adjust_form": {"check_id": submitted, "code": "XF04"},
        "reviews.return_form": {"check_id": submitted}, "reviews.release": {"photo_id": one(UNRELEASED)},
        "feeds.leave_form": {"code": "example"}, "opendata.star_page": {"year": 2025, "code": ESTATE},
        "ratings.quarter_estate": {"code": ESTATE}, "ratings.year_estate": {"code": ESTATE},
        "rectification.order": {"order_id": order}, "rectification.notice": {"order_id": order},
        "rectification.release": {"photo_id": one(
            "SELECT p.id FROM rectification_photo p JOIN rectification_order o ON o.id = p.order_id"
            " WHERE o.estate_code LIKE '440306017%' ORDER BY p.received_at DESC"
        )},
        "ratings.held": {"period": "2026Q3"},  # public by now: the link leads to the public page
        "replies.result": replied, "replies.write": replied,
        "replies.case": {"reply_id": one(f"{REPLIED} ORDER BY received_at DESC")},
        "replies.mask": {"photo_id": one("SELECT id FROM reply_photo ORDER BY received_at DESC")},
        "ratings.quarter_published": {"release": quarter_release},
        "ratings.year_published": {"release": year_release},
        "ratings.community_review": {"quarter": "2026Q4", "division": ESTATE[:12]},
        "registry.enterprise": {"uscc": company}, "registry.edit_enterprise": {"uscc": company},
        "registry.estate": {"code": ESTATE}, "registry.edit_estate": {"code": ESTATE},
        "registry.add_contract": {"code": ESTATE},
        "registry.edit_contract": contract, "registry.withdraw_contract": contract,
        "registry.manager": {"code": managed}, "registry.edit_manager": {"code": managed},
        "standards.changes": {"version": COMING},
        "standards.draft": {"version": DRAFT}, "standards.add_item": {"version": DRAFT},
        "standards.edit_item": {"version": DRAFT}, "standards.publish": {"version": DRAFT},
        "office.task": {"task_id": one("SELECT id FROM task WHERE person = 'officer'")},
        "surveys.estate": {"code": ESTATE}, "surveys.edit": {"code": ESTATE}, "surveys.decide_veto": {"code": ESTATE},
        "surveys.withdraw_veto": {"code": of_veto, "veto_id": veto},
    }  # fmt: skip


# Pages that look different for another role, in another state or with other filters; then the pages of errors.
MORE = (
    *((role, "/work") for role in Role),
    (Role.INSPECTOR, "/ratings/manage"), (Role.REVIEWER, "/ratings/manage"), (Role.REVIEWER, "/inspections"),
    (Role.OFFICER, "/interests"), (Role.REGISTRAR, "/mediation/cases"), (Role.MEDIATOR, "/mediation/cases"),
    (Role.AUDITOR, "/inspections"), (Role.AUDITOR, "/lists/manage"),
    (Role.OFFICER, "/ratings/quarter/2026Q4/prepare"), (Role.LEAD, "/ratings/year/2026/prepare"), (Role.OFFICER, "/imports?kind=checks"),
    (Role.ENTERPRISE, "/disclosure/manage"), (Role.REVIEWER, "/disclosure/manage?state=missing"),
    (Role.ENTERPRISE, "/rectification"), (Role.INSPECTOR, "/rectification?state=closed"),
    (None, "/estates?q=zzzz"), (None, "/ratings/2025?result=5"), (None, "/lists?year=2025"),
)  # fmt: skip
REFUSED = (
    (None, "/no/such/page", 404), (Role.INSPECTOR, "/admin/people", 403), (Role.REVIEWER, "/inspections/none", 404),
    (Role.OFFICER, "/ratings/quarter/2026Q4/publish", 409), (Role.OFFICER, "/lists/manage/2026/propose", 409),
)  # fmt: skip


def prepare() -> None:
    """What the demo has no example of: a draft standard, a task, an interest, a late month, a proposed event."""
    with transaction() as db:
        officer, reviewer = _person(db, Role.OFFICER), _person(db, Role.REVIEWER)
        data_releases.release(db)
        new_draft(db, officer, version=COMING, based_on="2025.1")
        remove_item(db, officer, COMING, "XF04")
        publish(db, _person(db, Role.LEAD), COMING, in_force_from=date(clock.today().year + 1, 7, 1), on=clock.today())
        new_draft(db, officer, version=DRAFT, based_on="2025.1")
        tasks.start(db, officer, "import", {"kind": "checks", "filename": "checks.csv"})
        declare_interest(db, reviewer, OTHER_ESTATE, "亲属住在该小区")
        choose(db, officer, "officer@example.org")
        permit_late(db, reviewer, OTHER_ESTATE, "2026-09", "台风期间道路中断", clock.today())
        company = db.execute(text("SELECT uscc FROM person WHERE login = 'company'")).scalar_one()
        event = NewEvent("enterprise", company, "B01", "", "深宝物〔2026〕9号", date(2026, 9, 1), "宝安区住房和建设局",
                         document_sha256="0" * 64)  # fmt: skip
        propose(db, officer, event, on=clock.today())

        case_of = text("SELECT COALESCE(uscc, subject) FROM list_case WHERE id = :id")
        notified = db.execute(case_of, {"id": db.execute(text(BLACK)).scalar_one()}).scalar_one()
        _on_notice(db)
        mediated.begin(db, ESTATE)
        repairer = db.execute(text(REPAIR.format("r.uscc"))).scalars().first()
    make_person(Role.ENTERPRISE, None, notified, NOTIFIED)
    make_person(Role.ENTERPRISE, None, repairer, REPAIRER)


def _on_notice(db: Session) -> None:
    """A red candidate on public notice today: the small demo has none left."""
    like = db.execute(text("SELECT id FROM list_case WHERE kind = 'red' ORDER BY id LIMIT 1")).scalar_one()
    kept = {column.key: getattr(db.get_one(ListCase, like), column.key) for column in ListCase.__mapper__.columns}
    case = ListCase(**{**kept, "id": "on-notice", "year": 2024})
    db.add(case)
    db.flush()
    today = clock.today()
    for seq, step in enumerate(("candidate", "review", "public_notice"), 1):
        due = today + timedelta(days=5) if step == "public_notice" else None
        row = ListStep(case_id=case.id, seq=seq, step=step, actor="officer", on=today, at=clock.now(), due_on=due)
        db.add(row)
        db.flush()


def login_of(role: Role) -> str:
    """The demo's person of a role."""
    return LOGINS.get(role, role.value)


def _person(db: Session, role: Role) -> Actor:
    return accounts.person_actor_for(db, login_of(role))


def stops(app: Flask) -> Iterator[Stop]:
    """Every page once, as somebody who may see it, then the special ones."""
    access = declared_access(app)
    with reading() as db:
        examples = _examples(db)
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if access.get(rule.endpoint) == PARTY_ACCESS:
                continue  # the pages of a company, seen by one who came in with a code: test_mediation
            if "GET" in (rule.methods or ()) and not NO_PAGE.search(rule.rule):
                values = {name: ALWAYS[name] for name in rule.arguments if name in ALWAYS}
                values |= examples.get(rule.endpoint, {})
                missing = rule.arguments - set(values)
                assert not missing, f"{rule.rule} ({rule.endpoint}) needs an example of {sorted(missing)}"
                login = OWN.get(rule.endpoint) or _who(access[rule.endpoint])
                yield Stop(login, app.url_for(rule.endpoint, **values))
    yield from (Stop(role and login_of(role), path) for role, path in MORE)
    yield from (Stop(role and login_of(role), path, status) for role, path, status in REFUSED)


def _who(access: str) -> str | None:
    if access == PUBLIC_ACCESS:
        return None
    if access == OWNER_ACCESS:
        return OWNER
    if access not in set(Permission):
        return login_of(Role.OFFICER)
    return login_of(next(role for role in LOOKERS if access in GRANTS[role]))

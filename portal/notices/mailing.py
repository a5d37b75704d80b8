"""The daily mail: one line for each thing that is due, nothing personal, a link that ends it. Off while no server is set."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from email.message import EmailMessage

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts import api as accounts
from portal.deadlines import api as deadlines
from portal.deadlines.api import DeadlineView
from portal.kernel import clock
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError
from portal.kernel.formats import date_text
from portal.kernel.i18n import _, ngettext, using
from portal.kernel.jobs import Facts, Job, JobFailed
from portal.kernel.settings import settings
from portal.notices.models import DigestChoice, DigestSent
from portal.notices.service.digest import address_of

SOON = timedelta(days=3)
MOST = 50  # lines of one mail; the page shows the rest
DIGEST = "digest"
TIMEOUT = 20


@dataclass(frozen=True)
class Letter:
    """A mail ready to leave."""

    login: str
    message: EmailMessage
    lines: int


def due_now(db: Session, login: str) -> list[DeadlineView]:
    """What a person has to know today: overdue, or due within three days."""
    try:
        actor = accounts.person_actor_for(db, login)
    except DomainError:
        return []  # gone or disabled: no mail
    until = clock.today() + SOON
    return [one for one in deadlines.waiting_for(db, actor) if not one.paused and one.last_day <= until]


def line(view: DeadlineView) -> str:
    """One thing in one line: what is to be done and until when; whom it is about stands behind the sign-in."""
    day = date_text(view.last_day)
    if view.overdue:
        return _("%(name)s：已逾期，应于%(day)s办结", name=view.rule_name, day=day)
    return _("%(name)s：最迟%(day)s办结", name=view.rule_name, day=day)


def letter(db: Session, choice: DigestChoice) -> Letter | None:
    """The mail of one person, None when nothing is due or nobody can be reached."""
    address, found = address_of(db, choice), due_now(db, choice.login)
    if not address or not found:
        return None
    prefix = settings().base_url + ("/en" if choice.language == "en" else "")
    leave = f"{prefix}/leave/{choice.leave_code}"
    with using(choice.language):
        count = ngettext("%(n)s件事快到期或者已逾期", "%(n)s件事快到期或者已逾期", len(found))
        told = [f"- {line(view)}" for view in found[:MOST]]
        ends = [
            _("办理：%(address)s", address=f"{prefix}/work"),
            _("不想再收到每天的邮件提醒：%(address)s", address=leave),
        ]
        message = EmailMessage()
        message["Subject"] = count
        message["From"] = settings().smtp_from
        message["To"] = address
        message["Auto-Submitted"] = "auto-generated"
        message["List-Unsubscribe"] = f"<{leave}>"
        message.set_content("\n".join([count + _("："), *told, "", *ends, ""]))
    return Letter(choice.login, message, len(found))


def _claim(made: Letter, on: date) -> bool:
    """The row is the claim: whoever inserts it sends, and nobody sends twice, whatever happens then."""
    try:
        with transaction() as db:
            row = {"login": made.login, "on": on, "lines": made.lines, "at": clock.now()}
            db.execute(insert(DigestSent), [row])
        return True
    except IntegrityError:
        return False


@contextmanager
def mail_server() -> Iterator[smtplib.SMTP]:
    """A connection to the mail server of the settings; only where ``smtp_host`` is set."""
    config = settings()
    secure = ssl.create_default_context()
    if config.smtp_security == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(config.smtp_host, config.smtp_port, timeout=TIMEOUT, context=secure)
    else:
        server = smtplib.SMTP(config.smtp_host, config.smtp_port, timeout=TIMEOUT)
    with server:
        if config.smtp_security == "starttls":
            server.starttls(context=secure)
        if config.smtp_user:
            server.login(config.smtp_user, config.smtp_password)
        yield server


def _letters() -> list[Letter]:
    with reading() as db:
        sent = select(DigestSent.login).where(DigestSent.on == clock.today())
        waiting = select(DigestChoice).where(DigestChoice.superseded_at.is_(None), DigestChoice.login.not_in(sent))
        choices = list(db.scalars(waiting.order_by(DigestChoice.login)))
        return [made for choice in choices if (made := letter(db, choice)) is not None]


def send_digests() -> Facts:
    """Send today's mails; ``JobFailed`` tells how many did not leave."""
    if not settings().smtp_host:
        return {"sent": 0, "off": True}
    made = _letters()
    if not made:
        return {"sent": 0}
    sent = failed = 0
    with mail_server() as server:
        for one in made:
            if not _claim(one, clock.today()):
                continue
            try:
                server.send_message(one.message)
                sent += 1
            except smtplib.SMTPRecipientsRefused:
                failed += 1  # one bad address keeps nobody else's mail back
    if failed:
        raise JobFailed({"sent": sent, "failed": failed})
    return {"sent": sent}


def jobs() -> list[Job]:
    """What the worker runs for notices."""
    return [Job(DIGEST, send_digests, cron="30 7-11 * * *")]  # again each hour: the server may be away; nobody gets two

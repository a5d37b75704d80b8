"""Loads the demo district: the plan, the story act by act with progress, photos, and one sign-in per role."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.accounts import api as accounts
from portal.kernel import audit, clock, ids, images
from portal.kernel.access import Actor
from portal.kernel.audit import AuditEntry
from portal.kernel.classes import Audience
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError
from portal.kernel.files import store
from portal.kernel.i18n import _
from portal.kernel.periods import Month
from portal.registry import api as registry
from portal.shell.demo import owners, pictures
from portal.shell.demo.acts import moment, set_passwords
from portal.shell.demo.plan import Plan, make
from portal.shell.demo.story import FIRST_MONTH, LAST_MONTH, Story, end
from scoring.checks import api as checks
from scoring.checks.models import ItemResult, MonthlyCheck, Photo
from scoring.standards import api as standards

PASSWORD = "Baoan-Demo-2026"
SIGN_INS = (
    ("inspector", "社区检查人员"),
    ("reviewer", "街道审核人员"),
    ("officer", "区级经办人员"),
    ("lead", "区级审定人员"),
    ("company", "企业用户"),
    ("registrar", "登记人员"),
    ("mediator", "调解员"),
    ("auditor", "监督审计人员"),
    ("admin", "系统管理员"),
)
PICTURES = 24  # at findings
LOADED = "demo.loaded"


def _logins() -> dict[str, str]:
    """The login shown for each role; inspector and reviewer are those of the first estate."""
    with reading() as db:
        inspectors = [person.login for person in accounts.people_in(db, role="inspector")]
        reviewers = [person.login for person in accounts.people_in(db, role="reviewer")]
    own = {"inspector": min(inspectors, default=""), "reviewer": min(reviewers, default="")}
    return {name: own.get(name, name) for name, _label in SIGN_INS}


def print_sign_ins(say: Callable[[str], None]) -> None:
    """One sign-in per role; all share the demo's password."""
    logins = _logins()
    say(_("演示账号（密码均为%(password)s）：", password=PASSWORD))
    for name, label in SIGN_INS:
        say(f"  {label}\t{logins[name]}")
    if (owner := owners.sign_in()) is not None:
        home = f"{owner.estate} {owner.building} {owner.unit} {owner.name} {owner.last4}"
        say(_("  业主（在/owner/enter认证）\t%(home)s，验证码%(code)s", home=home, code=owner.code))


def load(*, estates: int, seed: int, until: Month | None, say: Callable[[str], None]) -> None:
    """Load the demo district into an empty database, or find that exactly this one was loaded before; DomainError when the
    database holds anything else, or ``until`` names a month that the story cannot end with. None is the story's own last."""
    if until is not None:
        _refuse_out_of_story(until)
    until = until or LAST_MONTH
    asked = {"estates": estates, "seed": seed, "until": str(until)}
    with reading() as db:
        if _was_loaded(db, asked):
            say(_("这一演示数据已经装好，没有改动。"))
            return print_sign_ins(say)
        if registry.divisions(db):
            raise DomainError(_("数据库里已经有数据，演示数据只能装入空的数据库。"))
        for version in standards.published_versions(db):
            standards.frame(db, version)  # kept from here on: a transaction keeps none, the story asks it of each month
        items = [
            (item.item_code, item.max_cp, item.deduction)
            for item in standards.view(db, standards.in_force(db, "commodity", date(2025, 1, 1))).items.values()
        ]
    # On any later day the same story: what is counted back from today would else be another one, and one that nobody has seen.
    with clock.at(min(clock.now(), end(until))):
        _tell(make(estates, seed), until, items, seed, asked, say)
    print_sign_ins(say)


def _refuse_out_of_story(until: Month) -> None:
    running = Month.of(clock.today())
    if until < FIRST_MONTH:
        what = _("演示区从%(first)s开始记事，不能在%(until)s结束。", first=FIRST_MONTH, until=until)
    elif until > running:
        what = _("%(until)s还没有到，演示区不能记到以后的月份。", until=until)
    else:
        return
    raise DomainError(what + _("请给--until填写%(first)s至%(running)s之间的月份。", first=FIRST_MONTH, running=running))


def _tell(
    plan: Plan, until: Month, items: list[Any], seed: int, asked: dict[str, Any], say: Callable[[str], None]
) -> None:
    began = time.monotonic()
    story = Story(plan, until, items, seed)
    acts = story.acts()
    with ids.seeded(seed):
        for number, act in enumerate(acts, 1):
            with clock.at(act.at):
                act.deed()
            if number == len(acts) or act.label != acts[number].label:
                done = number * 100 // len(acts)
                say(f"{done:3d}%  {clock.district_date(act.at)}  {act.label}  ({time.monotonic() - began:.0f} s)")
        _photos(plan, story)
    set_passwords(_logins().values(), accounts.hash_password(PASSWORD))
    with clock.at(acts[-1].at), transaction() as db:
        audit.record(db, Actor("cli:demo", None, None), LOADED, "portal:demo", asked)


def _was_loaded(db: Session, asked: dict[str, Any]) -> bool:
    noted = (AuditEntry.action == LOADED, AuditEntry.detail == audit.canonical(asked))
    return db.scalar(select(AuditEntry.seq).where(*noted).limit(1)) is not None


def _photos(plan: Plan, story: Story) -> None:
    """Photos at findings of the last confirmed months, some released with the plate masked."""
    shown = [str(month) for month in _last_months(story.until)]
    with transaction() as db:
        query = (
            select(MonthlyCheck, ItemResult.item_code)
            .join(ItemResult, ItemResult.check_id == MonthlyCheck.id)
            .where(MonthlyCheck.month.in_(shown), ItemResult.item_code.like("XF%"), ItemResult.result != "na")
            .order_by(MonthlyCheck.estate_code, MonthlyCheck.month, ItemResult.item_code)
        )
        found = db.execute(query).all()
        chosen = found[:: max(1, len(found) // PICTURES)][:PICTURES]
        for number, (check, item_code) in enumerate(chosen):
            _photo(db, plan, story, check, item_code, number)


def _last_months(until: Month) -> list[Month]:
    quarter = until.quarter if until == until.quarter.months[2] else until.quarter.previous
    return [*quarter.months, until]


def _photo(db: Session, plan: Plan, story: Story, check: MonthlyCheck, item_code: str, number: int) -> None:
    estate = story.estates[check.estate_code]
    taken = moment(check.inspected_on, 9 + number % 8, number % 60)
    received = taken + timedelta(minutes=3)
    if received > clock.now():
        return
    data = pictures.scene(plan.random, taken.astimezone(clock.DISTRICT), estate.latitude, estate.longitude)
    picture = images.glance(data, "demo.jpg")
    with clock.at(received):
        original, small = store().put(data), store().put(images.thumbnail(data))
        checks.note_file(db, original, picture.media_type, Audience.STAFF)
        checks.note_file(db, small, "image/jpeg", Audience.STAFF)
        photo_id = ids.new_id()
        row = {
            "id": photo_id, "check_id": check.id, "item_code": item_code, "sha256": original.sha256,
            "thumbnail": small.sha256, "media_type": picture.media_type, "width": picture.width, "height": picture.height,
            "taken_at": taken, "latitude_e6": int(float(estate.latitude) * 1_000_000),
            "longitude_e6": int(float(estate.longitude) * 1_000_000), "uploaded_by": check.inspector,
            "received_at": received,
        }  # fmt: skip
        db.execute(insert(Photo), [row])
        if number % 2 == 0:
            reviewer = story.cast.actor(f"street-{estate.division[6:9]}")
            checks.release_photo(db, reviewer, photo_id, [pictures.PLATE])

"""Verbs that change the checklist: write a draft, publish it. A published version is immutable."""

import csv
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from portal.registry.api import KINDS
from scoring.rules.deductions import DEDUCTIONS
from scoring.rules.standard import HAZARD_CLASSES
from scoring.standards import policy, queries
from scoring.standards.models import StandardItem, StandardVersion

FIRST_VERSION, FIRST_DAY = "2025.1", date(2025, 1, 1)
FIRST_REFERENCE = "参照国家、广东省和各地公开的物业服务标准、检查评分表拟定【待法制审核确定】"
FIRST_KINDS = ("commodity", "village", "affordable")  # a kind that comes later is not for it
_SEED = Path(__file__).parent / "data" / "standard-2025.csv"
_VERSION = re.compile(r"20\d\d\.[1-9]\d?")
_CODE = re.compile(r"[A-Z0-9-]{1,16}")


@dataclass(frozen=True)
class ItemInput:
    """One item as a form or a sheet gives it; ``max_points`` are whole points from 1 to 100."""

    category_code: str
    category_zh: str
    category_en: str
    item_code: str
    item_zh: str
    item_en: str
    max_points: int
    deduction: str
    hazard_class: str


def seed(db: Session, actor: Actor) -> bool:
    """Version 2025.1, in force from 2025-01-01 for the first three kinds; false when it is there already."""
    if db.get(StandardVersion, FIRST_VERSION):
        return False
    row = StandardVersion(
        version=FIRST_VERSION, kinds=",".join(FIRST_KINDS), in_force_from=FIRST_DAY, pass_photo_c=True,
        reference=FIRST_REFERENCE, created_by=actor.login, recorded_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    with _SEED.open(encoding="utf-8-sig", newline="") as file:
        _insert(db, FIRST_VERSION, [_seed_item(line) for line in csv.DictReader(file)])
    row.published_by, row.published_at = actor.login, clock.now()
    db.flush()
    audit.record(db, actor, "standard.published", f"standard:{FIRST_VERSION}", {"in_force_from": FIRST_DAY})
    return True


def new_draft(db: Session, actor: Actor, *, version: str, based_on: str | None = None) -> None:
    """Begin a version, as a copy of another or empty. ``Conflict`` when the version exists."""
    require(policy.may_draft(actor))
    if not _VERSION.fullmatch(version):
        raise DomainError(_("版本号“%(version)s”写法不对。请按2026.1的格式填写。", version=version))
    lock(db, "standards")
    if db.get(StandardVersion, version):
        raise Conflict(_("检查标准%(version)s已经存在。请换一个版本号。", version=version))
    source = queries.version_row(db, based_on) if based_on else None
    db.add(
        StandardVersion(
            version=version,
            kinds=source.kinds if source else ",".join(KINDS),
            reference=source.reference if source else "",
            pass_photo_c=source.pass_photo_c if source else True,
            based_on=based_on,
            created_by=actor.login,
            recorded_at=clock.now(),
        )
    )
    db.flush()
    if source:
        _insert(db, version, [as_input(item) for item in queries.items(db, source.version)])
    audit.record(db, actor, "standard.drafted", f"standard:{version}", {"based_on": based_on})


def set_details(
    db: Session, actor: Actor, version: str, *, kinds: Sequence[str], reference: str, pass_photo_c: bool
) -> bool:
    """For which kinds of estate, on what basis, and whether a passed class C item asks for a photo."""
    row = _draft(db, actor, version)
    chosen = ",".join(kind for kind in KINDS if kind in kinds)
    if not chosen or set(kinds) - set(KINDS):
        raise DomainError(_("请至少选择一类小区。"))
    old = {"kinds": row.kinds, "reference": row.reference, "pass_photo_c": row.pass_photo_c}
    new = {"kinds": chosen, "reference": reference.strip(), "pass_photo_c": pass_photo_c}
    if old == new:
        return False
    row.kinds, row.reference, row.pass_photo_c = chosen, reference.strip(), pass_photo_c
    db.flush()
    audit.record(db, actor, "standard.changed", f"standard:{version}", {"old": old, "new": new})
    return True


def put_item(db: Session, actor: Actor, version: str, item: ItemInput) -> bool:
    """Add an item, or change the one of that code. False when nothing changes."""
    _draft(db, actor, version)
    check_item(item)
    found = db.get(StandardItem, (version, item.item_code))
    old = as_input(found) if found else None
    if old == item:
        return False
    if found:
        for name, value in asdict(item).items():
            setattr(found, name, value)
    else:
        last = max((row.position for row in queries.items(db, version)), default=0)
        db.add(StandardItem(version=version, position=last + 1, **asdict(item)))
    db.flush()
    detail = {"old": asdict(old) if old else None, "new": asdict(item)}
    audit.record(db, actor, "standard.item_set", f"standard:{version}", detail)
    return True


def remove_item(db: Session, actor: Actor, version: str, item_code: str) -> None:
    """Take an item out of a draft. ``DomainError`` when the draft has no such item."""
    _draft(db, actor, version)
    found = db.get(StandardItem, (version, item_code))
    if found is None:
        raise DomainError(_("检查标准%(version)s没有检查项%(item)s。", version=version, item=item_code))
    old = asdict(as_input(found))
    db.delete(found)
    db.flush()
    audit.record(db, actor, "standard.item_removed", f"standard:{version}", {"old": old})


def replace_items(db: Session, actor: Actor, version: str, items: Sequence[ItemInput]) -> bool:
    """All items of a draft at once, in the order given (a sheet). False when nothing changes."""
    _draft(db, actor, version)
    if not items:
        raise DomainError(_("检查标准没有检查项。"))
    for item in items:
        check_item(item)
    old = [as_input(item) for item in queries.items(db, version)]
    if old == list(items):
        return False
    db.execute(delete(StandardItem).where(StandardItem.version == version))
    db.expunge_all()
    _insert(db, version, items)
    before, after = {item.item_code: item for item in old}, {item.item_code: item for item in items}
    changed = sorted(code for code in before.keys() | after.keys() if before.get(code) != after.get(code))
    audit.record(db, actor, "standard.items_replaced", f"standard:{version}", {"items": len(items), "changed": changed})
    return True


def discard_draft(db: Session, actor: Actor, version: str) -> None:
    """Throw a draft away."""
    _draft(db, actor, version)
    used = db.scalar(select(StandardVersion.version).where(StandardVersion.based_on == version).limit(1))
    if used:
        raise DomainError(_("版本%(other)s以此草稿为基础，不能删除。", other=used))
    db.execute(delete(StandardItem).where(StandardItem.version == version))
    db.execute(delete(StandardVersion).where(StandardVersion.version == version))
    db.expunge_all()
    audit.record(db, actor, "standard.discarded", f"standard:{version}")


def publish(db: Session, actor: Actor, version: str, *, in_force_from: date, on: date) -> None:
    """Make a draft the checklist in force from a day; afterwards nothing of it can change.

    Raises ``DomainError`` for a day in the past, an empty checklist or a category with several names, ``Conflict`` when
    it is published already.
    """
    lock(db, "standards")
    row = queries.version_row(db, version)
    if row.published_at:
        raise Conflict(_("检查标准%(version)s已经发布，不能再修改。", version=version))
    require(policy.may_publish(actor, row))
    if in_force_from < on:
        raise DomainError(_("实施日期不能早于今天。已经按现行标准完成的检查不能改用新标准。"))
    rows = queries.items(db, version)
    if not rows:
        raise DomainError(_("检查标准没有检查项。"))
    for item in rows:
        check_item(as_input(item))
    _require_one_name(rows)
    row.in_force_from, row.published_by, row.published_at = in_force_from, actor.login, clock.now()
    db.flush()
    detail = {"in_force_from": in_force_from, "kinds": row.kinds, "items": len(rows), "points": points_of(rows)}
    audit.record(db, actor, "standard.published", f"standard:{version}", detail)


def _require_one_name(items: Sequence[StandardItem]) -> None:
    """Pages show a category by the names of its first item: others on the same code would never be seen."""
    names: dict[str, set[tuple[str, str]]] = {}
    for item in items:
        names.setdefault(item.category_code, set()).add((item.category_zh, item.category_en))
    if several := sorted(code for code, held in names.items() if len(held) > 1):
        codes = _("、").join(several)
        raise DomainError(
            _("类别%(codes)s的各检查项写了不同的类别名称，请改成一致，或者使用新的类别编号。", codes=codes)
        )


def points_of(items: Sequence[StandardItem]) -> int:
    """Whole points of a checklist. The score is out of 100 whatever they are."""
    return sum(item.max_points for item in items)


def as_input(item: StandardItem) -> ItemInput:
    """A stored item in the form it was given."""
    return ItemInput(**{name: getattr(item, name) for name in ItemInput.__dataclass_fields__})


def check_item(item: ItemInput) -> None:
    """Refuse an item that could not be scored; the rules say which deduction codes there are."""
    if not (_CODE.fullmatch(item.item_code) and _CODE.fullmatch(item.category_code)):
        raise DomainError(_("检查项和类别的编号只用大写字母、数字和连字符，1至16个字符。"))
    if not all((item.category_zh, item.category_en, item.item_zh, item.item_en)):
        raise DomainError(_("检查项%(item)s的中英文名称不能为空。", item=item.item_code))
    if not 1 <= item.max_points <= 100:
        raise DomainError(_("检查项%(item)s的满分应为1至100的整数。", item=item.item_code))
    if item.deduction not in DEDUCTIONS:
        allowed = _("、").join(DEDUCTIONS)
        raise DomainError(_("检查项%(item)s的扣分方式应填%(allowed)s之一。", item=item.item_code, allowed=allowed))
    if item.hazard_class not in HAZARD_CLASSES:
        raise DomainError(_("检查项%(item)s的隐患等级应填A、B或C。", item=item.item_code))


def _draft(db: Session, actor: Actor, version: str) -> StandardVersion:
    """The draft to work on, held against others until the end of the transaction."""
    lock(db, "standards")
    row = queries.version_row(db, version)
    if row.published_at:
        raise Conflict(_("检查标准%(version)s已经发布，不能再修改。", version=version))
    require(policy.may_edit(actor, row))
    return row


def _seed_item(line: dict[str, str]) -> ItemInput:
    texts = {name: line[name] for name in ItemInput.__dataclass_fields__ if name != "max_points"}
    return ItemInput(max_points=int(line["max_points"]), **texts)


def _insert(db: Session, version: str, items: Sequence[ItemInput]) -> None:
    rows = [{"version": version, "position": place, **asdict(item)} for place, item in enumerate(items, start=1)]
    if rows:
        db.execute(insert(StandardItem), rows)

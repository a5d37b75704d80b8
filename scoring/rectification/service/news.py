"""What the other side hears of an order in the portal. Texts are msgids: each reader sees them in their own language."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.access import Role
from portal.kernel.divisions import street_of
from portal.kernel.i18n import _, using
from portal.notices import api as notices
from portal.registry import api as registry
from scoring.rectification.places import Place
from scoring.rectification.queries import OrderRow

PAGE = "rectification.order"


def opened(db: Session, orders: Sequence[dict[str, Any]], places: dict[str, Place], on: date) -> None:
    """Each company hears once of the new orders of an estate; where nobody serves it, the street does."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for order in orders:
        groups.setdefault((order["uscc"] or "", order["estate_code"]), []).append(order)
    with using("zh"):
        text = _("%(estate)s有新的整改通知单（%(n)s份），请按期整改并上传照片。")
        alone = _("%(estate)s没有服务企业，新的整改通知单（%(n)s份）由街道协调处理。")
    news = []
    for (uscc, estate), rows in sorted(groups.items()):
        params = {"estate": places[estate].name, "n": len(rows)}
        street = notices.To(role=Role.REVIEWER, division_code=street_of(places[estate].division_code))
        to, told = (notices.To(uscc=uscc), text) if uscc else (street, alone)
        news.append(notices.NewNotice(to, told, "rectification.index", params, {"estate": estate}))
    notices.inform_many(db, news, on)


def cancelled(db: Session, order: OrderRow, estate: str, on: date) -> None:
    """The finding is gone."""
    with using("zh"):
        text = _("%(estate)s的整改通知单%(number)s已撤销：检查结果已更正。")
    _to_company(db, order, text, estate, on)


def answered(db: Session, order: OrderRow, estate: str, division_code: str, on: date) -> None:
    """The community verifies."""
    with using("zh"):
        text = _("%(estate)s提交了整改反馈（%(number)s），请复查。")
    _to_staff(db, order, notices.To(role=Role.INSPECTOR, division_code=division_code), text, estate, on)


def extension_asked(db: Session, order: OrderRow, estate: str, street_code: str, on: date) -> None:
    """The street decides."""
    with using("zh"):
        text = _("%(estate)s申请延期整改（%(number)s），请审批。")
    _to_staff(db, order, notices.To(role=Role.REVIEWER, division_code=street_code), text, estate, on)


def verified(db: Session, order: OrderRow, estate: str, on: date) -> None:
    """Done."""
    with using("zh"):
        text = _("%(estate)s的整改通知单%(number)s复查通过，已办结。")
    _to_company(db, order, text, estate, on)


def refused(db: Session, order: OrderRow, estate: str, on: date) -> None:
    """Not done yet."""
    with using("zh"):
        text = _("%(estate)s的整改通知单%(number)s复查没有通过，请看理由，继续整改。")
    _to_company(db, order, text, estate, on)


def extension_decided(db: Session, order: OrderRow, estate: str, granted: bool, on: date) -> None:
    """More time, or not."""
    with using("zh"):
        yes, no = (
            _("%(estate)s的整改通知单%(number)s已准予延期。"),
            _("%(estate)s的整改通知单%(number)s没有准予延期，原期限不变。"),
        )
    _to_company(db, order, yes if granted else no, estate, on)


def _to_company(db: Session, order: OrderRow, text: str, estate: str, on: date) -> None:
    params = {"estate": estate, "number": order.number}
    to = notices.To(uscc=order.uscc)
    if order.uscc is None:
        to = notices.To(
            role=Role.REVIEWER, division_code=street_of(registry.estate(db, order.estate_code).division_code)
        )
    notices.inform(db, to, text, params, PAGE, {"order_id": order.id}, on)


def _to_staff(db: Session, order: OrderRow, to: notices.To, text: str, estate: str, on: date) -> None:
    params = {"estate": estate, "number": order.number}
    notices.inform(db, to, text, params, PAGE, {"order_id": order.id}, on)

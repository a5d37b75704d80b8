"""Pages of a list that show one state of the data: the snapshot travels in the address of the next page.

A snapshot names a day and an instant of knowledge, so nothing is stored for it: ``20261122-20261121T080000123456``.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import request
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.i18n import _
from portal.kernel.settings import settings
from portal.shell.public.api import params
from portal.shell.public.api.problems import BadParameter
from portal.shell.public.fields import Row
from portal.shell.public.snapshots import Snapshot, last_change

_SHAPE = re.compile(r"(\d{8})-(\d{8}T\d{12})")
PAGING = ("page", "page_size", "snapshot")


def _parsed(text: str) -> Snapshot | None:
    found = _SHAPE.fullmatch(text)
    if not found:
        return None
    try:
        known_at = datetime.strptime(found[2], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
        return Snapshot(datetime.strptime(found[1], "%Y%m%d").date(), known_at)
    except ValueError:
        return None


def snapshot(db: Session, as_of: date | None = None, known_at: datetime | None = None, days_ahead: int = 0) -> Snapshot:
    """The snapshot of the address; on a first page the state of this moment, on the day and at the instant asked for.

    It moves only when the data do, so that an unchanged answer keeps its bytes. An address can be typed: a day further ahead than
    the list may be asked about, when what is held now will be public, is none of ours.
    """
    if not (given := params.text("snapshot")):
        return Snapshot(as_of or clock.today(), known_at or last_change(db))
    found, last = _parsed(given), clock.today() + timedelta(days=days_ahead)
    if found is None or found.as_of > last:
        raise BadParameter("snapshot", _("参数“%(name)s”只能取自上一页的next。", name="snapshot"))
    return found


def paged(rows: Callable[[int, int], tuple[Sequence[Row], int]], pinned: Snapshot | str) -> dict[str, Any]:
    """The answer of a list. ``rows(limit, offset)`` gives one page and the total."""
    size = params.whole("page_size", params.PAGE_SIZE, params.LARGEST_PAGE)
    page = params.whole("page", 1, 1_000_000)
    items, total = rows(size, (page - 1) * size)
    more = page * size < total
    return {
        "items": list(items),
        "total": total,
        "next": _next(page + 1, size, str(pinned)) if more else None,
        "snapshot": str(pinned),
    }


def _next(page: int, size: int, pinned: str) -> str:
    kept = {name: value for name, value in request.args.items() if name not in PAGING}
    query = urlencode({**kept, "page": page, "page_size": size, "snapshot": pinned})
    site = settings().public_url or request.host_url.rstrip("/")
    return f"{site}{request.script_root}{request.path}?{query}"


def sliced(rows: Sequence[Row]) -> Callable[[int, int], tuple[Sequence[Row], int]]:
    """Pages of rows that are all at hand."""
    return lambda limit, offset: (rows[offset : offset + limit], len(rows))

"""The door: what every route declares, and what a request carries.

``@public``, ``@signed_in``, ``@owner``, ``@party`` or ``@needs(Permission.X)`` sets the ``access`` attribute of a view; the shell
refuses to start with a view that declares nothing and checks the declaration before every request.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from flask import current_app, g, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.kernel import clock, replica
from portal.kernel.access import Actor, Permission
from portal.kernel.db import engine
from portal.kernel.settings import settings

View = TypeVar("View", bound=Callable[..., object])
PUBLIC_ACCESS = "public"
SIGNED_IN = "signed-in"
OWNER_ACCESS = "owner"
PARTY_ACCESS = "party"


def public(view: View) -> View:
    """Anyone may come; the answer is the same for everybody."""
    view.access = PUBLIC_ACCESS  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Anyone with a session."""
    view.access = SIGNED_IN  # type: ignore[attr-defined]
    return view


def owner(view: View) -> View:
    """Only a verified owner, whose session is of another kind than the staff's; the page takes the estate from it alone."""
    view.access = OWNER_ACCESS  # type: ignore[attr-defined]
    return view


def party(view: View) -> View:
    """Only a party of a mediation case that came in with its one-time code; the case's own policy comes on top."""
    view.access = PARTY_ACCESS  # type: ignore[attr-defined]
    return view


def needs(permission: Permission) -> Callable[[View], View]:
    """Only who holds the permission; the record's policy comes on top."""

    def declare(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return declare


def is_open_to(person: Actor, endpoint: str, views: Mapping[str, Callable[..., object]]) -> bool:
    """Whether a page exists and its door opens to somebody (the record's policy comes on top)."""
    access = getattr(views.get(endpoint), "access", None)
    return access in (PUBLIC_ACCESS, SIGNED_IN) or (isinstance(access, Permission) and person.may(access))


def fresh(view: View) -> View:
    """A deed that asks for a fresh proof of who acts (password, second factor or passkey) when the last one is older than
    15 minutes; what was typed is kept, files are not: not for forms with files. GET is never asked."""
    view.fresh = True  # type: ignore[attr-defined]
    return view


def cookie_name(name: str) -> str:
    """The name a cookie goes by. Behind https with the prefix that binds it to this host, to https and to the whole site, so
    that no neighbouring host can plant it (RFC 6265bis, ``__Host-``)."""
    return f"__Host-{name}" if settings().secure_cookies else name


LAST_PAGE = 1_000_000  # beyond any list, and within the numbers of every database


def page_asked() -> int:
    """The page of a long list that the address asks for, from 1."""
    return min(max(1, request.args.get("page", 1, int)), LAST_PAGE)


def instant_asked(name: str = "known_at") -> tuple[datetime | None, bool]:
    """The instant that the address asks for, in the district's time to the minute (``2026-03-01T09:30``), and whether it could
    be read. None: now. What was recorded within that minute is included; the future is as good as unreadable."""
    typed = request.args.get(name, "").strip().replace(" ", "T")
    if not typed:
        return None, True
    try:
        found = datetime.strptime(typed, "%Y-%m-%dT%H:%M").replace(tzinfo=clock.DISTRICT).astimezone(UTC)
    except (ValueError, OverflowError):
        return None, False
    if found > clock.now():
        return None, False
    return found + timedelta(seconds=59, microseconds=999_999), True


def actor() -> Actor:
    """Who acts in this request. Only on guarded routes."""
    found: Actor = g.actor
    return found


def just_written(view: View) -> View:
    """What a public page shows may have been written a moment ago, by somebody without a cookie: never from a replica."""
    view.is_just_written = True  # type: ignore[attr-defined]
    return view


def _from_replica() -> Session | None:
    """A session on the replica for public pages that are asked for without a cookie."""
    if g.get("access") != PUBLIC_ACCESS or request.method not in ("GET", "HEAD") or request.cookies:
        return None
    if getattr(current_app.view_functions[request.endpoint or ""], "is_just_written", False):
        return None
    return replica.session()


def request_session() -> Session:
    """The reading session of this request, one consistent view; closed when the request ends. Public pages may come from the
    replica; who carries a cookie reads what was written last."""
    if "db" not in g:
        g.db = _from_replica() or Session(engine(), expire_on_commit=False, autoflush=False)
    found: Session = g.db
    return found


def close_request_session(_error: BaseException | None = None) -> None:
    """Give the reading session back. Nothing was written through it: that its database is gone by now changes no answer."""
    db = g.pop("db", None)
    if db is not None:
        try:
            db.rollback()
            db.close()
        except SQLAlchemyError:
            db.invalidate()

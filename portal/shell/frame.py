"""What the frame of every page shows: names, navigation, languages, footer, the print code."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import segno
from flask import Flask, g, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.kernel import clock, hooks
from portal.kernel.access import Actor
from portal.kernel.i18n import _, language, lazy
from portal.kernel.kept import kept
from portal.kernel.nav import NavEntry
from portal.kernel.settings import settings
from portal.kernel.web import PARTY_ACCESS, PUBLIC_ACCESS, request_session


@dataclass(frozen=True)
class Link:
    """A link of the frame; ``inside`` are the pages of a section, shown as a second row while one of them is open."""

    label: Any
    url: str
    active: bool = False
    count: int | None = None
    inside: tuple["Link", ...] = ()


FOOTER = (
    (lazy("开放数据"), "public.data"),
    (lazy("订阅"), "feeds.index"),
    (lazy("核验回执"), "public.verify"),
    (lazy("帮助"), "public.help"),
    (lazy("无障碍说明"), "public.accessibility"),
    (lazy("隐私说明"), "public.privacy"),
)
# Sections of the staff row: the slices whose pages belong together. What stands in none stands alone.
SECTIONS = (
    (lazy("检查和整改"), ("checks", "reviews", "rectification")),
    (lazy("nav|评价结果"), ("ratings", "replies", "surveys", "vetoes", "my_objections", "objections")),
    (lazy("信用和榜单"), ("credit", "lists", "adverse", "repair")),
    (lazy("调解"), ("mediation_cases", "mediation_filing", "conferences", "mediation_statistics", "roster")),
    (lazy("共有资金"), ("funds", "ledger", "reports", "owners", "opened", "comparison")),
    (lazy("登记和核对"), ("registry", "market", "office.imports", "opendata")),
    (lazy("标准和管理"), ("standards", "calendar", "accounts", "office", "notices.documents")),
)


QR_MASK = 2
LONGEST_QR = 300  # longer than any address of ours: what a stranger types is not drawn


def _qr(address: str) -> Markup:
    return _drawn(address) if len(address.encode()) <= LONGEST_QR else Markup()


@lru_cache(maxsize=1024)
def _drawn(address: str) -> Markup:
    # one of the eight masks, as good as any: to try them all takes longer than the rest of a page
    return Markup(segno.make(address, error="m", mask=QR_MASK).svg_inline(scale=3, border=2, omitsize=True))


def _address(endpoint: str) -> str:
    """The address of a page without values, in the language of the request: thirty on every page."""
    return _built(request.script_root, endpoint)


@lru_cache(maxsize=512)
def _built(_script_root: str, endpoint: str) -> str:
    return url_for(endpoint)


def _other_language_url() -> str:
    path = request.full_path.rstrip("?")
    return path if language() == "en" else f"/en{path}"


def _is_active(entry: NavEntry, shown: list[NavEntry]) -> bool:
    """Whether the page belongs to an entry: its own, below its address, or of a slice with no other entry shown."""
    here, slice_name = request.endpoint or "", entry.endpoint.split(".")[0]
    if any(other.endpoint == here for other in shown):
        return here == entry.endpoint
    if here.split(".")[0] != slice_name or slice_name == "public":
        return False
    alone = sum(other.endpoint.split(".")[0] == slice_name for other in shown) == 1
    return alone or f"{request.script_root}{request.path}".startswith(f"{_address(entry.endpoint)}/")


def _public_links(entries: list[NavEntry]) -> list[Link]:
    shown = sorted((entry for entry in entries if entry.is_public), key=lambda entry: entry.order)
    return [Link(entry.label, _address(entry.endpoint), _is_active(entry, shown)) for entry in shown]


def _staff_links(entries: list[NavEntry]) -> list[Link]:
    actor = g.actor
    shown = sorted((e for e in entries if e.permission and actor.may(e.permission)), key=lambda entry: entry.order)
    counts = _counts(request_session(), actor, shown)
    links = [
        (_section_of(e.endpoint), Link(e.label, _address(e.endpoint), _is_active(e, shown), counts.get(e.endpoint)))
        for e in shown
    ]
    return _sections(links)


def _counts(db: Session, actor: Actor, shown: list[NavEntry]) -> dict[str, int | None]:
    """Endpoint to what waits there: most numbers are kept until somebody does something, live ones asked."""

    def told(live: bool) -> dict[str, int | None]:
        return {entry.endpoint: entry.count(db, actor) for entry in shown if entry.count and entry.live is live}

    return kept(db, ("nav.counts", actor), lambda: told(False)) | told(True)


@cache
def _section_of(endpoint: str) -> int | None:
    slice_name = endpoint.split(".")[0]
    return next((at for at, (_label, names) in enumerate(SECTIONS) if {slice_name, endpoint} & set(names)), None)


def _sections(links: list[tuple[int | None, Link]]) -> list[Link]:
    """One link for each section, where its first page stands; a section of one page is that page."""
    row: list[Link] = []
    for place, (section, link) in enumerate(links):
        inside = tuple(other for at, other in links if at == section)
        if section is None or len(inside) == 1:
            row.append(link)
        elif all(at != section for at, _other in links[:place]):
            waiting = sum(other.count or 0 for other in inside) or None
            active = any(other.active for other in inside)
            row.append(Link(SECTIONS[section][0], link.url, active, waiting, inside))
    return row


def _site() -> dict[str, Any]:
    config, english = settings(), language() == "en"
    facts: dict[str, Any] = {}
    for answer in hooks.announce("site.facts", request_session()):
        facts.update(answer)
    return {
        "name": config.site_name_en if english else config.site_name,
        "operator": config.operator_en if english else config.operator,
        "contact": config.contact,
        "data_as_of": facts.get("data_as_of"),
        "rule_sets": facts.get("rule_sets"),
        "is_demo": (config.instance / ".demo").exists(),
    }


def _context(entries: list[NavEntry]) -> Callable[[], dict[str, Any]]:
    def context() -> dict[str, Any]:
        site = _site()
        address = settings().base_url + request.script_root + request.path
        shown: dict[str, Any] = {
            "site": site,
            "site_name": site["name"],
            "home_url": _address("public.home"),
            "search_url": _address("public.search"),
            "sign_in_url": _address("accounts.sign_in"),
            "other_language_url": _other_language_url(),
            "footer_links": [Link(label, _address(endpoint)) for label, endpoint in FOOTER],
            "page_address": address,
            "page_qr": _qr(address),
            "printed_on": clock.today(),
        }
        actor = getattr(g, "actor", None)
        if actor is not None and getattr(g, "access", PUBLIC_ACCESS) == PARTY_ACCESS:
            shown["staff"] = {"name": _("当事人"), "sign_out_url": _address("my_case.leave")}
            shown["nav_public"] = _public_links(entries)
        elif actor is not None and getattr(g, "access", PUBLIC_ACCESS) != PUBLIC_ACCESS:
            shown["staff"] = {"name": actor.name or actor.login, "sign_out_url": _address("accounts.sign_out")}
            shown["nav_staff"] = _staff_links(entries)
        else:
            shown["nav_public"] = _public_links(entries)
        return shown

    return context


def register(app: Flask, entries: list[NavEntry]) -> None:
    """Hand the frame's variables to every template."""
    app.context_processor(_context(entries))

"""The blueprint of the ratings' pages, and what each of them needs: a period from the address, the page asked for."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request

from portal.kernel import clock
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.periods import Quarter, Year
from portal.kernel.web import instant_asked, request_session
from portal.registry import api as registry

bp = Blueprint("ratings", __name__, template_folder="../templates")
PAGE = 50


def quarter_of(text: str) -> Quarter:
    """The quarter of an address; ``NotFound`` for what is none."""
    try:
        return Quarter.parse(text)
    except DomainError as error:
        raise NotFound(_("没有找到这一期。")) from error


def year_of(text: str) -> Year:
    """The year of an address; ``NotFound`` for what is none."""
    try:
        return Year.parse(text)
    except DomainError as error:
        raise NotFound(_("没有找到这一期。")) from error


def page_number() -> int:
    """The page asked for, from 1."""
    return max(1, request.args.get("page", 1, int))


def pages_of(total: int) -> int:
    """How many pages there are, at least one."""
    return max(1, -(-total // PAGE))


def asked(*names: str) -> dict[str, str]:
    """The named filters of the address, as typed."""
    return {name: request.args.get(name, "").strip() for name in names}


@dataclass(frozen=True)
class Moment:
    """The day and the instant of knowledge that a reader asks for; both None: now. ``understood``: what was typed could be
    read and lies in the past."""

    as_of: date | None = None
    known_at: datetime | None = None
    understood: bool = True

    @property
    def known_text(self) -> str:
        """The instant in the district's time, as a form field takes it."""
        return self.known_at.astimezone(clock.DISTRICT).strftime("%Y-%m-%dT%H:%M") if self.known_at else ""

    @property
    def day(self) -> date:
        """The day asked for, or today."""
        return self.as_of or clock.today()

    @property
    def is_past(self) -> bool:
        """Whether something else than now is asked for."""
        return self.as_of is not None or self.known_at is not None


NOW = Moment()


def asked_moment() -> Moment:
    """``as_of`` and ``known_at`` of the address. What cannot be read, or lies ahead, is now."""
    known_at, understood = instant_asked()
    typed = request.args.get("as_of", "").strip()
    if not typed:
        return Moment(None, known_at, understood)
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return Moment(None, known_at, False)
    return Moment(day, known_at, understood) if day <= clock.today() else Moment(None, known_at, False)


def narrowest_area(*codes: str) -> str:
    """The first of these that is a division code; what is none filters nothing."""
    return next((code for code in codes if re.fullmatch(r"[0-9]{12}", code)), "")


def query_text(**changes: Any) -> str:
    """The address's filters with changes, without the page and without empty ones: ``?street=…``, or nothing."""
    kept = {name: value for name, value in request.args.items() if name != "page"}
    kept.update({name: str(value) for name, value in changes.items()})
    text = urlencode({name: value for name, value in kept.items() if value})
    return f"?{text}" if text else ""


class Areas:
    """The divisions of one request: names in the reader's language (``stored``: as in files), the choices of the filters."""

    def __init__(self) -> None:
        self.known = registry.divisions(request_session())

    def name(self, code: str | None) -> str:
        """The name of an area, its code when nothing is known of it."""
        return registry.areas.name_of(self.known, code or "")

    def stored(self, code: str | None) -> str:
        """The name as it stands in the register, in every language: for files."""
        found = self.known.get(code or "")
        return found.name if found else code or ""

    def place(self, code: str) -> str:
        """Street and community, in the order of the language."""
        return registry.areas.place(self.known, code)

    def street(self, code: str) -> str:
        """The name of the street above a community."""
        return self.name(code[:9] + "000")

    @property
    def streets(self) -> list[tuple[str, str]]:
        """Code and name of every street, by code."""
        return [(code, self.name(code)) for code, area in self.known.items() if area.level == "street"]

    def communities(self, street: str) -> list[tuple[str, str]]:
        """Code and name of the communities of a street, by code; none without a street."""
        return [(area.code, area.name) for area in self.known.values() if street and area.parent_code == street]

"""The blueprint of the public pages that compose several slices."""

from typing import Any

from flask import Blueprint, request

from portal.kernel import clock
from portal.kernel.divisions import street_of
from portal.registry.api import areas
from portal.shell.public import words

bp = Blueprint("public", "portal.shell.public", template_folder="templates")
TABLES = "any(json, csv, xlsx)"
PAGE = 20


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {"public_words": words, "public_areas": areas, "street_of": street_of}


def asked(name: str, longest: int = 100) -> str:
    """A parameter of the address as typed, shortened to what can make sense."""
    return request.args.get(name, "").strip()[:longest]


def page_number() -> int:
    """The page asked for, from 1; anything else reads as the first."""
    text = asked("page", 6)
    return max(1, int(text)) if text.isascii() and text.isdigit() else 1


def pages_of(total: int) -> int:
    """How many pages there are, at least one."""
    return max(1, -(-total // PAGE))


def file_stamp() -> str:
    """The day in a file name."""
    return clock.today().isoformat()

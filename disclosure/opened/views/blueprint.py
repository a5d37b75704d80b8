"""The blueprint of what is opened beside the money. Its words are for every page that shows an entry."""

from typing import Any

from flask import Blueprint

from disclosure.opened import words

bp = Blueprint("opened", "disclosure.opened", template_folder="templates")


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {"opened_words": words}

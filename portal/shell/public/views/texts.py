"""Pages of plain text: help, accessibility, privacy."""

from flask import render_template

from portal.kernel.settings import settings
from portal.kernel.web import public
from portal.shell.public.views.blueprint import bp

ANSWER_DAYS = 5


@bp.get("/help", endpoint="help")
@public
def help_page() -> str:
    """How to read the results, how to complain, whom to ask."""
    return render_template("public/help.html", contact=settings().contact)


@bp.get("/accessibility")
@public
def accessibility() -> str:
    """The accessibility statement."""
    return render_template("public/accessibility.html", contact=settings().contact, days=ANSWER_DAYS)


@bp.get("/privacy")
@public
def privacy() -> str:
    """What is collected, what is shown, what people may ask for."""
    return render_template("public/privacy.html", contact=settings().contact)

"""The blueprint of the notices' pages."""

from flask import Blueprint

bp = Blueprint("notices", "portal.notices", template_folder="templates")

"""The blueprints of the office's pages."""

from flask import Blueprint

work_bp = Blueprint("work", "portal.shell.office", template_folder="templates")
bp = Blueprint("office", "portal.shell.office", template_folder="templates")

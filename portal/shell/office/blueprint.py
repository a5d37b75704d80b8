"""The blueprints of the office's pages."""

from flask import Blueprint

work_bp = Blueprint("work", "portal.shell.office", template_folder="templates")
bp = Blueprint("office", "portal.shell.office", template_folder="templates")
company_bp = Blueprint("company", "portal.shell.office", template_folder="templates", url_prefix="/company")

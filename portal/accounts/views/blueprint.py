"""The blueprints of the accounts' pages: the door and the people; a person's own account."""

from flask import Blueprint

own_bp = Blueprint("account", "portal.accounts", template_folder="templates")
bp = Blueprint("accounts", "portal.accounts", template_folder="templates")

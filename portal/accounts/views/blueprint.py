"""The blueprint of the accounts' pages."""

from flask import Blueprint

bp = Blueprint("accounts", "portal.accounts", template_folder="templates")

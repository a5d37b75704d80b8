"""The blueprint of comparison: points to look at, for the office."""

from flask import Blueprint

bp = Blueprint("comparison", "disclosure.comparison", template_folder="templates")

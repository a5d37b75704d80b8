"""What the shell registers of the ratings: public pages of quarters and years, and the staff's way to publication."""

from flask import Flask

from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from scoring.ratings.views import corrections as corrections
from scoring.ratings.views import explained as explained
from scoring.ratings.views import held as held
from scoring.ratings.views import quarter_work as quarter_work
from scoring.ratings.views import quarters as quarters
from scoring.ratings.views import twins as twins
from scoring.ratings.views import year_work as year_work
from scoring.ratings.views import years as years
from scoring.ratings.views.blueprint import bp

NAV = [
    NavEntry(lazy("季度得分"), "ratings.quarters", 30),
    NavEntry(lazy("年度星级"), "ratings.years", 40),
    NavEntry(lazy("结果公布"), "ratings.manage", 26, Permission.CHECK_READ),
]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)

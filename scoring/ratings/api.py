"""What other slices and the shell may use of the ratings.

Hooks: announces ``ratings.published`` (actor, on, changes: list of ``RatingChange``) after every publication or
revision of ratings; hears ``veto.decided`` and ``year-fact.corrected``; answers ``registry.pinned`` and
``year.published``.

A first publication is held (``held``): public from the day after the hold, or earlier when every enterprise in it gave up
its hold (``ratings.opened``: acts, public_from). ``result.replies`` (period, estate_code) asks for what stands beside a
result: lists of ``PublicReply``. Reads take ``as_of`` (a district date, default today; ``RELEASED``: held
rows too, for figures that build on others) and ``known_at`` (an instant, default now): only rows public on
that day, the highest revision recorded by then.
"""

from scoring.ratings.explain import CategoryExplained as CategoryExplained
from scoring.ratings.explain import ComponentExplained as ComponentExplained
from scoring.ratings.explain import ItemExplained as ItemExplained
from scoring.ratings.explain import MonthExplained as MonthExplained
from scoring.ratings.explain import QuarterExplained as QuarterExplained
from scoring.ratings.explain import RatingExplained as RatingExplained
from scoring.ratings.explain import quarter_explained as quarter_explained
from scoring.ratings.explain import rating_explained as rating_explained
from scoring.ratings.figures.losses import category_losses as category_losses
from scoring.ratings.figures.year import Where as Where
from scoring.ratings.queries.coverage import Coverage as Coverage
from scoring.ratings.queries.coverage import coverage as coverage
from scoring.ratings.queries.current import RELEASED as RELEASED
from scoring.ratings.queries.errata import errata as errata
from scoring.ratings.queries.hands import hands_on_quarter as hands_on_quarter
from scoring.ratings.queries.hands import hands_on_rating as hands_on_rating
from scoring.ratings.queries.pins import pinned_days as pinned_days
from scoring.ratings.queries.pins import released_quarters as released_quarters
from scoring.ratings.queries.progress import progress as progress
from scoring.ratings.queries.quarters import enterprise_quarters as enterprise_quarters
from scoring.ratings.queries.quarters import estate_quarters as estate_quarters
from scoring.ratings.queries.quarters import initial_rows as initial_rows
from scoring.ratings.queries.quarters import last_quarter_before as last_quarter_before
from scoring.ratings.queries.quarters import movement as movement
from scoring.ratings.queries.quarters import published_scores as published_scores
from scoring.ratings.queries.quarters import quarter_months as quarter_months
from scoring.ratings.queries.quarters import quarter_of_estate as quarter_of_estate
from scoring.ratings.queries.quarters import quarter_page as quarter_page
from scoring.ratings.queries.quarters import quarter_revisions as quarter_revisions
from scoring.ratings.queries.quarters import quarter_rows as quarter_rows
from scoring.ratings.queries.quarters import quarters as quarters
from scoring.ratings.queries.quarters import score_history as score_history
from scoring.ratings.queries.quarters import steps as steps
from scoring.ratings.queries.releases import held as held
from scoring.ratings.queries.releases import release as release
from scoring.ratings.queries.releases import releases as releases
from scoring.ratings.queries.releases import site_facts as site_facts
from scoring.ratings.queries.summaries import street_averages as street_averages
from scoring.ratings.queries.years import components_rows as components_rows
from scoring.ratings.queries.years import enterprise_ratings as enterprise_ratings
from scoring.ratings.queries.years import estate_ratings as estate_ratings
from scoring.ratings.queries.years import limit_facts as limit_facts
from scoring.ratings.queries.years import prepared_at as prepared_at
from scoring.ratings.queries.years import prepared_rows as prepared_rows
from scoring.ratings.queries.years import published_estates as published_estates
from scoring.ratings.queries.years import rating_of_estate as rating_of_estate
from scoring.ratings.queries.years import rating_page as rating_page
from scoring.ratings.queries.years import rating_revisions as rating_revisions
from scoring.ratings.queries.years import rating_rows as rating_rows
from scoring.ratings.queries.years import years as years
from scoring.ratings.saying import quarter_said as quarter_said
from scoring.ratings.saying import rating_said as rating_said
from scoring.ratings.sentences import FIELDS as FIELDS
from scoring.ratings.sentences import field_text as field_text
from scoring.ratings.service.hold import waive_hold as waive_hold
from scoring.ratings.service.hold import waivers as waivers
from scoring.ratings.service.quarters import confirm_quarter as confirm_quarter
from scoring.ratings.service.quarters import prepare_quarter as prepare_quarter
from scoring.ratings.service.quarters import publish_quarter as publish_quarter
from scoring.ratings.service.years import on_fact_corrected as on_fact_corrected
from scoring.ratings.service.years import on_veto_decided as on_veto_decided
from scoring.ratings.service.years import prepare_year as prepare_year
from scoring.ratings.service.years import publish_year as publish_year
from scoring.ratings.service.years import revise_year as revise_year
from scoring.ratings.shapes import ConfirmedQuarter as ConfirmedQuarter
from scoring.ratings.shapes import Erratum as Erratum
from scoring.ratings.shapes import FieldChange as FieldChange
from scoring.ratings.shapes import Prepared as Prepared
from scoring.ratings.shapes import PublicReply as PublicReply
from scoring.ratings.shapes import PublishedQuarter as PublishedQuarter
from scoring.ratings.shapes import PublishedYear as PublishedYear
from scoring.ratings.shapes import QuarterView as QuarterView
from scoring.ratings.shapes import RatingChange as RatingChange
from scoring.ratings.shapes import ReleaseView as ReleaseView
from scoring.ratings.shapes import RowChange as RowChange
from scoring.ratings.shapes import YearView as YearView
from scoring.ratings.work import progress_figure as progress_figure
from scoring.ratings.work import share as share
from scoring.ratings.work import work_figures as work_figures
from scoring.ratings.work import work_items as work_items

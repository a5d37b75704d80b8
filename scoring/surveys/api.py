"""What other slices may use of the facts of a year.

``hooks`` announced from here: ``veto.decided`` (actor, year, estates, on) after vetoes were stored, and
``year-fact.corrected`` (actor, year, estates, on, reason) after a fact of a published rating was corrected;
``veto.withdrawn`` (actor, decision, on, reason) when a veto was taken back.
Asked: ``year.published`` (year) -> sets of estate codes.
"""

from scoring.surveys.catalogue import Ground as Ground
from scoring.surveys.catalogue import indicators as indicators
from scoring.surveys.catalogue import veto_grounds as veto_grounds
from scoring.surveys.queries import YearFacts as YearFacts
from scoring.surveys.queries import facts as facts
from scoring.surveys.queries import veto_by_decision as veto_by_decision
from scoring.surveys.queries import years_with_facts as years_with_facts
from scoring.surveys.service import decide_veto as decide_veto
from scoring.surveys.service import keep_computed as keep_computed
from scoring.surveys.service import record_collection_rate as record_collection_rate
from scoring.surveys.service import record_indicator as record_indicator
from scoring.surveys.service import record_served_veto as record_served_veto
from scoring.surveys.service import record_survey as record_survey
from scoring.surveys.service import withdraw_veto as withdraw_veto

"""What other slices use of the roster: who is on it, what bars whom, the rooms, and its verbs."""

from mediation.roster.queries import Conflict as Conflict
from mediation.roster.queries import MediatorView as MediatorView
from mediation.roster.queries import PlaceView as PlaceView
from mediation.roster.queries import conflicts as conflicts
from mediation.roster.queries import everybody as everybody
from mediation.roster.queries import mediator as mediator
from mediation.roster.queries import names as names
from mediation.roster.queries import on_roster as on_roster
from mediation.roster.queries import places as places
from mediation.roster.queries import ties_of as ties_of
from mediation.roster.service import MediatorInput as MediatorInput
from mediation.roster.service import add_place as add_place
from mediation.roster.service import declare as declare
from mediation.roster.service import end_tie as end_tie
from mediation.roster.service import enrol as enrol
from mediation.roster.service import strike as strike
from mediation.roster.service import suspend as suspend
from mediation.roster.words import KIND_NAMES as KIND_NAMES

"""What lists, vetoes and repairs use of the common path of adverse decisions."""

from scoring.adverse.chains import CHAINS as CHAINS
from scoring.adverse.chains import may_follow as may_follow
from scoring.adverse.chains import steps_of as steps_of
from scoring.adverse.journal import Journal as Journal
from scoring.adverse.journal import flush as flush
from scoring.adverse.journal import steps as steps
from scoring.adverse.models import StepColumns as StepColumns
from scoring.adverse.models import one_of as one_of

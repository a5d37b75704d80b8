"""What the demo district and the statistics use of conferences."""

from mediation.conferences.queries import agenda as agenda
from mediation.conferences.queries import conference as conference
from mediation.conferences.queries import conferences as conferences
from mediation.conferences.queries import summaries as summaries
from mediation.conferences.service import Task as Task
from mediation.conferences.service import call as call
from mediation.conferences.service import cancel as cancel
from mediation.conferences.service import close as close
from mediation.conferences.service import done as done
from mediation.conferences.service import hold as hold

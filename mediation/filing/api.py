"""Cases are filed through ``mediation.cases.api`` and pages reached by their addresses; the worker runs the jobs."""

from mediation.filing.pruning import jobs as jobs

"""What others may use of the disclosure of reports: the matrix, the calendar, what is missing, what is public."""

from disclosure.reports.books import draft as draft
from disclosure.reports.cells import Cell as Cell
from disclosure.reports.cells import Missing as Missing
from disclosure.reports.cells import cells as cells
from disclosure.reports.cells import missing as missing
from disclosure.reports.cells import rate as rate
from disclosure.reports.cells import rates as rates
from disclosure.reports.checking import sentences as faults  # noqa: F401
from disclosure.reports.matrix import Kind as Kind
from disclosure.reports.matrix import kind as kind
from disclosure.reports.matrix import kinds as kinds
from disclosure.reports.periods import span as span
from disclosure.reports.reading import Report as Report
from disclosure.reports.reading import ReportLine as ReportLine
from disclosure.reports.reading import published as published
from disclosure.reports.reading import report as report
from disclosure.reports.saying import told as told_of  # noqa: F401
from disclosure.reports.service.clocks import jobs as jobs
from disclosure.reports.service.clocks import start_due as start_due
from disclosure.reports.service.deciding import confirm as confirm
from disclosure.reports.service.events import proposals as proposals
from disclosure.reports.service.events import propose as propose_event  # noqa: F401
from disclosure.reports.service.filing import Filing as Filing
from disclosure.reports.service.filing import submit as submit
from disclosure.reports.service.many import confirm_many as confirm_many
from disclosure.reports.service.many import submit_many as submit_many
from disclosure.reports.service.terms import add_occasion as add_occasion
from disclosure.reports.service.terms import set_term as set_term
from disclosure.reports.service.terms import set_terms_many as set_terms_many
from disclosure.reports.told import computed_indicators as computed_indicators
from disclosure.reports.told import lists_facts as lists_facts
from disclosure.reports.told import rating_facts as rating_facts
from disclosure.reports.told import work_figures as work_figures
from disclosure.reports.told import work_items as work_items

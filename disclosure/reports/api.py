"""What others may use of the disclosure of reports: the matrix, the calendar, what is missing, what is public."""

from disclosure.reports.cells import Cell as Cell
from disclosure.reports.cells import Missing as Missing
from disclosure.reports.cells import cells as cells
from disclosure.reports.cells import missing as missing
from disclosure.reports.cells import rate as rate
from disclosure.reports.cells import rates as rates
from disclosure.reports.matrix import Kind as Kind
from disclosure.reports.matrix import kind as kind
from disclosure.reports.matrix import kinds as kinds
from disclosure.reports.reading import Report as Report
from disclosure.reports.reading import ReportLine as ReportLine
from disclosure.reports.reading import published as published
from disclosure.reports.reading import report as report
from disclosure.reports.service.clocks import jobs as jobs
from disclosure.reports.told import computed_indicators as computed_indicators
from disclosure.reports.told import lists_facts as lists_facts
from disclosure.reports.told import rating_facts as rating_facts
from disclosure.reports.told import work_figures as work_figures
from disclosure.reports.told import work_items as work_items

"""What others may use of the disclosure of reports: the matrix, the calendar, what is missing, what is public."""

from disclosure.reports.cells import Cell as Cell
from disclosure.reports.cells import Missing as Missing
from disclosure.reports.cells import cells as cells
from disclosure.reports.cells import missing as missing
from disclosure.reports.cells import rate as rate
from disclosure.reports.matrix import Kind as Kind
from disclosure.reports.matrix import kind as kind
from disclosure.reports.matrix import kinds as kinds
from disclosure.reports.reading import Report as Report
from disclosure.reports.reading import ReportLine as ReportLine
from disclosure.reports.reading import published as published

"""What other features use of checks."""

from scoring.checks.imports import KIND as KIND
from scoring.checks.queries import checks_frame as checks_frame
from scoring.checks.queries import results_frame as results_frame
from scoring.checks.reading import FindingView as FindingView
from scoring.checks.reading import MonthRow as MonthRow
from scoring.checks.reading import PhotoView as PhotoView
from scoring.checks.reading import QueueRow as QueueRow
from scoring.checks.reading import Score as Score
from scoring.checks.reading import counts as counts
from scoring.checks.reading import findings as findings
from scoring.checks.reading import inspector_month as inspector_month
from scoring.checks.reading import review_queue as review_queue
from scoring.checks.reading import score_preview as score_preview
from scoring.checks.reading import work_items as work_items
from scoring.checks.service import confirm_submitted as confirm_submitted

"""What other features use of checks.

Announced from here: ``checks.reported`` (actor, on, months, checks: ids) after checks were submitted, confirmed, adjusted or
corrected, and after a sheet brought checks of the running month.
"""

from scoring.checks.forms import BoxRows as BoxRows
from scoring.checks.forms import read_boxes as read_boxes
from scoring.checks.forms import shown_boxes as shown_boxes
from scoring.checks.hands import hands_of_year as hands_of_year
from scoring.checks.hands import hands_on as hands_on
from scoring.checks.hands import inspectors_of as inspectors_of
from scoring.checks.imports import KIND as KIND
from scoring.checks.queries import ReportedCheck as ReportedCheck
from scoring.checks.queries import checks_frame as checks_frame
from scoring.checks.queries import confirmed_since as confirmed_since
from scoring.checks.queries import inspection_days as inspection_days
from scoring.checks.queries import interests as interests
from scoring.checks.queries import reported_in_time as reported_in_time
from scoring.checks.queries import results_frame as results_frame
from scoring.checks.reading import CheckView as CheckView
from scoring.checks.reading import FindingView as FindingView
from scoring.checks.reading import ItemLine as ItemLine
from scoring.checks.reading import MonthRow as MonthRow
from scoring.checks.reading import PhotoView as PhotoView
from scoring.checks.reading import QueueRow as QueueRow
from scoring.checks.reading import Score as Score
from scoring.checks.reading import check_view as check_view
from scoring.checks.reading import counts as counts
from scoring.checks.reading import findings as findings
from scoring.checks.reading import inspector_month as inspector_month
from scoring.checks.reading import review_queue as review_queue
from scoring.checks.reading import score_preview as score_preview
from scoring.checks.reading import work_items as work_items
from scoring.checks.service import add_photo as add_photo
from scoring.checks.service import adjust_item as adjust_item
from scoring.checks.service import confirm as confirm
from scoring.checks.service import confirm_submitted as confirm_submitted
from scoring.checks.service import correct_item as correct_item
from scoring.checks.service import declare_interest as declare_interest
from scoring.checks.service import permit_late as permit_late
from scoring.checks.service import release_photo as release_photo
from scoring.checks.service import return_check as return_check
from scoring.checks.service import save_draft as save_draft
from scoring.checks.service import start_check as start_check
from scoring.checks.service import submit as submit
from scoring.checks.verbs.photos import note_file as note_file
from scoring.checks.verbs.record import has_interest as has_interest
from scoring.checks.work import work_figures as work_figures

"""The verbs that change a check, by name. They never commit; ``on`` is the date of the act."""

from scoring.checks.verbs.filing import save_draft as save_draft
from scoring.checks.verbs.filing import set_inspected_on as set_inspected_on
from scoring.checks.verbs.filing import start_check as start_check
from scoring.checks.verbs.filing import submit as submit
from scoring.checks.verbs.permits import declare_interest as declare_interest
from scoring.checks.verbs.permits import end_interest as end_interest
from scoring.checks.verbs.permits import permit_late as permit_late
from scoring.checks.verbs.photos import AddedPhoto as AddedPhoto
from scoring.checks.verbs.photos import TakenPhoto as TakenPhoto
from scoring.checks.verbs.photos import add_photo as add_photo
from scoring.checks.verbs.photos import add_photos as add_photos
from scoring.checks.verbs.photos import release_photo as release_photo
from scoring.checks.verbs.photos import take_photo as take_photo
from scoring.checks.verbs.photos import withdraw_photo as withdraw_photo
from scoring.checks.verbs.record import due_day as due_day
from scoring.checks.verbs.record import state_word as state_word
from scoring.checks.verbs.review import adjust_item as adjust_item
from scoring.checks.verbs.review import confirm as confirm
from scoring.checks.verbs.review import confirm_submitted as confirm_submitted
from scoring.checks.verbs.review import correct_item as correct_item
from scoring.checks.verbs.review import return_check as return_check

"""What lists, vetoes and repairs use of the common path of adverse decisions.

Asked from here: ``adverse.case`` (``ref``) -> ``Case`` or None, and ``adverse.cases`` (``uscc``: a company's served
cases, None: every open one) -> list of ``Case``. Answered: ``record.flags`` for reconsideration and stay.
"""

from scoring.adverse import files, texts
from scoring.adverse.cases import Case as Case
from scoring.adverse.cases import case_of as case_of
from scoring.adverse.cases import cases_of as cases_of
from scoring.adverse.chains import CHAINS as CHAINS
from scoring.adverse.chains import may_follow as may_follow
from scoring.adverse.chains import steps_of as steps_of
from scoring.adverse.files import MAX_FILES as MAX_FILES
from scoring.adverse.flags import record_flags as record_flags
from scoring.adverse.flags import stayed as stayed
from scoring.adverse.journal import Journal as Journal
from scoring.adverse.journal import flush as flush
from scoring.adverse.journal import steps as steps
from scoring.adverse.models import StepColumns as StepColumns
from scoring.adverse.models import one_of as one_of
from scoring.adverse.queries import PointView as PointView
from scoring.adverse.queries import points as points
from scoring.adverse.queries import reviews as reviews
from scoring.adverse.queries import unanswered as unanswered
from scoring.adverse.service import RECORDED as RECORDED
from scoring.adverse.service import answer_point as answer_point
from scoring.adverse.service import arrange_hearing as arrange_hearing
from scoring.adverse.service import ask_hearing as ask_hearing
from scoring.adverse.service import hold_hearing as hold_hearing
from scoring.adverse.service import mark as mark
from scoring.adverse.service import names_of_unanswered as names_of_unanswered
from scoring.adverse.service import raise_point as raise_point
from scoring.adverse.service import raise_public_point as raise_public_point
from scoring.adverse.service import require_answered as require_answered
from scoring.adverse.service import require_heard as require_heard
from scoring.adverse.service import require_ready as require_ready
from scoring.adverse.service import review as review
from scoring.adverse.service import withdraw_hearing as withdraw_hearing
from scoring.adverse.serving import end_response as end_response
from scoring.adverse.serving import offer as offer
from scoring.adverse.serving import record_served as record_served
from scoring.adverse.serving import start_response as start_response
from scoring.adverse.texts import commitment as commitment
from scoring.adverse.texts import contact as contact
from scoring.adverse.texts import remedies as remedies
from scoring.adverse.work import work_items as work_items

keep_files, listed_files, read_file = files.keep, files.listed, files.read
notice_sections, decision_sections, numbered_sections = texts.notice, texts.decision, texts.numbered
standing_texts = texts.texts

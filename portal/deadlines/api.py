"""What other features use of deadlines: one clock for all.

A title names what a deadline is about (an estate and its month, a case number), in Chinese and without anything personal: it
stands in queues and mails. The deed itself is the rule's name, in both languages.
"""

from portal.deadlines.calendar import calendar as calendar
from portal.deadlines.calendar import is_provisional as is_provisional
from portal.deadlines.calendar import is_working_day as is_working_day
from portal.deadlines.calendar import nth_working_day as nth_working_day
from portal.deadlines.calendar import provisional_years as provisional_years
from portal.deadlines.calendar import working_days_between as working_days_between
from portal.deadlines.jobs import jobs as jobs
from portal.deadlines.queries import DeadlineView as DeadlineView
from portal.deadlines.queries import Holder as Holder
from portal.deadlines.queries import OnTime as OnTime
from portal.deadlines.queries import Standing as Standing
from portal.deadlines.queries import counts_by_rule as counts_by_rule
from portal.deadlines.queries import counts_for as counts_for
from portal.deadlines.queries import of_subjects as of_subjects
from portal.deadlines.queries import on_time as on_time
from portal.deadlines.queries import on_time_each as on_time_each
from portal.deadlines.queries import standing as standing
from portal.deadlines.queries import waiting_for as waiting_for
from portal.deadlines.rules import Rule as Rule
from portal.deadlines.rules import rule as rule
from portal.deadlines.service.escalating import escalate as escalate
from portal.deadlines.service.running import NewDeadline as NewDeadline
from portal.deadlines.service.running import cancel as cancel
from portal.deadlines.service.running import close as close
from portal.deadlines.service.running import close_many as close_many
from portal.deadlines.service.running import due_at as due_at
from portal.deadlines.service.running import extend as extend
from portal.deadlines.service.running import hand_over as hand_over
from portal.deadlines.service.running import last_day as last_day
from portal.deadlines.service.running import pause as pause
from portal.deadlines.service.running import resume as resume
from portal.deadlines.service.running import start as start
from portal.deadlines.service.running import start_many as start_many

"""What other features use of requests to fix 整改通知单."""

from scoring.rectification.indicator import INDICATOR as INDICATOR
from scoring.rectification.indicator import computed_indicators as computed_indicators
from scoring.rectification.overdue import overdue_at as overdue_at
from scoring.rectification.reading import OrderView as OrderView
from scoring.rectification.reading import PublicOrder as PublicOrder
from scoring.rectification.reading import begun as begun
from scoring.rectification.reading import check_orders as check_orders
from scoring.rectification.reading import open_of_estate as open_of_estate
from scoring.rectification.reading import order_view as order_view
from scoring.rectification.reading import public_orders as public_orders
from scoring.rectification.service.answering import answer as answer
from scoring.rectification.service.answering import ask_extension as ask_extension
from scoring.rectification.service.answering import protect as protect
from scoring.rectification.service.deciding import decide_extension as decide_extension
from scoring.rectification.service.deciding import refuse as refuse
from scoring.rectification.service.deciding import verify as verify
from scoring.rectification.service.opening import on_checks_reported as on_checks_reported
from scoring.rectification.service.photos import release_photo as release_photo
from scoring.rectification.told import lists_facts as lists_facts
from scoring.rectification.told import veto_hints as veto_hints
from scoring.rectification.told import work_figures as work_figures

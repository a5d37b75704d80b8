"""What other rooms may ask of vetoes on their way. A decided and served one is a fact of the year (``surveys``).

Asked from here: ``veto.hints`` -> list of ``{"ref", "estate_code", "veto_code", "year", "text"}``: records that may give
reason to propose a veto. A hint never proposes anything by itself.
"""

from scoring.vetoes.described import adverse_case as adverse_case
from scoring.vetoes.described import adverse_cases as adverse_cases
from scoring.vetoes.service import NewVeto as NewVeto
from scoring.vetoes.service import decide as decide
from scoring.vetoes.service import drop as drop
from scoring.vetoes.service import on_document_served as on_document_served
from scoring.vetoes.service import on_veto_withdrawn as on_veto_withdrawn
from scoring.vetoes.service import propose as propose
from scoring.vetoes.service import revoke as revoke
from scoring.vetoes.work import work_items as work_items

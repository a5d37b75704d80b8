"""What other rooms may ask of repairs."""

from scoring.repair.service import apply as apply
from scoring.repair.service import decide as decide
from scoring.repair.service import extend as extend
from scoring.repair.service import on_document_served as on_document_served
from scoring.repair.service import supplement as supplement
from scoring.repair.service import withdraw as withdraw
from scoring.repair.targets import Target as Target
from scoring.repair.targets import listed as listed
from scoring.repair.targets import of_company as of_company

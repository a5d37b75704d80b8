"""What other features use of objections. Answers the announcement ``record.flags``."""

from scoring.objections import proceedings
from scoring.objections.contested import Contested as Contested
from scoring.objections.contested import contested as contested
from scoring.objections.corrections import Correction as Correction
from scoring.objections.files import NewFile as NewFile
from scoring.objections.flags import record_flags as record_flags
from scoring.objections.queries import open_refs as open_refs
from scoring.objections.service.decision import Answer as Answer
from scoring.objections.service.decision import decide as decide
from scoring.objections.service.filing import file as file
from scoring.objections.service.filing import withdraw as withdraw
from scoring.objections.service.review import accept as accept
from scoring.objections.service.review import ask_extension as ask_extension
from scoring.objections.service.review import record_service as record_service
from scoring.objections.service.review import refuse as refuse
from scoring.objections.service.review import settle_extension as settle_extension

register_proceeding = proceedings.register
end_proceeding = proceedings.end

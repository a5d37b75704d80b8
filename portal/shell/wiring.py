"""Which slices make up the portal, and who hears what: one explicit list each.

``FEATURES`` is the table of contents; ``wire`` connects announcements of lower rooms to the rooms above them.
"""

from importlib import import_module
from types import ModuleType

from portal.kernel import hooks
from portal.kernel.importing import ImportKind
from portal.kernel.task_kinds import TaskKind

FEATURES = (
    "portal.accounts",
    "portal.deadlines",
    "portal.notices",
    "portal.registry",
    "scoring.standards",
    "scoring.adverse",
    "scoring.checks",
    "scoring.surveys",
    "scoring.rectification",
    "scoring.vetoes",
    "scoring.ratings",
    "scoring.replies",
    "scoring.credit",
    "scoring.lists",
    "scoring.repair",
    "scoring.objections",
    "scoring.market",
    "mediation.guide",
    "mediation.roster",
    "mediation.cases",
    "mediation.filing",
    "mediation.conferences",
    "mediation.statistics",
    "disclosure.funds",
    "disclosure.ledger",
    "disclosure.reports",
    "disclosure.opened",
    "disclosure.owners",
    "disclosure.comparison",
    "disclosure.public",
    "portal.shell.office",
    "portal.shell.public",
    "portal.shell.opendata",
    "portal.shell.feeds",
    "portal.shell.batches",
)
SUBSCRIPTIONS = (
    # announcement, module, function
    ("divisions.known", "portal.registry.api", "division_codes"),
    ("enterprises.known", "portal.registry.api", "enterprise_codes"),
    ("checks.reported", "scoring.rectification.api", "on_checks_reported"),
    ("lists.facts", "scoring.rectification.api", "lists_facts"),
    ("rating.facts", "scoring.credit.api", "rating_facts"),
    ("registry.pinned", "scoring.ratings.api", "pinned_days"),
    ("deadlines.escalated", "portal.notices.api", "on_escalated"),
    ("account.changed", "portal.notices.api", "on_account_changed"),
    ("quarters.released", "scoring.ratings.api", "released_quarters"),
    ("year.published", "scoring.ratings.api", "published_estates"),
    ("veto.decided", "scoring.ratings.api", "on_veto_decided"),
    ("year-fact.corrected", "scoring.ratings.api", "on_fact_corrected"),
    ("ratings.published", "scoring.credit.api", "record_ratings"),
    ("ratings.published", "scoring.lists.api", "on_ratings_published"),
    ("ratings.opened", "scoring.credit.api", "on_ratings_opened"),
    ("document.numbers", "scoring.lists.api", "highest_number"),
    ("document.served", "scoring.credit.api", "on_document_served"),
    ("document.served", "scoring.lists.api", "on_document_served"),
    ("document.served", "scoring.vetoes.api", "on_document_served"),
    ("document.served", "scoring.repair.api", "on_document_served"),
    ("veto.withdrawn", "scoring.vetoes.api", "on_veto_withdrawn"),
    ("veto.hints", "scoring.rectification.api", "veto_hints"),
    ("adverse.case", "scoring.vetoes.api", "adverse_case"),
    ("adverse.cases", "scoring.vetoes.api", "adverse_cases"),
    ("adverse.case", "scoring.lists.api", "adverse_case"),
    ("adverse.cases", "scoring.lists.api", "adverse_cases"),
    ("record.flags", "scoring.adverse.api", "record_flags"),
    ("contract.registering", "scoring.market.api", "on_contract_registering"),
    ("contract.decided", "scoring.market.api", "record"),
    ("result.replies", "scoring.replies.api", "public_replies"),
    ("site.facts", "scoring.ratings.api", "site_facts"),
    ("record.flags", "scoring.objections.api", "record_flags"),
    ("record.flags", "disclosure.owners.api", "record_flags"),
    ("retention.due", "portal.accounts.retention", "keepers"),
    ("retention.due", "portal.registry.retention", "keepers"),
    ("retention.due", "portal.receipts.retention", "keepers"),
    ("retention.due", "scoring.adverse.retention", "keepers"),
    ("retention.due", "mediation.conferences.retention", "keepers"),
    ("retention.due", "disclosure.funds.retention", "keepers"),
    ("retention.due", "disclosure.owners.retention", "keepers"),
    ("retention.holds", "scoring.credit.api", "holds"),
    ("retention.holds", "scoring.objections.retention", "holds"),
    ("retention.holds", "disclosure.owners.retention", "holds"),
    ("work.items", "scoring.adverse.api", "work_items"),
    ("work.items", "scoring.checks.api", "work_items"),
    ("work.items", "scoring.ratings.api", "work_items"),
    ("work.items", "scoring.replies.api", "work_items"),
    ("work.items", "scoring.credit.api", "work_items"),
    ("work.items", "scoring.vetoes.api", "work_items"),
    ("work.items", "scoring.lists.api", "work_items"),
    ("work.items", "scoring.market.api", "work_items"),
    ("work.figures", "scoring.checks.api", "work_figures"),
    ("work.figures", "scoring.rectification.api", "work_figures"),
    ("work.figures", "scoring.ratings.api", "work_figures"),
    ("work.figures", "scoring.lists.api", "work_figures"),
    ("work.figures", "scoring.credit.api", "work_figures"),
    ("indicators.computed", "disclosure.reports.api", "computed_indicators"),
    ("mediation.outcomes", "mediation.statistics.api", "outcomes"),
    ("lists.facts", "disclosure.reports.api", "lists_facts"),
    ("rating.facts", "disclosure.reports.api", "rating_facts"),
    ("work.items", "mediation.cases.api", "work_items"),
    ("work.items", "disclosure.reports.api", "work_items"),
    ("work.figures", "disclosure.reports.api", "work_figures"),
    ("work.figures", "portal.shell.office.figures", "work_figures"),
)
IMPORTS = (
    "portal.accounts",
    "portal.registry",
    "scoring.checks",
    "scoring.surveys",
    "disclosure.funds",
    "disclosure.owners",
    "mediation.cases",
)
TASKS = ("scoring.ratings", "portal.shell.opendata", "portal.shell.batches")


def _load(name: str) -> ModuleType:
    return import_module(name)


def features() -> list[ModuleType]:
    """The feature module of each slice, in order."""
    return [_load(f"{name}.feature") for name in FEATURES]


def kinds() -> dict[str, ImportKind]:
    """Every KIND of sheet that can be imported, by name, in the order in which a district is set up."""
    found = [kind for name in IMPORTS for kind in _load(f"{name}.imports").IMPORTS]
    return {kind.name: kind for kind in found}


def task_kinds() -> dict[str, TaskKind]:
    """Every kind of long work that a slice brings, by name; imports and the check of the log are the office's own."""
    return {kind.name: kind for name in TASKS for kind in _load(f"{name}.tasks").TASKS}


def wire() -> None:
    """Connect the announcements; doing it twice changes nothing."""
    for event, module, function in SUBSCRIPTIONS:
        hooks.subscribe(event, getattr(_load(module), function))

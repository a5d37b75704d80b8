"""The sheets of the registry, in the order in which an empty portal takes them."""

from portal.kernel.access import Permission
from portal.kernel.importing import ImportKind
from portal.registry.columns import CONTRACTS, DIVISIONS, ENTERPRISES, ESTATES, MANAGERS
from portal.registry.sheets import contracts, divisions, estates, parties

IMPORTS: list[ImportKind] = [
    ImportKind(DIVISIONS, Permission.REGISTRY_EDIT, divisions.run),
    ImportKind(ENTERPRISES, Permission.REGISTRY_EDIT, parties.run_enterprises),
    ImportKind(MANAGERS, Permission.REGISTRY_EDIT, parties.run_managers),
    ImportKind(ESTATES, Permission.REGISTRY_EDIT, estates.run),
    ImportKind(CONTRACTS, Permission.REGISTRY_EDIT, contracts.run),
]

"""Under whose eyes an account of the owners' common funds stands, by its type. The district changes the words here.

Sources: Shenzhen regulation on property management (the owners' assembly opens the basic account; until there is one, the
account is opened for the estate under joint control with the street); special maintenance funds: the housing authority.
"""

from portal.kernel.i18n import lazy

SUPERVISORS = {
    "basic": lazy("业主大会（街道办事处指导）"),
    "joint": lazy("街道办事处（共管）"),
    "maintenance": lazy("区住房建设主管部门"),
    "service": lazy("业主（合同约定的公开范围）"),
}


def supervised_by(account_type: str) -> str:
    """Who supervises accounts of a type, in the reader's language."""
    return str(SUPERVISORS[account_type])

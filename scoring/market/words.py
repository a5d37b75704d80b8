"""Words of market entry."""

from portal.kernel.i18n import _


def decision_name(decision: str) -> str:
    """What was decided."""
    words = {"proceed": _("继续登记"), "notice": _("继续登记，并告知合同双方"), "refer": _("退回，请补充理由")}
    return words[decision]


def deed_name(deed: str) -> str:
    """On what it was decided."""
    words = {"contract": _("登记合同"), "manager": _("更换项目负责人"), "sheet": _("批量导入的合同")}
    return words[deed]

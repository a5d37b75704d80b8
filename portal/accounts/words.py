"""The roles in words, for sheets and pages."""

from portal.kernel.access import Role
from portal.kernel.i18n import lazy, using

ROLE_NAMES = {
    Role.INSPECTOR: lazy("社区检查人员"),
    Role.REVIEWER: lazy("街道审核人员"),
    Role.OFFICER: lazy("区级经办人员"),
    Role.LEAD: lazy("区级审定人员"),
    Role.ENTERPRISE: lazy("企业用户"),
    Role.REGISTRAR: lazy("登记人员"),
    Role.MEDIATOR: lazy("调解员"),
    Role.AUDITOR: lazy("监督审计人员"),
    Role.ADMIN: lazy("系统管理员"),
}
with using("zh"):
    # the labels of the sheet are Chinese in both languages
    ROLE_LABELS = {role: str(name) for role, name in ROLE_NAMES.items()}

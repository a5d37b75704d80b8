"""What the shell registers of the office: my work, my company, imports, tasks, the audit log, administration."""

from flask import Flask

from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from portal.shell.office import admin as admin
from portal.shell.office import audit_log as audit_log
from portal.shell.office import company as company
from portal.shell.office import imports as imports
from portal.shell.office import retention as retention
from portal.shell.office import running_state as running_state
from portal.shell.office import task as task
from portal.shell.office import work as work
from portal.shell.office.blueprint import bp, company_bp, work_bp

NAV = [
    NavEntry(
        lazy("我的待办"), "work.index", 0, Permission.WORK, lambda db, actor: work.waiting(db, actor) or None, live=True
    ),
    NavEntry(lazy("我的企业"), "company.index", 5, Permission.ENTERPRISE_OWN),
    NavEntry(lazy("操作日志"), "office.audit", 70, Permission.AUDIT_READ),
    NavEntry(lazy("导入"), "office.imports", 75, Permission.REGISTRY_EDIT),
    NavEntry(lazy("系统"), "office.admin", 85, Permission.PEOPLE_EDIT),
    NavEntry(lazy("保存期限"), "office.retention", 90, Permission.RETENTION_HOLD),
]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(work_bp)
    app.register_blueprint(bp)
    app.register_blueprint(company_bp)

"""Who may do what: one enum of permissions, the roles of the contract, and the actor who carries them.

Two locks guard a deed: the permission on the door (``kernel.web``) and a policy on the record (each slice's ``policy``).
"""

from dataclasses import dataclass, field
from enum import StrEnum

from portal.kernel.divisions import covers as covers  # re-exported: policies read jurisdiction from here
from portal.kernel.divisions import level_of
from portal.kernel.errors import NotAllowed
from portal.kernel.i18n import _


class Permission(StrEnum):
    """``area:deed``. One page answers who can do what (docs/access.md is printed from it)."""

    WORK = "work:read"
    REGISTRY_READ = "registry:read"
    REGISTRY_EDIT = "registry:edit"
    STANDARD_EDIT = "standard:edit"
    STANDARD_PUBLISH = "standard:publish"
    CHECK_READ = "check:read"
    CHECK_FILE = "check:file"
    CHECK_IMPORT = "check:import"
    CHECK_REVIEW = "check:review"
    LATE_PERMIT = "check:permit-late"
    ORDER_READ = "order:read"
    ORDER_ANSWER = "order:answer"
    ORDER_VERIFY = "order:verify"
    ORDER_EXTEND = "order:extend"
    PHOTO_RELEASE = "photo:release"
    QUARTER_PREPARE = "quarter:prepare"
    QUARTER_CONFIRM = "quarter:confirm"
    QUARTER_PUBLISH = "quarter:publish"
    YEAR_FACTS_READ = "year-facts:read"
    YEAR_FACTS_EDIT = "year-facts:edit"
    VETO_PROPOSE = "veto:propose"
    VETO_DECIDE = "veto:decide"
    ADVERSE_READ = "adverse:read"
    ADVERSE_HANDLE = "adverse:handle"
    LEGAL_REVIEW = "adverse:legal-review"
    REPAIR_DECIDE = "repair:decide"
    YEAR_PREPARE = "year:prepare"
    YEAR_PUBLISH = "year:publish"
    CREDIT_READ = "credit:read"
    CREDIT_PROPOSE = "credit:propose"
    CREDIT_CONFIRM = "credit:confirm"
    LIST_READ = "list:read"
    LIST_PROPOSE = "list:propose"
    LIST_DECIDE = "list:decide"
    OBJECTION_READ = "objection:read"
    OBJECTION_REVIEW = "objection:review"
    OBJECTION_EXTEND = "objection:extend"
    PROCEEDING_EDIT = "proceeding:edit"
    ENTERPRISE_OWN = "enterprise:own"
    REPLY_MODERATE = "reply:moderate"
    CALENDAR_EDIT = "calendar:edit"
    DOCUMENT_READ = "document:read"
    DOCUMENT_SERVE = "document:serve"
    MEDIATION_REGISTER = "mediation:register"
    MEDIATION_CASE = "mediation:case"
    MEDIATION_OWN = "mediation:own"
    MEDIATION_READ = "mediation:read"  # pages of a case: its registrar, mediator and companies
    PEOPLE_EDIT = "people:edit"
    AUDIT_READ = "audit:read"
    JOBS_READ = "jobs:read"
    RETENTION_HOLD = "retention:hold"
    DATA_EXPORT = "data:export"
    FUNDS_READ = "funds:read"
    FUNDS_IMPORT = "funds:import"
    FUNDS_CLASSIFY = "funds:classify"
    FUNDS_CONFIRM = "funds:confirm"
    OWNERS_EDIT = "owners:edit"
    DISCLOSURE_OPEN = "disclosure:open"


P = Permission


class Role(StrEnum):
    """The roles of the contract's ``people`` sheet."""

    INSPECTOR = "inspector"
    REVIEWER = "reviewer"
    OFFICER = "officer"
    LEAD = "lead"
    ENTERPRISE = "enterprise"
    REGISTRAR = "registrar"
    MEDIATOR = "mediator"
    AUDITOR = "auditor"
    ADMIN = "admin"


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.INSPECTOR: frozenset({P.WORK, P.CHECK_READ, P.CHECK_FILE, P.ORDER_READ, P.ORDER_VERIFY, P.QUARTER_PREPARE}),
    Role.REVIEWER: frozenset(
        {
            P.FUNDS_READ,
            P.FUNDS_CONFIRM,
            P.WORK,
            P.OBJECTION_READ,
            P.OBJECTION_REVIEW,
            P.REGISTRY_READ,
            P.CHECK_READ,
            P.CHECK_REVIEW,
            P.LATE_PERMIT,
            P.ORDER_READ,
            P.ORDER_ANSWER,  # where nobody serves an estate
            P.ORDER_EXTEND,
            P.PHOTO_RELEASE,
            P.QUARTER_PREPARE,
            P.QUARTER_CONFIRM,
        }
    ),
    Role.OFFICER: frozenset(
        {
            P.OWNERS_EDIT,
            P.FUNDS_READ,
            P.FUNDS_IMPORT,
            P.FUNDS_CLASSIFY,
            P.FUNDS_CONFIRM,
            P.DISCLOSURE_OPEN,
            P.WORK,
            P.CALENDAR_EDIT,
            P.DOCUMENT_READ,
            P.DOCUMENT_SERVE,
            P.OBJECTION_READ,
            P.OBJECTION_REVIEW,
            P.PROCEEDING_EDIT,
            P.REGISTRY_READ,
            P.REGISTRY_EDIT,
            P.STANDARD_EDIT,
            P.CHECK_READ,
            P.CHECK_IMPORT,
            P.ORDER_READ,
            P.QUARTER_PREPARE,
            P.QUARTER_PUBLISH,
            P.YEAR_FACTS_READ,
            P.YEAR_FACTS_EDIT,
            P.YEAR_PREPARE,
            P.CREDIT_READ,
            P.CREDIT_PROPOSE,
            P.LIST_READ,
            P.LIST_PROPOSE,
            P.REPLY_MODERATE,
            P.VETO_PROPOSE,
            P.ADVERSE_READ,
            P.ADVERSE_HANDLE,
            P.LEGAL_REVIEW,
            P.DATA_EXPORT,
        }
    ),
    Role.LEAD: frozenset(
        {
            P.FUNDS_READ,
            P.WORK,
            P.DOCUMENT_READ,
            P.OBJECTION_READ,
            P.OBJECTION_REVIEW,
            P.OBJECTION_EXTEND,
            P.REGISTRY_READ,
            P.STANDARD_PUBLISH,
            P.CHECK_READ,
            P.ORDER_READ,
            P.QUARTER_PUBLISH,
            P.YEAR_FACTS_READ,
            P.VETO_DECIDE,
            P.YEAR_PREPARE,
            P.YEAR_PUBLISH,
            P.CREDIT_READ,
            P.CREDIT_CONFIRM,
            P.LIST_READ,
            P.LIST_DECIDE,
            P.REPLY_MODERATE,
            P.ADVERSE_READ,
            P.LEGAL_REVIEW,
            P.REPAIR_DECIDE,
            P.DATA_EXPORT,
            P.RETENTION_HOLD,
        }
    ),
    Role.ENTERPRISE: frozenset(
        {
            P.WORK,
            P.OWNERS_EDIT,
            P.FUNDS_READ,
            P.FUNDS_IMPORT,
            P.FUNDS_CLASSIFY,
            P.DISCLOSURE_OPEN,
            P.DOCUMENT_READ,
            P.ORDER_READ,
            P.ORDER_ANSWER,
            P.ENTERPRISE_OWN,
            P.MEDIATION_OWN,
            P.MEDIATION_READ,
        }
    ),
    Role.REGISTRAR: frozenset({P.WORK, P.REGISTRY_READ, P.REGISTRY_EDIT, P.MEDIATION_REGISTER, P.MEDIATION_READ}),
    Role.MEDIATOR: frozenset({P.WORK, P.MEDIATION_CASE, P.MEDIATION_READ}),
    Role.AUDITOR: frozenset(
        {
            P.FUNDS_READ,
            P.WORK,
            P.DOCUMENT_READ,
            P.OBJECTION_READ,
            P.ORDER_READ,
            P.AUDIT_READ,
            P.REGISTRY_READ,
            P.CHECK_READ,
            P.YEAR_FACTS_READ,
            P.CREDIT_READ,
            P.LIST_READ,
            P.ADVERSE_READ,
        }
    ),
    Role.ADMIN: frozenset({P.WORK, P.CALENDAR_EDIT, P.PEOPLE_EDIT, P.JOBS_READ, P.RETENTION_HOLD}),
}


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, or the command line (``cli:<system user>``, with every permission everywhere).

    ``via`` names the channel when a person acts through the command line with ``--as``.
    """

    login: str
    role: Role | None
    division_code: str | None
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    uscc: str | None = None
    name: str = ""
    via: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether the actor holds a permission at all (the record's policy comes on top)."""
        return permission in self.permissions

    def covers(self, division_code: str) -> bool:
        """Whether a division lies in the actor's jurisdiction; the command line covers all."""
        return self.division_code is None or covers(self.division_code, division_code)

    @property
    def has_whole_district(self) -> bool:
        """Whether the jurisdiction is a district or more: what a deed for all estates or companies takes."""
        return self.division_code is None or level_of(self.division_code) in ("district", "city", "province")

    @property
    def audit_name(self) -> str:
        """How the audit log names the actor."""
        return f"{self.login} ({self.via})" if self.via else self.login


def system_actor(name: str) -> Actor:
    """The command line or a job: every permission, every division, audited under its name."""
    return Actor(login=name, role=None, division_code=None, permissions=frozenset(Permission))


def person_actor(
    login: str, role: Role, division_code: str, uscc: str | None = None, name: str = "", via: str = ""
) -> Actor:
    """A person with the permissions of the role."""
    return Actor(login, role, division_code, GRANTS[role], uscc, name, via)


def require(allowed: bool, message: str = "") -> None:
    """Stop here unless a policy said yes."""
    if not allowed:
        raise NotAllowed(message or _("您没有办理此事项的权限。"))

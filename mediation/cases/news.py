"""What people are told in the portal of a case: its code and dates, never its content. Texts are msgids: each reader sees
them in their own language."""

from portal.kernel.i18n import _, using


def asked() -> str:
    """To a company: somebody asks for mediation."""
    with using("zh"):
        return _("有人申请与贵公司调解，案件编号%(code)s。请最迟%(day)s答复是否同意。")


def window() -> str:
    """On day 20 and 27 of an agreement in force."""
    with using("zh"):
        return _("案件%(code)s的协议生效已%(n)s天，生效之日起30日内可以共同申请司法确认。")


def promise_due() -> str:
    """Three days before a promise is due."""
    with using("zh"):
        return _("案件%(code)s有一项约定%(day)s到期。")


def idle() -> str:
    """To the mediator: nothing has happened for days."""
    with using("zh"):
        return _("案件%(code)s已有%(n)s天没有进展，请联系双方。")


def lead() -> str:
    """To the credit office: a court's document, by a person's deed."""
    with using("zh"):
        return _("法院文书%(number)s确认企业%(uscc)s未履行生效协议。请核对文书后决定是否登记信用事项。")


def fairness() -> str:
    """To those of a stage that ended: say whether it was fair."""
    with using("zh"):
        return _("案件%(code)s的一个环节已经结束。请您在案件页面回答办理是否公平。")


def fairness_text(code: str) -> str:
    """The same as a text message to a phone: the number of the case alone."""
    with using("zh"):
        return _(
            "案件%(code)s的一个环节已经结束，请用入门码进入案件，回答办理是否公平。您的回答不会提供给对方和调解员。",
            code=code,
        )


def entry_text(code: str, entry: str, days: int) -> str:
    """A way in as a text message."""
    with using("zh"):
        return _(
            "案件%(code)s的入门码：%(entry)s。%(n)s天内有效，只能用一次，请不要告诉别人。",
            code=code,
            entry=entry,
            n=days,
        )

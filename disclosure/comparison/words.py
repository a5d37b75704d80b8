"""Hints as sentences. They say what stands in the books, never what it means."""

from disclosure.comparison.hints import Hint
from portal.kernel.formats import date_text, money_text, percent_text
from portal.kernel.i18n import _, lazy

NAMES = {
    "round": lazy("整数支出较多"),
    "split": lazy("短期内多次付给同一单位"),
    "payee": lazy("收款单位集中"),
    "year_end": lazy("年末支出集中"),
    "benchmark": lazy("与同类小区相差较大"),
}


def rule_name(rule: str) -> str:
    """The name of a rule."""
    return str(NAMES[rule])


def sentence(hint: Hint) -> str:
    """What a person may look at."""
    facts = hint.facts
    fen = money_text(facts.get("fen"))
    if hint.rule == "round":
        return _(
            "%(of)s笔一万元以上的支出中，有%(count)s笔是整万元，合计%(sum)s。",
            of=facts["of"], count=facts["count"], sum=fen,
        )  # fmt: skip
    if hint.rule == "split":
        return _(
            "%(since)s至%(until)s付给“%(payee)s”%(count)s笔，每笔都低于须经决定的数额，合计%(sum)s。",
            since=date_text(facts["since"]), until=date_text(facts["until"]), payee=facts["payee"], count=facts["count"],
            sum=fen,
        )  # fmt: skip
    if hint.rule == "payee":
        share = percent_text(facts["share_bp"])
        return _("付给“%(payee)s”%(sum)s，占全部支出的%(share)s。", payee=facts["payee"], sum=fen, share=share)
    if hint.rule == "year_end":
        return _("12月支出%(sum)s，其他月份平均每月%(mean)s。", sum=fen, mean=money_text(facts["mean_fen"]))
    if facts["code"] == "reserve":
        return _(
            "%(name)s每平方米%(own)s，同类小区的中位数是%(middle)s。",
            name=facts["name"], own=money_text(facts["own"]), middle=money_text(facts["middle"]),
        )  # fmt: skip
    return _(
        "%(name)s每平方米每年%(own)s，同类小区的中位数是%(middle)s。",
        name=facts["name"], own=money_text(facts["own"]), middle=money_text(facts["middle"]),
    )  # fmt: skip

"""Sentences of the bidder check and of receipts, in the reader's language."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from portal.kernel.formats import date_text, instant_text
from portal.kernel.i18n import _
from portal.shell.public.bidder.questions import SHOWN, Question, code_of


def status(code: str) -> str:
    """What the answer is, as a tag says it."""
    return {
        "black": _("在黑榜"),
        "red": _("在红榜"),
        "none": _("未列入"),
        "ambiguous": _("名称不唯一"),
        "unknown": _("未查到该企业"),
    }[code]


def reason(code: str, total: int = 0, question: Question | None = None) -> str:
    """Why a company is meant by what was asked, or why none is."""
    found = _REASONS.get(code)
    return found(total, question or Question()) if found else code


_REASONS: dict[str, Callable[[int, Question], str]] = {
    "code": lambda _n, _q: _("统一社会信用代码一致"),
    "code_name_differs": lambda _n, _q: _("统一社会信用代码一致，但填写的名称与登记的名称不同"),
    "same_name": lambda _n, _q: _("名称一致"),
    "same_core": lambda _n, _q: _("除地名和公司形式外，名称一致"),
    "same_stem": lambda _n, _q: _("名称主体一致"),
    "same_sound": lambda _n, _q: _("名称读音相同，用字不同"),
    "contained": lambda _n, _q: _("名称中有查询的字"),
    "similar": lambda _n, _q: _("名称相近"),
    "several": lambda n, _q: _("有%(n)s家企业与查询内容相符，请用统一社会信用代码再查", n=n),
    "name_unregistered": lambda _n, _q: _("登记的企业中没有名称一致的"),
    "code_unregistered": lambda _n, _q: _("没有登记这个统一社会信用代码"),
    "code_length": lambda _n, q: _("统一社会信用代码应为18位，现在有%(n)s位", n=len(code_of(q.uscc))),
    "code_check": lambda _n, _q: _("统一社会信用代码的校验位不对，请对照营业执照核对"),
    "too_long": lambda _n, _q: _("内容超过%(n)s个字，无法查询", n=SHOWN),
    "empty": lambda _n, _q: _("没有填写企业名称或者统一社会信用代码"),
    "malformed": lambda _n, _q: _("没有写成{“uscc”: …}或者{“name”: …}，无法查询"),
}


def meaning(as_of: date, known_at: datetime) -> str:
    """What a receipt says and what it does not: it stands on every page, print and file of an answer."""
    return _(
        "本回执只说明按%(as_of)s的情况、截至%(time)s已登记的查询结果，不代表其他日期的情况，也不等于企业资格审查合格。",
        as_of=date_text(as_of), time=instant_text(known_at),
    )  # fmt: skip


def evaluation() -> str:
    """What the lists are."""
    return _(
        "本结果为行业评价信息，不属于严重失信主体名单，也不是行政处罚。业主和招标人可以参考，是否采用由其依法自行决定。"
    )


def ahead(as_of: date) -> str:
    """Why an answer about a coming day is provisional."""
    return _("%(day)s还没有到，到那一天之前榜单可能变化，这是暂时的结果。", day=date_text(as_of))


def validity(entry: dict[str, Any]) -> str:
    """The days of an entry, both included."""
    end = entry["effective_to"] or _("下一年度榜单公布")
    return _("%(start)s至%(end)s", start=entry["effective_from"], end=end)


def reason_of(item: dict[str, Any]) -> str:
    """The reason of an item in the reader's language, whatever language it was signed in."""
    found = Question(uscc=item["query"].get("uscc", ""), name=item["query"].get("name", ""))
    if item["reason_code"] == "several":
        return str(item["reason"])
    return reason(item["reason_code"], 0, found)

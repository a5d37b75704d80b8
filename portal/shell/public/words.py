"""The words of codes on public pages, in the language of the reader."""

from portal.kernel.i18n import _


def kind(code: str) -> str:
    """A kind of estate as it stands in a sentence."""
    words = {"commodity": _("商品房小区"), "village": _("村改居小区"), "affordable": _("保障性住房小区")}
    return words.get(code, code)


def kinds() -> list[tuple[str, str]]:
    """Codes and words of the kinds, for a select."""
    return [(code, kind(code)) for code in ("commodity", "village", "affordable")]


def component(code: str) -> str:
    """A component of a yearly rating."""
    words = {
        "survey": _("业主满意度"),
        "management": _("管理评价"),
        "comprehensive": _("综合评价"),
        "collection": _("物业费收缴率"),
    }
    return words.get(code, code)


def status(code: str) -> str:
    """The status of a quarter score or a rating."""
    words = {
        "published": _("已公布"),
        "insufficient_data": _("数据不足"),
        "rated": _("已评定"),
        "pending": _("暂不评定"),
        "vetoed": _("不予评星"),
        "not_eligible": _("不参评"),
    }
    return words.get(code, code)


def stars(count: int) -> str:
    """A star rating in words."""
    return (_("无星级"), _("一星"), _("二星"), _("三星"), _("四星"), _("五星"))[count]


def list_name(code: str) -> str:
    """The red or black list, with the bracket that belongs to it."""
    return {"red": _("红榜（行业评价）"), "black": _("黑榜（行业评价）")}.get(code, code)


def subject_type(code: str) -> str:
    """What an entry of a list is about."""
    return {"estate": _("小区"), "enterprise": _("企业"), "manager": _("项目负责人")}.get(code, code)


def list_reason(code: str) -> str:
    """Why an entry stands on a list. Black entries by an event carry its code."""
    words = {
        "veto": _("被一票否决"),
        "rating": _("年度星级评定结果"),
        "grade": _("年末信用等级"),
        "demerits": _("年内信用扣分"),
        "disclosure": _("资金信息公开情况"),
    }
    return words.get(code) or _("信用事项%(code)s", code=code)


def grade(code: str) -> str:
    """A credit grade on a page."""
    return _("信用%(grade)s级", grade=code)

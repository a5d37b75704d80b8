"""Finished sentences about scores, statuses, ranks and corrections, in the language of the reader.

Input are the explanation lines of ``scoring.rules.explain`` and stored figures; nothing is computed here. Names of
items, categories, estates and companies come from the caller.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from portal.kernel.formats import date_text, item_points, month_text, number_text, ordinal, quarter_text
from portal.kernel.i18n import _, language, lazy, ngettext
from portal.kernel.points import print_cp
from portal.registry import api as registry
from scoring.rules.explain import Line
from scoring.rules.rulesets import RuleSet
from scoring.standards.api import grade_name
from scoring.surveys import api as surveys

COMPONENTS = {
    "survey": lazy("业主满意度"),
    "management": lazy("管理评价"),
    "comprehensive": lazy("综合评价"),
    "collection": lazy("物业费收缴率"),
}
STARS = (lazy("无星级"), lazy("一星"), lazy("二星"), lazy("三星"), lazy("四星"), lazy("五星"))
FIELDS = {
    "score_cp": lazy("得分"),
    "months": lazy("已确认月数"),
    "rank_district": lazy("区内排名"),
    "rank_street": lazy("街道内排名"),
    "status": lazy("状态"),
    "kind": lazy("小区类型"),
    "division_code": lazy("所属社区"),
    "uscc": lazy("服务企业"),
    "manager_code": lazy("项目负责人"),
    "rule_set": lazy("适用规则"),
    "survey_cp": lazy("业主满意度"),
    "management_cp": lazy("管理评价"),
    "comprehensive_cp": lazy("综合评价"),
    "collection_cp": lazy("物业费收缴率"),
    "total_cp": lazy("年度总分"),
    "stars": lazy("星级"),
    "reasons": lazy("理由"),
}
STATUSES = {
    "published": lazy("已公布"),
    "insufficient_data": lazy("数据不足"),
    "rated": lazy("已评定"),
    "pending": lazy("暂不评定"),
    "vetoed": lazy("不予评星"),
    "not_eligible": lazy("不参评"),
}


def listed(parts: Sequence[str]) -> str:
    """Texts in a row: 、 in Chinese, commas in English."""
    return _("、").join(parts)


def component_name(component: str) -> str:
    """业主满意度, 管理评价, …"""
    return str(COMPONENTS[component])


def stars_name(stars: int) -> str:
    """五星 to 无星级."""
    return str(STARS[stars])


# ---- a check: items, categories, the month


def item_sentence(line: Line, reason: str = "") -> str:
    """What one result cost; ``reason`` is why an item does not apply, where the reader may know it."""
    values = line.values
    points = {name: item_points(values[name]) for name in ("max", "lost", "score", "step") if name in values}
    texts: dict[str, Callable[[], str]] = {
        "score.item_clean": lambda: _("未发现问题，本项得满分%(max)s分。", max=points["max"]),
        "score.item_count": lambda: _count(values["n"], points),
        "score.item_capped": lambda: ngettext(
            "发现%(n)s处问题，%(max)s分已扣完，本项得0分。",
            "发现%(n)s处问题，%(max)s分已扣完，本项得0分。",
            values["n"],
            max=points["max"],
        ),
        "score.item_grade": lambda: _(
            "评为“%(grade)s”，扣%(lost)s分，本项得%(score)s分（满分%(max)s分）。",
            grade=grade_name(values["grade"]),
            lost=points["lost"],
            score=points["score"],
            max=points["max"],
        ),
        "score.item_na": lambda: _na(reason),
    }
    return texts[line.key]()


def _count(n: int, points: Mapping[Any, str]) -> str:
    return ngettext(
        "发现%(n)s处问题，每处扣%(step)s分，共扣%(lost)s分，本项得%(score)s分（满分%(max)s分）。",
        "发现%(n)s处问题，每处扣%(step)s分，共扣%(lost)s分，本项得%(score)s分（满分%(max)s分）。",
        n,
        step=points["step"],
        lost=points["lost"],
        score=points["score"],
        max=points["max"],
    )


def _na(reason: str) -> str:
    if reason:
        return _("本项不适用（%(reason)s），不计入应得分和实得分。", reason=reason)
    return _("本项不适用，不计入应得分和实得分。")


def category_sentence(line: Line, category: str, item: str = "") -> str:
    """A category's points and the item that lost most (empty: nothing was lost)."""
    values = line.values
    if not values["applicable"]:
        return _("%(category)s的各项均不适用。", category=category)
    points = {"applicable": print_cp(values["applicable"]), "earned": print_cp(values["earned"])}
    if not item:
        return _("%(category)s应得%(applicable)s分，实得%(earned)s分。", category=category, **points)
    return _(
        "%(category)s应得%(applicable)s分，实得%(earned)s分。扣分最多的是“%(item)s”，扣%(lost)s分。",
        category=category,
        item=item,
        lost=item_points(values["lost"]),
        **points,
    )


def month_sentence(line: Line) -> str:
    """How a month's points became its score."""
    values = line.values
    return _(
        "%(month)s得%(score)s分：应得%(applicable)s分，实得%(earned)s分，按百分制折算。",
        month=month_text(line.code),
        score=print_cp(values["score"]),
        applicable=print_cp(values["applicable"]),
        earned=print_cp(values["earned"]),
    )


# ---- a quarter


def quarter_sentence(line: Line) -> str:
    """The quarter as the mean of its months, or why it has no score."""
    values = line.values
    if line.key == "status.insufficient_data":
        return insufficient_sentence(values["n"])
    months = listed(
        [
            _("%(month)s%(score)s分", month=month_text(month), score=print_cp(score))
            for month, score in values["months"].items()
        ]
    )
    return _(
        "%(quarter)s得%(score)s分，是%(n)s个月得分（%(list)s）的平均值。",
        quarter=quarter_text(line.code),
        score=print_cp(values["score"]),
        n=values["n"],
        list=months,
    )


def insufficient_sentence(months: int) -> str:
    """Why a quarter has no score."""
    return ngettext(
        "本季度只确认了%(n)s个月的检查，不足2个月，所以不出季度得分，也不按0分计算。",
        "本季度只确认了%(n)s个月的检查，不足2个月，所以不出季度得分，也不按0分计算。",
        months,
    )


def rounding_sentence() -> str:
    """What holds at every step."""
    return _("每一级得分都四舍五入到两位小数，下一级用公布的这个数计算，任何人都能复算。")


def rank_sentence(rank: int | None, of: int, area: str, kind: str, tied: int = 0) -> str:
    """The place in a group that is always named; ``tied``: other estates with the same rank."""
    if rank is None:
        return _("没有得分，不排名。")
    place = {"area": area, "group": _group(kind, of), "rank": ordinal(rank)}
    if tied:
        return _("在%(area)s%(group)s中，与另外%(tied)s个并列%(rank)s名。", tied=number_text(tied), **place)
    return _("在%(area)s%(group)s中排%(rank)s名。", **place)


def _group(kind: str, of: int) -> str:
    return _("%(n)s个有得分的%(kind)s", n=number_text(of), kind=registry.kind_group(kind))


def movement_sentence(previous: str | None, score_delta: int | None, places: int | None) -> str:
    """Against the last published quarter; positive is better."""
    if previous is None:
        return _("这是公布的第一个季度，没有可比的得分。")
    last = quarter_text(previous)
    if score_delta is None:
        return _("%(last_quarter)s没有得分，不作比较。", last_quarter=last)
    if score_delta == 0:
        change = _("与%(last_quarter)s相比得分持平", last_quarter=last)
    elif score_delta > 0:
        change = _("比%(last_quarter)s提高%(points)s分", last_quarter=last, points=print_cp(score_delta))
    else:
        change = _("比%(last_quarter)s降低%(points)s分", last_quarter=last, points=print_cp(-score_delta))
    if places is None:
        return _("%(change)s。", change=change)
    return _("%(change)s，%(places)s。", change=change, places=_places(places))


def _places(places: int) -> str:
    if not places:
        return _("名次不变")
    if places in (1, -1):
        return _("名次上升1位") if places > 0 else _("名次下降1位")
    return _("名次上升%(places)s位", places=places) if places > 0 else _("名次下降%(places)s位", places=-places)


# ---- a year


def survey_sentence(score_cp: int, households: int, valid_responses: int) -> str:
    """What the survey's figure stands on."""
    return _(
        "业主满意度%(score)s分：全小区%(households)s户，收到有效问卷%(n)s份。",
        score=print_cp(score_cp),
        households=number_text(households),
        n=number_text(valid_responses),
    )


def component_sentence(component: str, score_cp: int, weight: int) -> str:
    """What a component adds to the total."""
    name, score = component_name(component), print_cp(score_cp)
    return _("%(component)s得%(score)s分，占总分的%(weight)s%%。", component=name, score=score, weight=weight)


def total_sentence(year: int, total_cp: int, parts: Mapping[str, int], rules: RuleSet) -> str:
    """The total as the weighted sum of its components."""
    gap = _gap()
    summed = f"{gap}+{gap}".join(
        f"{component_name(name)}{gap}{print_cp(score)}{gap}×{gap}{rules.weights[name]}%"
        for name, score in parts.items()
    )
    return _(
        "%(year)s年度总分%(total)s分=%(parts)s。适用规则：%(rule_set)s。",
        year=year,
        total=print_cp(total_cp),
        parts=summed,
        rule_set=rules.text("name", language()),
    )


def _gap() -> str:
    return " " if language() == "en" else ""


def rated_sentence(year: int, total_cp: int, stars: int, rules: RuleSet) -> str:
    """The rating in one sentence."""
    if stars == 0:
        return _(
            "%(year)s年度总分%(total)s分，低于%(threshold)s分，评为无星级。",
            year=year,
            total=print_cp(total_cp),
            threshold=print_cp(rules.star_bounds[-1][1]),
        )
    return _(
        "%(year)s年度总分%(total)s分，评为%(stars)s。", year=year, total=print_cp(total_cp), stars=stars_name(stars)
    )


def pending_sentences(reasons: Sequence[str], survey: tuple[int, int] | None = None) -> list[str]:
    """One sentence per reason of ``pending``; ``survey``: valid responses and how many are required."""
    made = []
    for reason in reasons:
        component, _colon, why = reason.partition(":")
        if why == "sample" and survey:
            made.append(
                _(
                    "暂不评定：有效问卷%(n)s份，至少需要%(required)s份。",
                    n=number_text(survey[0]),
                    required=number_text(survey[1]),
                )
            )
        else:
            made.append(
                _("暂不评定：缺少%(component)s。数据补齐后再计算总分和星级。", component=_missing(component, why))
            )
    return made


def _missing(component: str, why: str) -> str:
    name = component_name(component)
    if why.startswith("indicators:"):
        known = {ground.code: ground.name(language()) for ground in surveys.indicators()}
        codes = why.removeprefix("indicators:").split(",")
        return _("%(component)s（%(parts)s）", component=name, parts=listed([known.get(code, code) for code in codes]))
    if why == "quarters":
        return _("%(component)s（已公布的季度得分不足2个）", component=name)
    return name


def not_eligible_sentence(year: int, enterprise: str | None) -> str:
    """Why an estate is not rated this year."""
    day = date_text(date(year, 12, 31))
    if enterprise is None:
        return _("不参评：%(date)s没有企业为本小区提供物业服务。", date=day)
    return _("不参评：到%(date)s，%(enterprise)s服务本小区还不满6个月。", date=day, enterprise=enterprise)


def vetoed_sentence(year: int, veto_code: str, decision: str, decided_on: date) -> str:
    """Why an estate gets no stars."""
    names = {ground.code: ground.name(language()) for ground in surveys.veto_grounds(year)}
    return _(
        "不予评星：因“%(veto)s”被一票否决，见决定书%(decision_no)s（%(date)s）。",
        veto=names.get(veto_code, veto_code),
        decision_no=decision,
        date=date_text(decided_on),
    )


LIMITING: Mapping[str, Callable[[int], str]] = {
    "open_finding": lambda n: ngettext("年末有%(n)s处C类隐患逾期未整改", "年末有%(n)s处C类隐患逾期未整改", n),
    "safety_penalty": lambda n: ngettext(
        "企业年内因安全管理违法受到%(n)s次行政处罚", "企业年内因安全管理违法受到%(n)s次行政处罚", n
    ),
    "manager_vacant": lambda n: ngettext("年内连续%(n)s天没有登记项目负责人", "年内连续%(n)s天没有登记项目负责人", n),
    "self_report_missing": lambda n: ngettext("企业年内有%(n)s项信息应报未报", "企业年内有%(n)s项信息应报未报", n),
    "disclosure_overdue": lambda n: ngettext(
        "年内有%(n)s个季度没有按期公开资金信息", "年内有%(n)s个季度没有按期公开资金信息", n
    ),
    "demerits": lambda cp: _("企业年内信用扣分%(points)s分", points=print_cp(cp)),
    "demerits_before": lambda cp: _("企业上一年信用扣分%(points)s分", points=print_cp(cp)),
}


def limiter_text(reason: str) -> str:
    """What capped the stars: ``limiter:component_below:survey:3``, ``limiter:category_below:XF:3``, ``limiter:demerits:1350:3``."""
    _mark, kind, what, most = reason.split(":")
    if kind in LIMITING:
        stars = stars_name(int(most))
        return _("限评条件：%(fact)s，最高评为%(stars)s。", fact=LIMITING[kind](int(what)), stars=stars)
    part = component_name(what) if kind == "component_below" else _("检查类别%(code)s", code=what)
    return _("限评条件：%(part)s得分过低，最高评为%(stars)s。", part=part, stars=stars_name(int(most)))


def star_meaning(year: int) -> str:
    """What stars mean."""
    return _("星级反映%(year)s年全年的物业服务评价结果，最高五星。下面可以看到每一分的来历。", year=year)


def bands_sentence(rules: RuleSet) -> str:
    """The lower bounds of a rule set."""
    bounds = {f"b{stars}": print_cp(bound) for stars, bound in rules.star_bounds}
    return _(
        "%(b5)s分及以上为五星，%(b4)s分及以上为四星，%(b3)s分及以上为三星，%(b2)s分及以上为二星，%(b1)s分及以上为一星，低于%(b1)s分为无星级。",
        **bounds,
    )


# ---- corrections


def field_text(name: str, value: Any) -> str:
    """A stored figure as people read it."""
    if value is None:
        return "–"
    if name.endswith("_cp"):
        return print_cp(value)
    if name == "stars":
        return stars_name(value)
    if name == "status":
        return str(STATUSES.get(value, value))
    if name == "kind":
        return registry.kind_name(value)
    return str(value)


def revised_sentence(on: date, name: str, old: Any, new: Any, reason: str, revision: int) -> str:
    """One figure that a correction changed."""
    return _(
        "%(date)s更正：%(field)s由%(old)s改为%(new)s，原因是%(reason)s。以第%(revision)s版为准。",
        date=date_text(on),
        field=FIELDS.get(name, name),
        old=field_text(name, old),
        new=field_text(name, new),
        reason=reason.rstrip("。."),
        revision=revision,
    )


def quarter_cause(added: int, corrected: int, withdrawn: int, moved: int) -> str:
    """Why a quarter was corrected, told from its rows: checks confirmed since, corrected ones, ranks that followed."""
    parts = []
    if added:
        parts.append(ngettext("公布后又确认了%(n)s份检查", "公布后又确认了%(n)s份检查", added))
    if corrected:
        parts.append(ngettext("更正了%(n)s份检查的结果", "更正了%(n)s份检查的结果", corrected))
    if withdrawn:
        parts.append(ngettext("撤下了%(n)s份检查", "撤下了%(n)s份检查", withdrawn))
    if moved:
        parts.append(ngettext("%(n)s个小区的名次随之变动", "%(n)s个小区的名次随之变动", moved))
    return _opened(_("%(parts)s。", parts=_("，").join(parts))) if parts else _("登记信息已更正。")


def year_cause(components: Sequence[str], vetoed: int, eligibility: int) -> str:
    """Why ratings were corrected, told from their rows."""
    parts = [_("%(component)s有变化", component=component_name(name)) for name in components]
    if vetoed:
        parts.append(ngettext("%(n)s个小区的一票否决情况有变化", "%(n)s个小区的一票否决情况有变化", vetoed))
    if eligibility:
        parts.append(ngettext("%(n)s个小区的参评条件有变化", "%(n)s个小区的参评条件有变化", eligibility))
    return _opened(_("%(parts)s。", parts=_("，").join(parts))) if parts else _("登记信息已更正。")


def _opened(sentence: str) -> str:
    """A sentence put together from parts begins with a capital letter, where the script has any."""
    return sentence[:1].upper() + sentence[1:]

"""What the inspectors of the demo district find: rows of the ``checks`` sheet, made from an estate's quality."""

from itertools import accumulate
from random import Random

from portal.shell.demo.plan import PlannedEstate
from scoring.rules.deductions import DEDUCTIONS

PLACES = (
    "{b}栋{f}层楼道",
    "{b}栋大堂",
    "北门",
    "南门",
    "地下车库{f}区",
    "中心花园",
    "{b}栋东侧",
    "儿童活动区",
    "{b}栋屋面",
    "服务中心",
)
WORDS = {
    "ZH": (
        "公示栏缺少收费标准",
        "报修单未登记回访时间",
        "值班人员未佩戴工牌",
        "上期问题未按期办结",
        "自查记录漏填",
        "档案目录不全",
    ),
    "FW": (
        "墙面瓷砖空鼓",
        "巡查记录漏签",
        "楼栋标识破损",
        "阳台外侧堆放花盆未处理",
        "装修未张贴登记表",
        "装修垃圾未及时清运",
    ),
    "SB": (
        "设备台账未更新",
        "电梯对讲无人应答",
        "配电房堆放杂物",
        "路灯不亮",
        "排水沟淤堵",
        "门禁损坏",
        "健身器材螺栓松动",
    ),
    "XF": (
        "楼道堆放杂物占用疏散通道",
        "消防车通道被车辆占用",
        "值班人员只有一人",
        "灭火器压力不足",
        "电动自行车停放在楼道",
        "充电区未设防火隔离",
    ),
    "ZX": ("夜间无人值守", "巡逻签到缺一次", "车辆占用绿地", "录像保存不足30天", "水景边缺警示标志", "外来车辆未登记"),
    "HJ": ("路面有垃圾未清扫", "楼道堆放纸箱", "垃圾桶未加盖", "分类投放点无人督导", "墙面小广告未清除", "车库积水"),
    "LH": ("草坪黄土裸露", "枯枝未修剪", "病虫害防治记录缺失", "绿地内堆放建筑材料"),
    "GK": (
        "公共收益未按季公示",
        "收费标准公示过期",
        "水电分摊未公示",
        "星级和信用等级未公示",
        "维修资金收支公示已脱落",
    ),
}
CATEGORY_WEIGHT = {"ZH": 1.0, "FW": 1.0, "SB": 1.1, "XF": 1.8, "ZX": 1.0, "HJ": 1.4, "LH": 0.8, "GK": 0.9}


class Inspector:
    """Draws the findings of a visit; knows the checklist as (item_code, centipoints, deduction)."""

    def __init__(self, random: Random, items: list[tuple[str, int, str]]):
        self.random, self.items = random, items
        self.weights = list(accumulate(CATEGORY_WEIGHT.get(code[:2], 1.0) for code, _most, _rule in items))

    def visit(self, estate: PlannedEstate, quarter: int) -> list[tuple[str, str, str]]:
        """(item_code, result, note) rows of one visit, ``quarter`` quarters after the start; ('*', 'pass', '') when clean."""
        random = self.random
        target = max(42.0, min(100.0, estate.quality + estate.trend * quarter + random.gauss(0, 1.6)))
        rows: dict[str, tuple[str, str]] = {}
        if not estate.has_lifts:
            rows = {code: ("na", "本小区没有电梯") for code in ("SB02", "SB03")} | {
                "XF03": ("na", "本小区不设消防控制室")
            }
        left = 100.0 - target
        while left > 0.24 and len(rows) < len(self.items):
            code, most, rule = random.choices(self.items, cum_weights=self.weights)[0]
            if code in rows:
                continue
            result, lost = self._result(most, rule, left)
            if result:
                rows[code] = (result, self._note(code))
                left -= lost
            elif left < 1:
                break
        found = [(code, result, note) for code, (result, note) in sorted(rows.items())]
        return found or [("*", "pass", "")]

    def _result(self, most_cp: int, rule: str, left: float) -> tuple[str, float]:
        most = most_cp / 100
        if DEDUCTIONS[rule].step_cp:
            step = DEDUCTIONS[rule].step_cp / 100
            count = min(self.random.choice((1, 1, 1, 2, 2, 3)), int(most / step), max(1, int(left / step)))
            return str(count), count * step
        if rule == "T":
            worst = self.random.random() < 0.15 and left >= most
            return ("zero", most) if worst else ("half", most / 2)
        return ("fail", most) if left >= most else ("", 0.0)

    def _note(self, code: str) -> str:
        words = self.random.choice(WORDS.get(code[:2], ("发现问题",)))
        place = self.random.choice(PLACES).format(b=self.random.randrange(1, 13), f=self.random.randrange(1, 31))
        return f"{place}{words}"

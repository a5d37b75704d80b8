"""The five sheets of the registry: their columns, as the contract names them. Forms check by the same columns."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from portal.kernel.divisions import level_of
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.sheets.columns import Column, SheetKind
from portal.kernel.sheets.values import parse_decimal_text, parse_text, shown
from portal.kernel.sheets.write import guarded
from portal.registry import kinds
from portal.registry.identity import read_identity

LEVELS = ("district", "street", "community")
LEVEL_LABELS = (("district", "区"), ("street", "街道"), ("community", "社区"))


def parse_division_code(text: str) -> str:
    """A division code of 12 digits."""
    if not re.fullmatch(r"[0-9]{12}", text):
        raise DomainError(_("行政区划代码“%(value)s”应为12位数字，例如440306017010。", value=shown(text)))
    return text


def parse_community_code(text: str) -> str:
    """A division code that can be a community's."""
    if level_of(parse_division_code(text)) != "community":
        raise DomainError(_("“%(value)s”不是社区代码。小区属于社区，请填写社区的12位代码。", value=text))
    return text


def parse_area(text: str) -> int:
    """Square metres with at most two decimals, as hundredths."""
    plain = parse_decimal_text(text, 0, 100_000_000, places=2)
    return int(Decimal(plain) * 100)


def _parse_degrees(text: str, minimum: int, maximum: int) -> int:
    """Degrees as millionths (a tenth of a metre); a device writes more figures than it knows."""
    plain = parse_decimal_text(text, minimum, maximum, places=15)
    return int((Decimal(plain) * 1_000_000).quantize(Decimal(1), ROUND_HALF_UP))


def parse_latitude(text: str) -> int:
    """WGS84 latitude within China, in millionths of a degree."""
    return _parse_degrees(text, 3, 54)


def parse_longitude(text: str) -> int:
    """WGS84 longitude within China, in millionths of a degree."""
    return _parse_degrees(text, 73, 136)


def print_units(number: int | None, places: int, thousands: str = "") -> str | None:
    """A stored whole number as its decimal text, without idle zeros; the reverse of the parsers above.

    >>> print_units(1234500, 2), print_units(1234500, 2, ","), print_units(22570000, 6), print_units(None, 2)
    ('12345', '12,345', '22.57', None)
    """
    if number is None:
        return None
    whole, rest = divmod(number, 10**places)
    fraction = f"{rest:0{places}d}".rstrip("0")
    units = f"{whole:{thousands}}"
    return f"{units}.{fraction}" if fraction else units


def parse_plain(text: str, max_length: int = 200) -> str:
    """A text; the quote by which our own exports disarm a formula sign is taken off again."""
    if text[:1] == "'" and guarded(text[1:]) == text:
        text = text[1:]
    return parse_text(text, max_length)


def _text(name: str, header: str, example: str, max_length: int = 200, **options: Any) -> Column:
    def parse(text: str) -> str:
        return parse_plain(text, max_length)

    return Column(name, header, example=example, max_length=max_length, parser=parse, **options)


def _column(name: str, header: str, example: str = "", **options: Any) -> Column:
    return Column(name, header, example=example, **options)


DIVISIONS = SheetKind(
    "divisions",
    "辖区",
    (
        _column("code", "行政区划代码", "440306017010", parser=parse_division_code),
        _text("name", "名称", "海乐社区", max_length=60),
        _column("level", "级别", "community", kind="choice", choices=LEVEL_LABELS),
        _column("parent_code", "上级代码", "440306017000", required=False, parser=parse_division_code),
    ),
)

ENTERPRISES = SheetKind(
    "enterprises",
    "物业服务企业",
    (
        _column("uscc", "统一社会信用代码", "91350100M000100Y43", kind="uscc"),
        _text("name", "企业名称", "示例物业管理有限公司", max_length=120),
        _text("legal_representative", "法定代表人", "张三", required=False, max_length=60),
        _text("phone", "联系电话", "0755-12345678", required=False, max_length=40),
        _text("address", "注册地址", "深圳市宝安区示例路1号", required=False),
    ),
)

MANAGERS = SheetKind(
    "managers",
    "项目负责人",
    (
        _column("manager_code", "项目负责人编号", "M-0001", kind="code"),
        _text("name", "姓名", "李四", max_length=60),
        _column(
            "id_number",
            "身份证号",
            "11010519491231002X",
            parser=read_identity,
            note="只保存加密摘要和末四位，不保存号码。请把这一列设为文本格式。",
        ),
        _text("phone", "联系电话", "13800000000", required=False, max_length=40),
    ),
)

ESTATES = SheetKind(
    "estates",
    "小区",
    (
        _column("estate_code", "小区编号", "E-0001", kind="code"),
        _text("name", "小区名称", "示例花园", max_length=80),
        _column("kind", "类型", "commodity", kind="choice", choices=kinds.LABELS),
        _column("division_code", "社区代码", "440306017010", parser=parse_community_code),
        _text("address", "地址", "示例路1号", required=False),
        _column("households", "户数", "1200", kind="int", minimum=1, maximum=1_000_000),
        _column(
            "floor_area_m2", "建筑面积", "86000.5", required=False, kind="decimal", parser=parse_area, note="平方米"
        ),
        _column("delivered_on", "交付日期", "2018-06-30", required=False, kind="date"),
        _column("latitude", "纬度", "22.5701", required=False, kind="decimal", parser=parse_latitude, note="WGS84坐标"),
        _column(
            "longitude", "经度", "113.8801", required=False, kind="decimal", parser=parse_longitude, note="WGS84坐标"
        ),
    ),
)

CONTRACTS = SheetKind(
    "contracts",
    "物业服务合同",
    (
        _column("estate_code", "小区编号", "E-0001", kind="code"),
        _column("uscc", "统一社会信用代码", "91350100M000100Y43", kind="uscc"),
        _column("manager_code", "项目负责人编号", "M-0001", kind="code"),
        _column("starts_on", "开始日期", "2025-01-01", kind="date"),
        _column(
            "ends_on", "结束日期", "2027-12-31", required=False, kind="date", note="含当日；没有约定终止日期的留空"
        ),
    ),
)

"""Formats of pages: what a careful reader expects in both languages, at the borders."""

from datetime import UTC, date, datetime

import pytest

from portal.kernel import formats as f
from portal.kernel.i18n import using
from portal.kernel.periods import Month, Quarter

LATE = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)  # already the next day in the district


@pytest.mark.parametrize(
    ("function", "value", "zh", "en"),
    [
        (f.date_text, date(2026, 11, 21), "2026年11月21日", "21 November 2026"),
        (f.date_text, LATE, "2026年11月22日", "22 November 2026"),
        (f.instant_text, LATE, "2026年11月22日00:30", "22 November 2026, 12:30am"),
        (f.instant_text, datetime(2026, 11, 21, 9, 0, tzinfo=UTC), "2026年11月21日17:00", "21 November 2026, 5pm"),
        (f.month_text, Month.parse("2026-09"), "2026年9月", "September 2026"),
        (f.quarter_text, Quarter.parse("2026Q3"), "2026年第三季度", "July to September 2026 (Q3)"),
        (f.year_text, 2026, "2026年度", "2026"),
        (f.money_text, 1234560, "12,345.60元", "CNY 12,345.60"),
        (f.money_text, -1, "−0.01元", "CNY −0.01"),
        (f.points_text, 8740, "87.40分", "87.40 points"),
        (f.ordinal, 12, "第12", "12th"),
        (f.ordinal, 111, "第111", "111th"),
        (f.ordinal, 23, "第23", "23rd"),
    ],
)
def test_both_languages(function, value, zh, en):
    assert function(value) == zh
    with using("en"):
        assert function(value) == en


@pytest.mark.parametrize(
    ("function", "value", "text"),
    [
        (f.date_iso, LATE, "2026-11-22"),
        (f.instant_iso, LATE, "2026-11-22 00:30"),
        (f.percent_text, 1250, "12.5%"),
        (f.percent_text, 10000, "100%"),
        (f.percent_text, 5, "0.05%"),
        (f.points_figure, 5, "0.05"),
        (f.points_figure, -150, "−1.50"),
        (f.item_points, 150, "1.5"),
        (f.item_points, 1000, "10"),
        (f.item_points, 0, "0"),
        (f.number_text, 1234567, "1,234,567"),
        (f.file_size, 1023, "1023B"),
        (f.file_size, 15 * 1024 * 1024, "15.0MB"),
        (f.mask_name, "张三", "张**"),
        (f.mask_name, "欧阳修", "欧阳**"),
        (f.mask_name, "阿卜杜拉·买买提", "阿**"),
        (f.mask_phone, "138-1234-5678", "138****5678"),
        (f.mask_phone, "12345", "****45"),
        (f.mask_account, "6222000011112345", "6222 **** **** 2345"),
    ],
)
def test_same_in_both_languages(function, value, text):
    assert function(value) == text
    with using("en"):
        assert function(value) == text


NULLABLE = (f.date_text, f.date_iso, f.month_text, f.quarter_text, f.instant_text, f.number_text, f.money_text,
            f.percent_text, f.points_text, f.points_figure, f.file_size, f.mask_name, f.mask_phone,
            f.mask_account)  # fmt: skip


@pytest.mark.parametrize("function", NULLABLE)
def test_missing_is_a_dash_never_zero(function):
    assert function(None) == "–"

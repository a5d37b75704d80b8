"""Which company a written name means: writing never matters, a different character always does."""

import pytest

from portal.registry import matching
from portal.registry.matching import COUNTS, NameIndex, index_of

NAMES = {
    "A": "深圳市海乐物业管理有限公司",
    "B": "深圳市海乐物业服务有限公司",
    "C": "深圳市长安物业发展有限公司",
    "D": "碧云天（深圳）物业服务集团有限公司",
    "E": "广州市碧云天物业服务有限公司",
    "F": "万乐生活服务有限公司",
    "G": "万乐生活服务有限公司",
}
INDEX = NameIndex(NAMES)


@pytest.mark.parametrize(
    ("text", "outcome", "found", "reason"),
    [
        ("深圳市海乐物业管理有限公司", "one", "A", "same_name"), ("深圳市海樂物業管理有限公司", "one", "A", "same_name"),
        ("深圳市　海乐物业管理　有限公司", "one", "A", "same_name"), ("海乐物业管理有限责任公司", "one", "A", "same_core"),
        ("海乐物业管理", "one", "A", "same_core"), ("海乐物业", "many", "AB", "same_stem"), ("海乐", "many", "AB", "same_stem"),
        ("长安物业", "one", "C", "same_stem"), ("长安", "one", "C", "same_stem"),
        ("长安物业服务有限公司", "none", "C", "similar"), ("深圳市常安物业发展有限公司", "none", "C", "same_sound"),
        ("changan", "none", "C", "same_sound"), ("万乐生活服务有限公司", "many", "FG", "same_name"),
        ("碧云天物业服务", "one", "D", "same_core"), ("云天物业", "many", "DE", "contained"),
    ("不存在", "none", "", ""), ("公司", "none", "", ""), ("", "none", "", ""),
        ("（）", "none", "", ""), ("海" * 201, "none", "", ""),
    ],
)  # fmt: skip
def test_a_name_means(text, outcome, found, reason):
    match = INDEX.match(text)
    assert match.outcome == outcome, match
    if outcome == "none":
        assert all(fit.score < COUNTS for fit in match.fits)
        assert not found or (match.fits[0].uscc, match.fits[0].reason) == (found, reason)
    else:
        assert "".join(fit.uscc for fit in match.fits) == found
        assert {fit.reason for fit in match.fits} == {reason}


def test_one_character_apart_is_another_company():
    """Every other character in the distinctive part: never the company itself."""
    for other in "勒利丽天安新":
        match = INDEX.match(f"深圳市海{other}物业管理有限公司")
        assert match.outcome == "none"


def test_the_index_is_kept_until_a_name_changes():
    first = index_of(NAMES)
    assert index_of(dict(NAMES)) is first
    assert index_of({**NAMES, "A": "深圳市海悦物业管理有限公司"}) is not first


def test_an_unknown_name_is_compared_with_few_of_three_thousand(monkeypatch):
    signs = "海乐长安"
    names = {
        f"{n:05d}": f"深圳市{signs[n % 4]}{signs[n // 4 % 4]}{chr(0x4E00 + n)}物业管理有限公司" for n in range(3000)
    }
    index, compared = NameIndex(names), []
    ratio = matching.fuzz.ratio
    monkeypatch.setattr(matching.fuzz, "ratio", lambda *pair: compared.append(pair) or ratio(*pair))
    for n in range(16):  # each shares two characters with 187 companies
        assert index.match(f"深圳市{signs[n % 4]}{signs[n // 4]}阔物业服务有限公司").outcome == "none"
    assert 0 < len(compared) <= 16 * 60

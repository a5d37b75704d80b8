"""Personal data that is told by its shape, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.errors import DomainError
from portal.kernel.personal import kinds_in, refuse_in


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("业主王某（电话13800000000）拒绝配合", ["手机号码"]),
        ("电话：１３８ ００００ ００００", ["手机号码"]),
        ("138\u200b00000000", ["手机号码"]),
        ("138-0000-0000", ["手机号码"]),
        ("证件440306199003070017", ["身份证号码"]),
        ("证件440306 19900307 001x", ["身份证号码"]),
        ("粤B·12345占用消防通道", ["车牌号码"]),
        ("新能源车粤BD12345", ["车牌号码"]),
        ("车牌 粤b 8k88k，电话13800000000", ["手机号码", "车牌号码"]),
        ("文书深宝住建决〔2026〕13800000000", ["手机号码"]),
        ("信用代码91440300MA5Y00000X，小区440306017001-0001", []),
        ("办公电话0755-29000001", []),
        ("深宝住建决〔2026〕1号，2026-09-30，扣13.50分", []),
        ("新安街道BLOCK栋", []),
        ("", []),
    ],
)
def test_what_is_seen(text, kinds):
    assert kinds_in(text) == kinds


def test_the_refusal_does_not_repeat_it():
    with pytest.raises(DomainError) as caught:
        refuse_in("电话13800000000")
    assert "138" not in str(caught.value)


@given(
    st.text(alphabet="，。小区甲乙 ", max_size=20),
    st.text(alphabet="，。小区甲乙 ", max_size=20),
    st.integers(0, 10**8 - 1),
)
def test_a_mobile_number_is_seen_wherever_it_stands(before, after, figures):
    assert kinds_in(f"{before}139{figures:08d}{after}") == ["手机号码"]

"""What is a good password, and that looking takes as long for nobody as for somebody."""

import pytest

from portal.accounts import passwords
from portal.kernel.errors import DomainError


@pytest.mark.parametrize(
    "bad",
    ["short words", "lihua and more", "LIHUA and more", "password1234", "PassWord1234", "aaaabbbbccccdddd", "x" * 129],
)
def test_weak_passwords_are_refused(bad):
    with pytest.raises(DomainError):
        passwords.refuse_weak("lihua", bad)


@pytest.mark.parametrize("good", ["four odd words here", "海边的石头会唱歌但是没有听众", "kP9-xx3-mm1-qq"])
def test_good_passwords_pass(good):
    passwords.refuse_weak("lihua", good)


def test_short_login_is_no_reason(instance):
    passwords.refuse_weak("li", "four odd living words")


def test_hash_is_salted_argon2id_and_verifies():
    first, second = passwords.hash_password("four odd words here"), passwords.hash_password("four odd words here")
    assert first != second
    assert first.startswith("$argon2id$")
    assert passwords.verify_password(first, "four odd words here")
    assert not passwords.verify_password(first, "four odd words hers")
    assert not passwords.verify_password("not a hash", "four odd words here")


def test_unknown_login_costs_the_same_work(monkeypatch):
    looked = []
    honest = passwords._matches
    monkeypatch.setattr(passwords, "_matches", lambda stored, secret: looked.append(stored) or honest(stored, secret))
    assert not passwords.verify_password(None, "four odd words here")
    assert len(looked) == 1
    assert looked[0].startswith("$argon2id$")


def test_production_hash_has_the_library_s_strength(monkeypatch):
    from argon2 import PasswordHasher

    monkeypatch.delenv("PORTAL_FAST_HASH")
    strong = passwords._passwords.__wrapped__()
    assert (strong.time_cost, strong.memory_cost) == (PasswordHasher().time_cost, PasswordHasher().memory_cost)


def test_codes_do_not_repeat_and_are_easy_to_read():
    codes = {passwords.new_code() for _i in range(500)}
    assert len(codes) == 500
    assert not set("".join(codes)) & set("01OIL")

"""Whatever is done to a backup file, it is refused or says the same: cut, changed, exchanged, lengthened."""

import io
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.errors import DomainError
from portal.operations import container
from portal.operations.container import Reader, Writer

WORDS = bytes(range(256)) * 3


@pytest.fixture(autouse=True, scope="module")
def _small():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(container, "PIECE", 100)
        patch.setattr(container, "COST", 16)
        yield


@cache
def closed(passphrase: str) -> bytes:
    target = io.BytesIO()
    writer = Writer(target, passphrase)
    for start in range(0, len(WORDS), 37):
        writer.write(WORDS[start : start + 37])
    writer.finish()
    return target.getvalue()


def opened(data: bytes, passphrase: str) -> bytes:
    reader = Reader(io.BytesIO(data), passphrase)
    found = reader.read(len(WORDS))
    reader.end()
    return found


BOTH = pytest.mark.parametrize("passphrase", ["", "a long secret"])


@BOTH
def test_what_goes_in_comes_out(passphrase):
    assert opened(closed(passphrase), passphrase) == WORDS
    assert (WORDS[:60] in closed(passphrase)) is (not passphrase)


@BOTH
@given(data=st.data())
def test_any_changed_byte_is_refused(passphrase, data):
    whole = closed(passphrase)
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DomainError):
        opened(bytes(changed), passphrase)


@BOTH
@given(data=st.data())
def test_cut_or_lengthened_is_refused(passphrase, data):
    whole = closed(passphrase)
    with pytest.raises(DomainError):
        opened(whole[: data.draw(st.integers(0, len(whole) - 1))], passphrase)
    with pytest.raises(DomainError):
        opened(whole + data.draw(st.binary(min_size=1, max_size=300)), passphrase)


def test_exchanged_and_left_out_pieces_are_refused():
    whole = closed("a long secret")
    start = whole.index(b"}") + 1
    step = 4 + 100 + 16
    first, second, rest = whole[start : start + step], whole[start + step : start + 2 * step], whole[start + 2 * step :]
    for pieces in (second + first + rest, second + rest, first + first + second + rest, first + rest):
        with pytest.raises(DomainError):
            opened(whole[:start] + pieces, "a long secret")


def test_key_is_asked_for_and_a_wrong_one_is_named():
    with pytest.raises(DomainError, match="PORTAL_BACKUP_KEY"):
        opened(closed("a long secret"), "")
    with pytest.raises(DomainError, match="PORTAL_BACKUP_KEY与这份备份不符"):
        opened(closed("a long secret"), "another")
    assert opened(closed(""), "not needed") == WORDS


def test_file_of_a_newer_release_and_of_something_else():
    newer = closed("").replace(b'"format": 1', b'"format": 2')
    with pytest.raises(DomainError, match="更新的版本"):
        opened(newer, "")
    for other in (b"", b"PK\x03\x04", b"PORTAL-BACKUP\n", b"PORTAL-BACKUP\n\xff\xff\xff\xff{}"):
        with pytest.raises(DomainError):
            opened(other, "")

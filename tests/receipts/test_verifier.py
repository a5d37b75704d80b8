"""The offline verifier: what it calls genuine, and that it calls everything else altered."""

import hashlib
import json
import shutil
import subprocess
import sys
from datetime import date

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from portal.receipts import verifier

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
PAYLOAD = {
    "type": "lists.check", "id": "7Q4K2M9XPD7Q4K2M9XPD7Q4K2M", "issued_at": "2026-03-01T08:00:00Z",
    "as_of": "2026-03-01", "known_at": "2026-03-01T08:00:00Z", "snapshot": "20260301-20260301T080000000000",
    "items": [{"status": "black", "name": "深圳市虚构乙物业服务有限公司"}, {"status": "none", "score": 950}],
}  # fmt: skip


def _raw(key):
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


KEYS = {"signing-1": _raw(KEY)}


def signed(payload=PAYLOAD, key=KEY, key_id="signing-1"):
    signature = verifier.encode(key.sign(verifier.canonical(payload)))
    return {"payload": payload, "key_id": key_id, "signature": signature}


RECEIPT = verifier.canonical(signed())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None, "x"]}, '{"a":[true,null,"x"],"b":1}'),
        ({"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7},
         '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}'),
        ({"e": '\u20ac$\u000f\nA\'B"\\"/\u007f'}, '{"e":"\u20ac$\\u000f\\nA\'B\\"\\\\\\"/\u007f"}'),
        (-0, "0"), (9007199254740991, "9007199254740991"),
    ],
)  # fmt: skip
def test_canonical_json_of_rfc_8785(value, text):
    assert verifier.canonical(value) == text.encode()


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, {1: 2}, b"x", date(2026, 1, 1), "\ud800"])
def test_what_programs_read_differently_is_refused(value):
    with pytest.raises((TypeError, ValueError)):
        verifier.canonical({"a": [value]})


def test_genuine_however_it_is_laid_out():
    """Spaces, line breaks and the order of members carry no meaning: that is what canonical JSON is for."""
    loose = json.dumps(signed(dict(reversed(list(PAYLOAD.items())))), indent=2).encode()
    for data in (RECEIPT, loose, b"\xef\xbb\xbf" + RECEIPT):
        assert verifier.check_bytes(data, KEYS)[0] == "genuine"


def test_any_byte_changed_is_altered():
    for place in range(len(RECEIPT)):
        for bit in (1, 0x20):
            changed = RECEIPT[:place] + bytes([RECEIPT[place] ^ bit]) + RECEIPT[place + 1 :]
            assert verifier.check_bytes(changed, KEYS)[0] == "altered", (place, changed[place - 5 : place + 5])


@given(st.integers(0, len(RECEIPT) - 1), st.integers(1, 40))
def test_any_part_missing_is_altered(place, count):
    assert verifier.check_bytes(RECEIPT[:place] + RECEIPT[place + count :], KEYS)[0] == "altered"


@given(st.binary(max_size=300))
def test_whatever_is_no_receipt_is_altered(data):
    assert verifier.check_bytes(data, KEYS)[0] == "altered"


ODD = {
    "other key under the same id": signed(key=OTHER),
    "key that is none of the portal's": signed(key=OTHER, key_id="signing-2"),
    "order of items": {**signed(), "payload": {**PAYLOAD, "items": PAYLOAD["items"][::-1]}},
    "a member more in the payload": signed({**PAYLOAD, "note": "ok"}),
    "a member less": signed({name: PAYLOAD[name] for name in list(PAYLOAD)[1:]}),
    "a member beside the payload": {**signed(), "cleared": True},
    "no object": [signed()],
    "signature of nothing": {**signed(), "signature": ""},
    "padded signature": {**signed(), "signature": signed()["signature"] + "=="},
    "truth for a number": {**signed(), "payload": {**PAYLOAD, "items": [{"score": True}]}},
}


@pytest.mark.parametrize("name", ODD)
def test_altered(name):
    assert verifier.check_bytes(json.dumps(ODD[name]).encode(), KEYS)[0] == "altered"


def test_fields_signed_in_another_order_are_altered():
    """A signature over the members as they happen to stand, not in canonical order, is no signature of the portal."""
    loose = json.dumps(PAYLOAD, ensure_ascii=False, separators=(",", ":")).encode()
    assert loose != verifier.canonical(PAYLOAD)
    made = {**signed(), "signature": verifier.encode(KEY.sign(loose))}
    assert verifier.check(made, KEYS)[0] == "altered"


@pytest.mark.parametrize("part", ['"items":[', '"key_id":"'])
def test_a_member_that_stands_twice_is_altered(part):
    twice = RECEIPT.decode().replace(
        part, '"key_id":"signing-1",' * 2 + part if "key" in part else f'"items":[],{part}'
    )
    assert verifier.check_bytes(twice.encode(), KEYS)[0] == "altered"


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"payload":1e400}', b'{"a":NaN}', b"9" * 5000, b""])
def test_hostile_json_is_altered(data):
    assert verifier.check_bytes(data, KEYS)[0] == "altered"


@pytest.fixture
def alone(tmp_path):
    """The one file in a folder of its own, with keys and a receipt beside it."""
    shutil.copy(verifier.__file__, tmp_path / "verify_receipt.py")
    keys = [{"kty": "OKP", "crv": "Ed25519", "kid": "signing-1", "x": verifier.encode(KEYS["signing-1"])}]
    (tmp_path / "keys.json").write_text(json.dumps({"keys": keys}))
    (tmp_path / "receipt.json").write_bytes(RECEIPT)
    return tmp_path


def _run(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-I", "verify_receipt.py", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_file_stands_alone(alone):
    done = _run(alone, "receipt.json", "--keys", "keys.json")
    assert (done.returncode, done.stdout.split(":")[0], done.stderr) == (0, "genuine", "")

    (alone / "receipt.json").write_bytes(RECEIPT.replace(b"black", b"none!"))
    done = _run(alone, "receipt.json", "--keys", "keys.json")
    assert (done.returncode, done.stdout.split(":")[0]) == (1, "altered")


def test_a_folder_of_open_data(alone):
    folder = alone / "open-data"
    folder.mkdir()
    (folder / "a.csv").write_bytes(b"x\r\n1\r\n")
    digest = hashlib.sha256((folder / "a.csv").read_bytes()).hexdigest()
    files = [{"name": "a.csv", "sha256": digest, "rows": 1}]
    manifest = json.dumps({"files": files}).encode()
    (folder / "manifest.json").write_bytes(manifest)
    (folder / "manifest.sig").write_bytes(KEY.sign(manifest))
    assert _run(alone, "--manifest", "open-data", "--keys", "keys.json").returncode == 0

    (folder / "a.csv").write_bytes(b"x\r\n2\r\n")
    assert _run(alone, "--manifest", "open-data", "--keys", "keys.json").returncode == 1
    (folder / "a.csv").write_bytes(b"x\r\n1\r\n")
    (folder / "manifest.sig").write_bytes(OTHER.sign(manifest))
    assert _run(alone, "--manifest", "open-data", "--keys", "keys.json").returncode == 1
    (folder / "manifest.sig").unlink()
    assert _run(alone, "--manifest", "open-data", "--keys", "keys.json").returncode == 1


@pytest.mark.parametrize(
    "arguments",
    [(), ("receipt.json",), ("receipt.json", "--manifest", "x", "--keys", "k"), ("no.json", "--keys", "keys.json"),
     ("receipt.json", "--keys", "receipt.json")],
)  # fmt: skip
def test_what_cannot_be_judged_is_neither_genuine_nor_altered(alone, arguments):
    done = _run(alone, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_the_signature_can_be_written_in_one_way_only():
    """The last character holds bits that no byte uses: written otherwise, it would decode to the same signature."""
    written = signed()["signature"]
    for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        if other != written[-1]:
            assert verifier.check({**signed(), "signature": written[:-1] + other}, KEYS)[0] == "altered"

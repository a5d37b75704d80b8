"""Bank files of every kind say the same ledger; what is damaged, hostile or foreign is refused with its place."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.funds.statements.detect import read_statements
from disclosure.funds.statements.layouts import shipped
from disclosure.funds.statements.shapes import parse_fen, same_account
from portal.kernel.errors import InputRefused
from tests.disclosure.banks import FILES, NUMBER, Ledger, as_camt, as_csv, as_mt940, as_ofx, yuan

D = date
JANUARY = Ledger(
    100000, D(2025, 1, 1), D(2025, 1, 31),
    [(D(2025, 1, 3), 10000, "停车费&收入", "R1"), (D(2025, 1, 5), -5050, "电梯维保", "R2"), (D(2025, 1, 28), 20025, "广告收入", "R3")],
)  # fmt: skip


def read(data: bytes, name: str = "file.csv", format_name: str = ""):
    return read_statements(data, name, format_name, shipped(), D(2026, 1, 15))


@pytest.mark.parametrize("kind", FILES)
def test_every_kind_of_file_says_the_ledger(kind):
    text = (
        JANUARY
        if kind == "csv"
        else Ledger(**{**vars(JANUARY), "bookings": [(d, f, w.replace("&", ""), r) for d, f, w, r in JANUARY.bookings]})
    )
    (found,) = read(FILES[kind](text))
    assert found.account == NUMBER
    assert [(line.booked_on, line.amount_fen, line.reference) for line in found.lines] == [
        (day, fen, reference) for day, fen, _words, reference in JANUARY.bookings
    ]
    assert found.closing_fen == JANUARY.closing
    assert found.opening_fen == (None if kind == "ofx" else JANUARY.opening)
    assert (found.from_on, found.to_on) == (JANUARY.first, JANUARY.last)
    assert "电梯维保" in found.lines[1].summary


@pytest.mark.parametrize("version", [f"{n:02d}" for n in range(2, 14)])
def test_every_version_of_camt(version):
    (found,) = read(as_camt(Ledger(5, D(2025, 1, 1), D(2025, 1, 2), [(D(2025, 1, 1), 7, "a", "")]), version))
    assert (found.closing_fen, found.lines[0].counterparty) == (12, "张三")


def test_camt_reversal_pending_and_batch():
    entry = (
        '<Ntry><Amt Ccy="CNY">1.00</Amt><CdtDbtInd>{way}</CdtDbtInd>{more}<BookgDt><DtTm>2025-01-02T10:00:00</DtTm></BookgDt>'
        "<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch><TxDtls/><TxDtls/></NtryDtls></Ntry>"
    )
    extra = entry.format(way="DBIT", more="<RvslInd>true</RvslInd><Sts>BOOK</Sts>")
    extra += entry.format(way="CRDT", more="<Sts>PDNG</Sts>")
    (found,) = read(as_camt(Ledger(0, D(2025, 1, 1), D(2025, 1, 2)), "02", extra))
    assert [line.amount_fen for line in found.lines] == [-100]


def test_mt940_reversals_and_year_of_the_entry():
    text = as_mt940(Ledger(0, D(2024, 12, 31), D(2025, 1, 2))).decode("gb18030")
    entries = ":61:2412310102RD1,NTRFNONREF//A\r\n:86:冲正\r\n:61:2501021231RC0,5NCHGNONREF\r\n:86:手续费冲正\r\n:62F"
    (found,) = read(text.replace(":62F", entries, 1).encode())
    assert [(line.booked_on, line.amount_fen, line.reference) for line in found.lines] == [
        (D(2025, 1, 2), 100, "A"), (D(2024, 12, 31), -50, ""),
    ]  # fmt: skip
    assert found.from_on == D(2024, 12, 31)


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_spreadsheets_in_both_orders_and_encodings(newest_first, encoding):
    (found,) = read(as_csv(JANUARY, newest_first=newest_first, encoding=encoding))
    assert [line.amount_fen for line in found.lines] == [10000, -5050, 20025]
    assert (found.opening_fen, found.closing_fen) == (JANUARY.opening, JANUARY.closing)


def test_one_day_newest_first_is_told_by_the_balances():
    day = D(2025, 1, 3)
    ledger = Ledger(0, day, day, [(day, 500, "a", ""), (day, -200, "b", ""), (day, 300, "c", "")])
    (found,) = read(as_csv(ledger, newest_first=True, stated=False))
    assert [line.amount_fen for line in found.lines] == [500, -200, 300]


def test_a_sheet_without_period_covers_its_months():
    (found,) = read(as_csv(JANUARY, stated=False))
    assert (found.from_on, found.to_on, found.opening_fen) == (D(2025, 1, 1), D(2025, 1, 31), 100000)


@pytest.mark.parametrize("layout", sorted(shipped()))
def test_each_layout_reads_its_own_headers(layout):
    chosen = shipped()[layout]
    heads = {
        name: heads[0] for name, heads in chosen.columns.items() if name not in ("account", "counterparty_account")
    }
    row = {"booked_on": "2025-01-03", "value_on": "2025-01-03", "income": "1.00", "outgo": "", "amount": "1.00",
           "direction": "贷", "balance": "1.00", "counterparty": "甲", "summary": "费", "reference": "1"}  # fmt: skip
    text = ",".join(heads.values()) + "\n" + ",".join(row[name] for name in heads) + "\n"
    (found,) = read(text.encode(), format_name=layout)
    assert [line.amount_fen for line in found.lines] == [100]


DAMAGED = {
    "empty": b"",
    "camt cut off": as_camt(JANUARY)[:-40],
    "camt without closing": as_camt(JANUARY).replace(b"CLBD", b"XXXX"),
    "camt without account": as_camt(JANUARY).replace(NUMBER.encode(), b""),
    "camt without direction": as_camt(JANUARY).replace(b"CRDT", b"XXXX"),
    "camt half a fen": as_camt(JANUARY).replace(b"100.00", b"100.005"),
    "camt with entity": as_camt(JANUARY).replace(
        b"?><Doc", b'?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Doc', 1
    ),
    "mt940 cut off": as_mt940(JANUARY)[:120],
    "mt940 odd entry": as_mt940(JANUARY).replace(b"NTRF", b"!!!!", 1),
    "ofx cut off": as_ofx(JANUARY)[:-60],
    "ofx with entity": as_ofx(JANUARY).replace(b"<OFX>", b'<!DOCTYPE a [<!ENTITY b "c">]><OFX>'),
    "csv bad date": as_csv(JANUARY).replace(b"2025-01-05", b"2025-13-05"),
    "csv bad amount": as_csv(JANUARY).replace(b"50.50", b"5O.50"),
    "csv both ways": as_csv(JANUARY).replace(b",100.00,", b"9.00,100.00,").replace(b"R1,9", b"R1,9"),
    "no bank list": "姓名,电话\n甲,1\n".encode(),
    "binary": bytes(range(256)) * 4,
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_and_hostile_files_are_refused(name):
    with pytest.raises(InputRefused) as refused:
        read(DAMAGED[name])
    assert str(refused.value)


@given(st.integers(-(10**13), 10**13))
def test_amounts_survive_print_and_parse(fen):
    assert parse_fen(yuan(fen), "A1") == fen
    grouped = f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
    assert parse_fen(f"¥{grouped}" if fen >= 0 else grouped, "A1") == fen


@given(st.text("0123456789", min_size=12, max_size=20), st.integers(3, 5), st.integers(3, 5))
def test_masked_numbers(number, head, tail):
    assert same_account(number, f"{number[:head]} **** {number[-tail:]}")
    other = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert not same_account(number, other)
    assert not same_account(number, f"{other[:head]}****{other[-tail:]}")


def test_a_number_masked_to_next_to_nothing_is_nobodys():
    assert not same_account("12345678", "1*8")
    assert not same_account("12345678", "****")


@pytest.mark.parametrize("kind", ["camt053", "mt940", "ofx", "plain"])
def test_a_format_named_wrongly_is_refused(kind):
    for name, write in FILES.items():
        if name != kind and not (kind == "plain" and name == "csv"):
            with pytest.raises(InputRefused):
                read(write(JANUARY), format_name=kind)

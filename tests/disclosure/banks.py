"""Bank files as tests write them: one ledger as camt.053, MT940, OFX and spreadsheets."""

import csv
import io
from dataclasses import dataclass, field
from datetime import date

NUMBER = "4000123412345678901"


@dataclass
class Ledger:
    """Opening balance in fen, and bookings (day, fen, summary, reference), oldest first."""

    opening: int
    first: date
    last: date
    bookings: list[tuple[date, int, str, str]] = field(default_factory=list)
    number: str = NUMBER

    @property
    def closing(self) -> int:
        return self.opening + sum(fen for _day, fen, _words, _ref in self.bookings)


def yuan(fen: int, comma: bool = False) -> str:
    text = f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
    return text.replace(".", ",") if comma else text


def as_csv(ledger: Ledger, *, newest_first: bool = False, encoding: str = "utf-8-sig", stated: bool = True) -> bytes:
    out, running = io.StringIO(), ledger.opening
    writer = csv.writer(out)
    if stated:
        writer.writerow([f"账号：{ledger.number}"])
        writer.writerow([f"起止日期：{ledger.first} 至 {ledger.last}"])
        writer.writerow([f"期初余额：{yuan(ledger.opening)}", f"期末余额：{yuan(ledger.closing)}"])
    writer.writerow(["交易日期", "摘要", "流水号", "借方发生额", "贷方发生额", "余额", "对方户名"])
    rows = []
    for day, fen, words, reference in ledger.bookings:
        running += fen
        outgo, income = (yuan(-fen), "") if fen < 0 else ("", yuan(fen))
        rows.append([day.isoformat(), words, reference, outgo, income, yuan(running), "示例单位"])
    writer.writerows(rows[::-1] if newest_first else rows)
    return out.getvalue().encode(encoding)


def as_camt(ledger: Ledger, version: str = "08", extra: str = "", account: str = "") -> bytes:
    def amount(fen: int) -> str:
        return f'<Amt Ccy="CNY">{yuan(abs(fen))}</Amt><CdtDbtInd>{"CRDT" if fen >= 0 else "DBIT"}</CdtDbtInd>'

    def balance(code: str, fen: int, day: date) -> str:
        return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{amount(fen)}<Dt><Dt>{day}</Dt></Dt></Bal>"

    status = "<Sts>BOOK</Sts>" if version < "04" else "<Sts><Cd>BOOK</Cd></Sts>"
    party = "<Dbtr><Nm>张三</Nm></Dbtr>" if version < "04" else "<Dbtr><Pty><Nm>张三</Nm></Pty></Dbtr>"
    entries = "".join(
        f"<Ntry>{amount(fen)}{status}<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"{f'<AcctSvcrRef>{ref}</AcctSvcrRef>' if ref else ''}<NtryDtls><TxDtls><RltdPties>{party}</RltdPties>"
        f"<RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        for day, fen, words, ref in ledger.bookings
    )
    span = f"<FrToDt><FrDtTm>{ledger.first}T00:00:00</FrDtTm><ToDtTm>{ledger.last}T23:59:59</ToDtTm></FrToDt>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S1</Id>{span}<Acct><Id><Othr><Id>"
        f"{account or ledger.number}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>{balance('OPBD', ledger.opening, ledger.first)}"
        f"{balance('CLBD', ledger.closing, ledger.last)}{entries}{extra}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def as_mt940(ledger: Ledger) -> bytes:
    def mark(fen: int) -> str:
        return "C" if fen >= 0 else "D"

    lines = [":20:STMT", f":25:{ledger.number}", ":28C:1/1"]
    lines.append(f":60F:{mark(ledger.opening)}{ledger.first:%y%m%d}CNY{yuan(abs(ledger.opening), comma=True)}")
    for day, fen, words, reference in ledger.bookings:
        tail = f"//{reference}" if reference else ""
        lines.append(f":61:{day:%y%m%d}{day:%m%d}{mark(fen)}{yuan(abs(fen), comma=True)}NTRFNONREF{tail}")
        lines.append(f":86:{words}")
    lines.append(f":62F:{mark(ledger.closing)}{ledger.last:%y%m%d}CNY{yuan(abs(ledger.closing), comma=True)}")
    return ("\r\n".join([*lines, "-"]) + "\r\n").encode("gb18030")


def as_ofx(ledger: Ledger) -> bytes:
    entries = "".join(
        f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{day:%Y%m%d}<TRNAMT>{yuan(fen)}<FITID>{ref or n}<NAME>张三<MEMO>{words}</STMTTRN>\n"
        for n, (day, fen, words, ref) in enumerate(ledger.bookings)
    )
    return (
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:UNICODE\nCHARSET:UTF-8\n\n<OFX><BANKMSGSRSV1><STMTTRNRS>"
        f"<STMTRS><CURDEF>CNY<BANKACCTFROM><BANKID>1<ACCTID>{ledger.number}<ACCTTYPE>CHECKING</BANKACCTFROM>"
        f"<BANKTRANLIST><DTSTART>{ledger.first:%Y%m%d}<DTEND>{ledger.last:%Y%m%d}\n{entries}</BANKTRANLIST>"
        f"<LEDGERBAL><BALAMT>{yuan(ledger.closing)}<DTASOF>{ledger.last:%Y%m%d}</LEDGERBAL></STMTRS></STMTTRNRS>"
        "</BANKMSGSRSV1></OFX>\n"
    ).encode()


FILES = {"camt053": as_camt, "mt940": as_mt940, "ofx": as_ofx, "csv": as_csv}

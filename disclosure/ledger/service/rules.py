"""Saved rules: made, changed and retired by new versions; applied to lines that nobody classified."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.ledger import matching, places, policy, queries
from disclosure.ledger.categories import by_code
from disclosure.ledger.matching import Rule
from disclosure.ledger.models import LedgerRule
from disclosure.ledger.queries import Key
from disclosure.ledger.service import posting
from disclosure.ledger.service.posting import Held, Piece
from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.registry import api as registry

MOST_WORDS = 20


def in_force(saved: Sequence[LedgerRule], account: funds.AccountView, uscc: str | None) -> list[Rule]:
    """The rules that speak of an account, in the order in which they are asked, from the newest versions of all."""
    scopes = [account.estate_code, *([uscc] if uscc else []), ""]
    mine = [row for row in saved if row.scope in scopes and not row.is_retired]
    mine.sort(key=lambda row: (scopes.index(row.scope), -row.recorded_at.timestamp(), row.code))
    return [as_rule(row) for row in mine] + list(matching.shipped())


def as_rule(row: LedgerRule) -> Rule:
    """A saved rule ready to be asked."""
    return Rule(row.code, tuple(row.words.split("\n")), row.category, row.field, row.direction, row.min_fen,
                row.max_fen, row.account_type, row.label)  # fmt: skip


def save(db: Session, actor: Actor, scope: str, rule: Rule, *, on: date) -> str:
    """Save a new rule, or with its code a new version of one; answers the code. DomainError for one that says nothing."""
    _may(db, actor, scope)
    words = tuple(dict.fromkeys(word.strip() for word in rule.words if word.strip()))
    if not words or len(words) > MOST_WORDS or any(len(word) > 60 for word in words):
        raise DomainError(_("请填写1至%(n)s个关键词，每个不超过60个字。", n=MOST_WORDS))
    if rule.category not in by_code():
        raise DomainError(_("没有“%(code)s”这个科目。", code=rule.category))
    if by_code()[rule.category].needs_words and not rule.label.strip():
        raise DomainError(_("归入“%(name)s”的，请写明公开摘要。", name=by_code()[rule.category].name))
    if rule.min_fen is not None and rule.max_fen is not None and rule.min_fen > rule.max_fen:
        raise DomainError(_("最低金额不能超过最高金额。"))
    lock(db, "ledger-rules")
    code = rule.code or new_id()
    old = next((row for row in queries.rules(db) if row.code == code), None)
    if rule.code and (old is None or old.scope != scope):
        raise NotFound(_("没有找到这条规则。"))
    row = LedgerRule(
        code=code, version=old.version + 1 if old else 1, scope=scope, field=rule.field, words="\n".join(words),
        direction=rule.direction, min_fen=rule.min_fen, max_fen=rule.max_fen, account_type=rule.account_type,
        category=rule.category, label=rule.label.strip(), is_retired=False, actor=actor.audit_name, on=on,
        recorded_at=clock.now(),
    )  # fmt: skip
    if old and not old.is_retired and _content(old) == _content(row):
        return code
    db.add(row)
    db.flush()
    audit.record(db, actor, "ledger-rule.saved", f"ledger-rule:{code}", {
        "version": row.version, "scope": scope, "category": rule.category, "words": list(words),
    })  # fmt: skip
    return code


def _content(row: LedgerRule) -> tuple[object, ...]:
    return (row.field, row.words, row.direction, row.min_fen, row.max_fen, row.account_type, row.category, row.label)


def retire(db: Session, actor: Actor, code: str, *, on: date) -> bool:
    """Take a rule out of use; what it classified stays. False when it is out of use already."""
    lock(db, "ledger-rules")
    old = next((row for row in queries.rules(db) if row.code == code), None)
    if old is None:
        raise NotFound(_("没有找到这条规则。"))
    _may(db, actor, old.scope)
    if old.is_retired:
        return False
    copied = ("code", "scope", "field", "words", "direction", "min_fen", "max_fen", "account_type", "category", "label")
    row = LedgerRule(**{name: getattr(old, name) for name in copied})
    row.version, row.is_retired, row.actor, row.on = old.version + 1, True, actor.audit_name, on
    row.recorded_at = clock.now()
    db.add(row)
    db.flush()
    audit.record(db, actor, "ledger-rule.retired", f"ledger-rule:{code}", {"version": row.version, "scope": old.scope})
    return True


def _may(db: Session, actor: Actor, scope: str) -> None:
    if scope == "":
        require(policy.may_rule_for_all(actor))
    elif scope == actor.uscc:
        return
    else:
        found = places.readable(db, actor, scope)
        require(policy.may_classify(actor, found.division_code, found.uscc))


# --- applying ---------------------------------------------------------------------------------------------------------


def apply(db: Session, actor: Actor, account_code: str, *, on: date) -> int:
    """Let the rules speak on what nobody classified in an account; answers how many lines they knew."""
    places.classifiable(db, actor, account_code)
    return apply_many(db, actor, [account_code], on=on)


def apply_many(
    db: Session, actor: Actor, account_codes: Collection[str], *, on: date, since: date | None = None
) -> int:
    """The same for many accounts: one act an account; from a day on only when one is given. The caller answers for the
    jurisdiction."""
    accounts = {one.code: one for one in funds.accounts(db) if one.code in set(account_codes)}
    for code in sorted(accounts):
        posting.begin(db, code)
    waiting: dict[str, list[funds.FundLine]] = {}
    for line in funds.unclaimed(db, accounts, queries.claimed, clock.today(), since):
        waiting.setdefault(line.account_code, []).append(line)
    if not waiting:
        return 0
    saved = queries.rules(db)
    estates = {accounts[code].estate_code for code in waiting}
    serving = registry.companies_serving(db, clock.today(), estates)
    known: list[tuple[funds.FundLine, Rule]] = []
    for code, lines in sorted(waiting.items()):
        account = accounts[code]
        rules = in_force(saved, account, serving.get(account.estate_code, (None, ""))[0])
        found = ((line, matching.match(rules, line, account.type)) for line in lines)
        known += [(line, rule) for line, rule in found if rule is not None]
    return _post(db, actor, known, on)


def _post(db: Session, actor: Actor, known: Sequence[tuple[funds.FundLine, Rule]], on: date) -> int:
    seqs = queries.last_seq(db, [(line.year, line.id) for line, _rule in known])
    changes: dict[str, dict[Key, tuple[Held, Sequence[Piece]]]] = {}
    for line, rule in known:
        key = (line.year, line.id)
        if seqs.get(key, 0) == 0:  # what a person took back is left to people
            piece = Piece(line.amount_fen, rule.category, rule.label, rule=rule.code)
            changes.setdefault(line.account_code, {})[key] = Held(line, (), 0), [piece]
    for code, act_id in posting.write_many(db, actor, "rules", changes, reason="", on=on).items():
        audit.record(db, actor, "ledger.rules", f"fund-account:{code}", {
            "act": act_id, "lines": len(changes[code]), "on": on.isoformat(),
        })  # fmt: skip
    return sum(map(len, changes.values()))

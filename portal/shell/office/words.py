"""What jobs, stages of tasks and findings of the audit check are called on pages."""

from collections.abc import Mapping
from typing import Any

from portal.kernel.formats import file_size, number_text
from portal.kernel.i18n import _, lazy
from portal.operations.api import Outcome

STAGES = {
    "read": lazy("正在读取文件"),
    "check": lazy("正在核对内容"),
    "store": lazy("正在保存"),
    "export": lazy("正在生成数据文件"),
    "publish": lazy("正在公布"),
    "draw": lazy("正在制作，按小区计"),
    "recompute": lazy("正在复算"),
}
JOBS = {
    "audit-check": lazy("操作日志每夜校验"),
    "deadline-escalation": lazy("把逾期事项报上一级"),
    "digest": lazy("发送每天的邮件提醒"),
    "backup": lazy("备份并恢复验证"),
    "integrity": lazy("核对证据文件"),
    "retention": lazy("按保存期限清理"),
    "partitions": lazy("预建以后年度的数据分区"),
    "prune": lazy("清理过期的登录记录和任务文件"),
    "ledger-rules": lazy("按规则归类共有资金流水"),
    "owners-prune": lazy("清理过期的业主认证记录"),
}


def stage_words(stage: str) -> str:
    """What a task is doing now."""
    return str(STAGES[stage]) if stage in STAGES else _("正在处理")


def job_words(name: str) -> str:
    """The name of a job."""
    return str(JOBS.get(name, name))


def finding_words(seq: int, found: str) -> str:
    """What is wrong with the audit log, in one sentence."""
    sentences = {
        "missing": _("第%(n)s条缺失。", n=seq),
        "changed": _("第%(n)s条被改动过。", n=seq),
        "unknown key": _("第%(n)s条使用的密钥不在密钥环里，无法校验。", n=seq),
        "cut off": _("从第%(n)s条起被截断。", n=seq),
        "outside head missing": _("另存的末尾记录不见了，不能证明第%(n)s条之后没有被截断。", n=seq),
        "outside head unreadable": _("另存的末尾记录读不出来，不能证明第%(n)s条之后没有被截断。", n=seq),
        "outside head lost": _(
            "另存的末尾记录在第%(n)s条之后丢失过，不能证明当时没有被截断；查明原因后用portal audit adopt确认。", n=seq
        ),
    }
    return sentences.get(found) or _("第%(n)s条与另存的末尾记录不一致。", n=seq)


def audit_words(facts: Mapping[str, Any]) -> str:
    """The result of a check of the audit log: ``rows`` checked, and ``seq`` and ``found`` when something is wrong."""
    if facts.get("found"):
        return _("操作日志校验没有通过：%(what)s请立即报告主管人员。", what=finding_words(facts["seq"], facts["found"]))
    return _("操作日志校验通过：共%(n)s条，没有改动、缺失或截断。", n=facts.get("rows", 0))


def _failure_words(facts: Mapping[str, Any]) -> str:
    """What the nightly work found wrong."""
    sentences = {
        "backup": _("备份没有完成，详情见运行状况页。"),
        "proof": _("备份恢复验证没有通过，旧备份全部保留。"),
        "files": _("有证据文件损坏，没有备份。"),
        "terms": _("本区的保存期限文件不能读取，没有清理任何数据。"),
        "store": _("证据文件的对象存储不能使用，没有核对。"),
        "evidence": _("证据文件缺失%(missing)s个，改动%(altered)s个。", missing=facts.get("missing", 0), altered=facts.get("altered", 0)),
    }  # fmt: skip
    return sentences[str(facts["failed"])]


def outcome_words(job: str, outcome: str | None, facts: Mapping[str, Any]) -> str:
    """What a firing of a job came to."""
    if outcome is None:
        return _("正在运行")
    if outcome == "interrupted":
        return _("中断，没有完成")
    if job == "audit-check" and "error" not in facts:
        return audit_words(facts)
    if outcome == "failed" and "failed" in facts:
        return _failure_words(facts)
    if outcome == "failed":
        return _("出错：%(what)s。详情见服务器日志。", what=facts.get("error", ""))
    return _("完成，处理%(n)s条", n=facts["rows"]) if "rows" in facts else _("完成")


OPERATIONS = (
    ("backup", lazy("备份")),
    ("proof", lazy("恢复验证")),
    ("integrity", lazy("证据文件")),
    ("retention", lazy("按保存期限清理")),
)


def operation_labels() -> list[tuple[str, str]]:
    """What the state of operations tells of, in order: kind and label."""
    return [(kind, str(label)) for kind, label in OPERATIONS]


def operation_words(found: Outcome) -> str:
    """What a backup, its proof, a check of files or a clearing came to."""
    facts = found.facts
    if facts.get("error"):
        return str(facts["error"])
    numbers = {name: number_text(value) for name, value in facts.items() if isinstance(value, int)}
    if found.kind == "backup":
        lost = _("有%(n)s个文件损坏，没有备份。", n=len(facts["damaged"])) if facts["damaged"] else ""
        return lost + _("%(file)s，%(size)s，%(rows)s行、%(files)s个文件", file=facts["file"], size=file_size(facts["size"]),
                        rows=numbers["rows"], files=numbers["files"])  # fmt: skip
    if found.kind == "proof":
        if facts["wrong"]:
            return _("%(file)s不能恢复：%(wrong)s", file=facts["file"], wrong=facts["wrong"])
        if facts.get("database") == "postgresql":
            return _("%(file)s已恢复到临时的PostgreSQL数据库，操作日志校验通过", file=facts["file"])
        return _("%(file)s已恢复到临时位置（SQLite），操作日志校验通过", file=facts["file"])
    if found.kind == "integrity":
        return _("共%(present)s个文件，核对%(checked)s个：缺失%(missing)s个，改动%(altered)s个，无记录引用%(orphans)s个",
                 **numbers)  # fmt: skip
    if "gone" not in facts:  # before clearing by rule
        return _("清理%(n)s条", n=number_text(sum(value for value in facts.values() if isinstance(value, int))))
    return _("清理%(gone)s条，暂缓%(held)s条", gone=numbers["gone"], held=numbers["held"])

"""What to try before filing, by kind of dispute: the clause of the Civil Code, what usually helps, what to ask for in a letter."""

from dataclasses import dataclass
from typing import Any

from portal.kernel.i18n import _, lazy


@dataclass(frozen=True)
class Advice:
    """Advice on one kind. ``articles`` of the Civil Code; ``helps`` in the order in which to try."""

    title: Any
    articles: str
    clause: Any
    helps: tuple[Any, ...]
    ask: Any


ADVICE = {
    "fees": Advice(
        lazy("物业费收多少、该不该交"), "944",
        lazy("业主应当按约定支付物业费；企业已经按约定和有关规定提供服务的，业主不得以未接受或者无需接受服务为由拒付。企业不得用停水、停电等方式催交。"),
        (lazy("看物业服务合同写的收费标准和服务内容。"), lazy("请企业书面说明每一项怎么算，欠费从哪个月起。"),
         lazy("对服务有意见的，写明时间、地点，附照片，和交费分开谈。")),
        lazy("请书面说明物业费的收费标准、计算方法和欠费明细。"),
    ),
    "repair": Advice(
        lazy("坏了没人修、修不好"), "942",
        lazy("物业服务企业应当维修、养护共有部分，采取合理措施保护业主的安全。"),
        (lazy("先分清是共有部分还是自己家里。"), lazy("报修留下单号、日期和照片。"),
         lazy("请企业写明最迟哪天修好；需要动用维修资金的，写明办到哪一步。")),
        lazy("请书面说明维修安排和完成日期。"),
    ),
    "fitout": Advice(
        lazy("装修、改动和扰民"), "945",
        lazy("业主装修房屋的，应当事先告知物业服务企业，遵守合理注意事项，配合必要的现场检查。"),
        (lazy("看装修登记写的时间和禁止事项。"), lazy("先和邻居当面约定施工时间。"), lazy("涉及承重墙的，马上请街道和住房建设部门查看。")),
        lazy("请按装修登记的时间施工，并书面说明完工日期。"),
    ),
    "parking": Advice(
        lazy("车位、停车费"), "275、276",
        lazy("规划用于停放汽车的车位、车库应当首先满足业主的需要；占用共有道路或者场地的车位，属于业主共有。"),
        (lazy("分清是产权车位还是占用共有场地的车位。"), lazy("看停车收费公示和车位分配办法。"), lazy("请企业说明轮候次序。")),
        lazy("请书面说明车位分配办法、收费依据和轮候次序。"),
    ),
    "noise": Advice(
        lazy("噪声"), "294",
        lazy("不动产权利人不得违反国家规定排放噪声等有害物质。"),
        (lazy("记下几天里噪声的时间，最好录音。"), lazy("先请企业或者社区上门说明，对方常常并不知道。"), lazy("夜间正在扰民的，可以报警处理。")),
        lazy("请采取措施减少噪声，并约定不发出噪声的时间。"),
    ),
    "common_parts": Advice(
        lazy("共有部分被占用、收益去了哪里"), "282、287",
        lazy("利用共有部分产生的收入，扣除合理成本后属于业主共有；业主对侵害自己合法权益的行为，有权要求对方承担责任。"),
        (lazy("先看本平台公开的共有资金。"), lazy("被占用的，拍照并写明位置。"), lazy("请业主委员会或者社区一起核实。")),
        lazy("请书面说明共有部分的使用情况和收入去向。"),
    ),
    "funds": Advice(
        lazy("维修资金、公共账户"), "281",
        lazy("维修资金属于业主共有，用于共有部分的维修、更新和改造；筹集、使用情况应当定期公布。"),
        (lazy("先看本平台公开的资金收支。"), lazy("业主认证后可以逐笔提问，期限内答复。"), lazy("写明您问的是哪一笔、哪一天。")),
        lazy("请书面说明下列资金的收支和凭证。"),
    ),
    "committee": Advice(
        lazy("业主大会、业主委员会"), "277、278、280",
        lazy("业主大会或者业主委员会的决定对业主有约束力；决定侵害业主合法权益的，业主可以请求法院撤销。"),
        (lazy("看议事规则和会议记录。"), lazy("书面向业主委员会提出，请社区列席。"), lazy("选举、备案的问题，先向街道办事处了解。")),
        lazy("请公布会议记录和表决结果。"),
    ),
    "handover": Advice(
        lazy("更换物业服务企业、移交资料"), "949、950",
        lazy("物业服务合同终止的，原企业应当在约定期限或者合理期限内退出，移交物业服务用房、设施、资料，并配合做好交接。"),
        (lazy("列出移交清单，逐项签收。"), lazy("请街道、社区到场见证。"), lazy("交接期间电梯、消防由谁值守，先写清楚。")),
        lazy("请按清单移交资料、设施和账目，并约定移交日期。"),
    ),
    "other": Advice(
        lazy("其他物业管理纠纷"), "942、944",
        lazy("物业服务企业按约定提供服务，业主按约定付费；双方都应当遵守法律和管理规约。"),
        (lazy("写清楚时间、地点和您的要求。"), lazy("先书面告诉对方，给对方答复的时间。"), lazy("请社区帮助联系。")),
        lazy("请书面答复下列问题。"),
    ),
}  # fmt: skip


def articles_of(kind: str) -> str:
    """The articles of the Civil Code on which disputes of a kind turn."""
    return ADVICE[kind].articles.replace("、", _("、"))

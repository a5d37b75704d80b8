"""Names of parts, languages, ties and states, in the reader's language."""

from portal.kernel.i18n import lazy

PART_NAMES = {"mediator": lazy("调解员"), "lawyer": lazy("律师")}
LANGUAGE_NAMES = {
    "zh": lazy("普通话"),
    "yue": lazy("粤语"),
    "hakka": lazy("客家话"),
    "teochew": lazy("潮汕话"),
    "en": lazy("英语"),
    "sign": lazy("手语"),
}
TIE_NAMES = {
    "employer": lazy("受雇于这家企业"),
    "kinship": lazy("与当事人有亲属关系"),
    "owner": lazy("是这个小区的业主"),
    "adviser": lazy("担任过一方的顾问"),
    "other": lazy("有其他利害关系"),
}
STATE_NAMES = {"on": lazy("在册"), "away": lazy("暂停"), "off": lazy("已退出")}
KIND_NAMES = {
    "fees": lazy("物业费纠纷"),
    "repair": lazy("维修纠纷"),
    "fitout": lazy("装修纠纷"),
    "parking": lazy("停车纠纷"),
    "noise": lazy("噪声纠纷"),
    "common_parts": lazy("共有部分纠纷"),
    "funds": lazy("资金纠纷"),
    "committee": lazy("业主委员会纠纷"),
    "handover": lazy("物业交接纠纷"),
    "other": lazy("其他纠纷"),
}

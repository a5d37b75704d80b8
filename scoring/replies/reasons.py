"""Why a moderator may refuse a reply: a closed list, so that nobody refuses one for what it says about the office."""

from portal.kernel.i18n import lazy

REASONS = {
    "personal_data": lazy("含有个人信息（姓名、电话、住址、车牌等）"),
    "insult": lazy("含有侮辱、诽谤他人的内容"),
    "off_topic": lazy("与这一项结果无关"),
}

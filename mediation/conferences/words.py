"""Names of levels and states, in the reader's language."""

from portal.kernel.i18n import lazy

LEVEL_NAMES = {"district": lazy("区级联席会议"), "community": lazy("社区联席会议")}
STEP_NAMES = {
    "called": lazy("已安排"),
    "held": lazy("已召开，议定事项落实中"),
    "closed": lazy("已办结"),
    "cancelled": lazy("已取消"),
}

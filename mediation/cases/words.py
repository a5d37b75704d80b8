"""Names of states, kinds, grounds and reasons, in the reader's language."""

from mediation.roster.api import KIND_NAMES as KIND_NAMES
from portal.kernel.i18n import lazy

STATE_NAMES = {
    "submitted": lazy("已提交"),
    "acceptance_check": lazy("受理审查中"),
    "rejected": lazy("不予受理"),
    "transferred": lazy("已移送"),
    "withdrawn": lazy("申请已撤回"),
    "consent_pending": lazy("征询对方意见"),
    "declined": lazy("对方不同意调解"),
    "mediating": lazy("调解中"),
    "extended": lazy("调解已延长"),
    "agreed": lazy("达成协议"),
    "partial": lazy("达成部分协议"),
    "terminated": lazy("调解终止"),
    "signed": lazy("协议已生效"),
    "judicial_window": lazy("司法确认申请期"),
    "confirmed": lazy("法院已确认"),
    "window_lapsed": lazy("逾期未申请司法确认"),
    "performing": lazy("协议履行中"),
    "performed": lazy("协议履行完毕"),
    "breached": lazy("未按约履行"),
    "handling": lazy("信访事项办理中"),
    "answered": lazy("信访事项已答复"),
    "review": lazy("信访复查中"),
    "reviewed": lazy("信访复查已答复"),
    "archived": lazy("已归档"),
    "deleted": lazy("档案已销毁"),
}
CHANNEL_NAMES = {
    "owner": lazy("业主申请"),
    "committee": lazy("业主委员会申请"),
    "enterprise": lazy("企业申请"),
    "community": lazy("社区代为申请"),
    "court": lazy("法院委派"),
    "street": lazy("街道移送"),
    "hotline": lazy("热线转办"),
    "register": lazy("纸质登记簿"),
}
SIDE_NAMES = {"applicant": lazy("申请人"), "respondent": lazy("被申请人"), "": lazy("调处中心")}
WALL_NAMES = {
    "joint": lazy("双方都能看到"),
    "applicant": lazy("只有申请人和调解员能看到"),
    "respondent": lazy("只有被申请人和调解员能看到"),
}
PARTY_KIND_NAMES = {
    "owner": lazy("业主"),
    "committee": lazy("业主委员会"),
    "enterprise": lazy("物业服务企业"),
    "community": lazy("社区工作站"),
    "other": lazy("其他主体"),
}
POWER_NAMES = {"none": lazy("没有代理人"), "general": lazy("一般代理"), "special": lazy("特别授权代理")}
FLAG_NAMES = {"complex": lazy("复杂或者涉及多个部门"), "major": lazy("重大纠纷"), "priority": lazy("优先办理")}
GROUNDS = {
    "withdrawal": lazy("一方要求终止或者拒绝继续调解"),
    "concealment": lazy("一方隐瞒重要事实、提供虚假情况或者拖延"),
    "collusion": lazy("双方恶意串通，损害他人合法权益"),
    "expired": lazy("调解期限届满，双方没有同意延长"),
    "idle": lazy("双方长时间没有回应"),
    "other": lazy("有其他情形，调解不能继续"),
}
REFUSALS = {
    "not_property": lazy("不属于物业管理纠纷"),
    "court": lazy("法院已经受理或者作出裁判"),
    "arbitration": lazy("仲裁机构已经受理或者作出裁决"),
    "repeated": lazy("同一事项已经调解结案"),
    "no_standing": lazy("申请人与纠纷没有利害关系"),
    "unclear": lazy("没有明确的被申请人或者请求事项"),
    "refused_party": lazy("一方已经明确拒绝调解"),
}
TRANSFERS = {
    "street": lazy("街道办事处"),
    "housing": lazy("住房和建设主管部门"),
    "court": lazy("人民法院"),
    "petition": lazy("信访工作机构"),
    "police": lazy("公安机关"),
    "other_district": lazy("其他区的调处机构"),
}
PURPOSE_NAMES = {
    "mediate": lazy("是否同意调解"),
    "mediator": lazy("是否同意由这位调解员调解"),
    "extension": lazy("是否同意延长调解期限"),
    "recording": lazy("是否同意会议录音录像"),
}
PAPER_NAMES = {
    "refusal": lazy("不予受理通知书"),
    "transfer": lazy("移送通知书"),
    "termination": lazy("调解终止通知书"),
    "minutes": lazy("调解会记录"),
    "agreement": lazy("调解协议书"),
    "deletion": lazy("调解档案销毁证明"),
}
PROMISE_NAMES = {
    "made": lazy("等待履行"),
    "proved": lazy("已提交履行凭证"),
    "kept": lazy("已履行"),
    "broken": lazy("没有按约履行"),
}
TERM_NAMES = {"pay": lazy("付款"), "do": lazy("办理"), "refrain": lazy("不再做")}
SESSION_NAMES = {"booked": lazy("已安排"), "moved": lazy("已改期"), "cancelled": lazy("已取消"), "held": lazy("已召开")}
STAGE_NAMES = {"acceptance": lazy("受理环节"), "talks": lazy("调解或者办理环节"), "later": lazy("履行或者复查环节")}
QUESTION_NAMES = {
    "heard": lazy("您的意见，调解员听完整了吗？"),
    "understood": lazy("每一步为什么这样办，您清楚吗？"),
    "free": lazy("您的决定是自己作的，没有受到压力，对吗？"),
    "timely": lazy("用的时间合理吗？"),
    "recommend": lazy("他人有同样的纠纷，您会建议来这里吗？"),
}
QUESTION_SHORT = {
    "heard": lazy("意见听完整"),
    "understood": lazy("办理过程清楚"),
    "free": lazy("自己作决定，没有压力"),
    "timely": lazy("用时合理"),
    "recommend": lazy("愿意推荐"),
}
ANSWER_NAMES = {"yes": lazy("是"), "partly": lazy("部分是"), "no": lazy("不是")}


def state_name(step: str) -> str:
    """A state in the reader's language."""
    return str(STATE_NAMES[step])


def kind_name(kind: str) -> str:
    """A kind of dispute in the reader's language."""
    return str(KIND_NAMES[kind])

"""The tables and settings of a scheme file in words."""

from dashboard.language import Language


def table_words(speak: Language) -> dict[str, str]:
    """What each table of the file holds."""
    _ = speak
    return {
        "": _("总则"), "subject": _("考核对象"), "dimension": _("维度"), "rule": _("事项规则"), "metric": _("指标规则"),
        "part": _("组成部分"),
        "propagation": _("连带"), "veto": _("一票否决"), "same_fact": _("同一事实"), "grade": _("等次"), "grade_cap": _("等次比例"),
        "group": _("分组"), "award": _("评优"), "annual": _("年度"), "annual_mark": _("年度评价"),
    }  # fmt: skip


def field_words(speak: Language) -> dict[str, str]:
    """What each setting says."""
    _ = speak
    return {
        "id": _("编号"), "zh": _("中文名"), "en": _("英文名"), "valid_from": _("生效日期"), "valid_to": _("失效日期（不含）"),
        "basis": _("依据"), "appeal_workdays": _("申诉期（工作日）"), "decimal_places": _("小数位数"), "base": _("基础分"),
        "floor": _("最低"), "ceiling": _("最高"), "workload": _("业务量"), "without_business": _("无业务窗口"),
        "full_month_percent": _("完整月的在岗比例（%）"), "ranked_percent": _("参加排名的在岗比例（%）"),
        "present_on_leave": _("视同在岗的请假"), "months_weigh": _("各月权重"), "prorate": _("折算方法"), "tie_break": _("同分时比较"),
        "dimension": _("维度"), "kinds": _("计入的事项"), "unit": _("计分单位"), "points": _("分值"), "steps": _("分档"),
        "free": _("免计数量"),
        "cap": _("上限"), "cap_per": _("上限的周期"), "cap_group": _("共用上限的组"), "evidence": _("证据"), "automatic": _("系统发现"),
        "attributed": _("是否记名"), "counts_again": _("允许重复计"), "broken_by": _("破坏全勤的事项"), "excused": _("不计的请假"),
        "indicator": _("指标"), "per": _("分母指标"), "of": _("取谁的数值"), "shape": _("计分方法"), "start": _("起点"), "side": _("方向"),
        "each": _("每档分值"), "whole": _("只计整数"), "first": _("达到起点的分值"), "every": _("每档大小"), "table": _("分档"),
        "least": _("最低要求"), "when_few": _("不足时"), "posts": _("岗位"), "out_of": _("满分"), "weigh": _("权重"), "source": _("来源"),
        "percent": _("比例（%）"), "dimensions": _("限于维度"), "subjects": _("适用对象"), "grade": _("等次"),
        "awards_lost": _("失去评优的周期"),
        "by": _("按什么认定"), "count": _("如何计"), "subject": _("考核对象"), "period": _("周期"), "members": _("成员"),
        "workload_from": _("月均业务量下限"), "workload_to": _("月均业务量上限（不含）"), "quantile_from": _("分位下限（%）"),
        "quantile_to": _("分位上限（%）"), "winners": _("名额"), "most": _("最多"), "spread": _("名额分配"), "ties": _("同分处理"),
        "months": _("最少完整月数"), "workload_exempt": _("免最低业务量的组"), "none_of": _("不得有的事项"),
        "months_percent": _("月考核占比（%）"), "missing": _("缺月"), "part": _("部分"), "kind": _("考核对象"),
    }  # fmt: skip

"""What one key of a scheme alone cannot show: sums, tables, names that exist, no fact counted twice unawares."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import combinations, pairwise
from typing import NamedTuple

from etl.assess.kinds import COMPUTED, event_kinds
from etl.assess.scheme import Scheme, Step
from etl.indicators import definitions


class Fault(NamedTuple):
    """Where in the file, and what is wrong, in Chinese and English."""

    place: tuple[str | int, ...]
    zh: str
    en: str


def faults(scheme: Scheme) -> Iterator[Fault]:
    """All that is wrong with a scheme whose single keys are right, the gravest first."""
    checks: tuple[Callable[[Scheme], Iterator[Fault]], ...] = (
        _dates, _twice, _names, _bounds, _sums, _rules, _metrics, _counted_twice, _grades, _groups, _awards, _annual,
    )  # fmt: skip
    for check in checks:
        yield from check(scheme)


def _dates(scheme: Scheme) -> Iterator[Fault]:
    if scheme.valid_to <= scheme.valid_from:
        yield Fault(("valid_to",), "valid_to 不晚于 valid_from", "valid_to is not after valid_from")


def _twice(scheme: Scheme) -> Iterator[Fault]:
    tables: dict[str, list[str]] = {
        "subject": [one.kind for one in scheme.subject],
        "dimension": [f"{one.subject}.{one.id}" for one in scheme.dimension],
        "veto": [one.id for one in scheme.veto],
        "propagation": [one.id for one in scheme.propagation],
        "grade": [one.id for one in scheme.grade],
        "group": [f"{one.subject}.{one.id}" for one in scheme.group],
        "award": [one.id for one in scheme.award],
        "annual": [one.subject for one in scheme.annual],
        "annual_mark": [one.part for one in scheme.annual_mark],
    }
    keys = {"subject": "kind", "annual": "subject", "annual_mark": "part"}
    for name, ids in tables.items():
        yield from _repeated(name, keys.get(name, "id"), ids, [])
    seen: list[str] = []
    for name, rules in (("rule", scheme.rule), ("metric", scheme.metric), ("part", scheme.part)):
        ids = [f"{one.subject}.{one.id}" for one in rules]
        yield from _repeated(name, "id", ids, seen)
        seen += ids


def _repeated(name: str, key: str, ids: Sequence[str], before: Sequence[str]) -> Iterator[Fault]:
    for index, one in enumerate(ids):
        if one in ids[:index] or one in before:
            said = one.rpartition(".")[2]
            yield Fault((name, index, key), f"{said} 重复出现", f"{said} occurs twice")


def _unknown(place: tuple[str | int, ...], what_zh: str, what_en: str, name: str, known: Iterable[str]) -> Fault:
    listed = list(known)
    return Fault(place, f"没有{what_zh} {name}；可用：{'、'.join(listed)}", f"no {what_en} {name}; known: {', '.join(listed)}")


def _names(scheme: Scheme) -> Iterator[Fault]:
    """Subjects, dimensions, kinds, grades, groups and indicators that are named must be there."""
    subjects = [one.kind for one in scheme.subject]
    of_subject = {kind: [one.id for one in scheme.dimension if one.subject == kind] for kind in subjects}
    for name in ("dimension", "rule", "metric", "part", "group", "grade_cap", "award", "annual"):
        for index, one in enumerate(getattr(scheme, name)):
            if one.subject not in subjects:
                yield _unknown((name, index, "subject"), "考核对象", "subject", one.subject, subjects)
            elif hasattr(one, "dimension") and one.dimension not in of_subject[one.subject]:
                yield _unknown((name, index, "dimension"), "维度", "dimension", one.dimension, of_subject[one.subject])
    counted = [*event_kinds(), *COMPUTED]
    for name, key, known in (
        ("rule", "kinds", counted), ("rule", "broken_by", list(event_kinds())), ("veto", "kinds", list(event_kinds())),
        ("same_fact", "kinds", list(event_kinds())), ("award", "none_of", list(event_kinds())),
    ):  # fmt: skip
        for index, one in enumerate(getattr(scheme, name)):
            for kind in getattr(one, key) or ():
                if kind not in known:
                    yield _unknown((name, index, key), "事件种类", "kind of event", kind, known)
    grades = [one.id for one in scheme.grade]
    for name in ("veto", "grade_cap", "award"):
        for index, one in enumerate(getattr(scheme, name)):
            if one.grade is not None and one.grade not in grades:
                yield _unknown((name, index, "grade"), "等次", "grade", one.grade, grades)
    for index, propagation in enumerate(scheme.propagation):
        if "person" not in subjects or propagation.source not in subjects:
            yield _unknown(("propagation", index, "source"), "考核对象", "subject", propagation.source, subjects)
        for dimension in propagation.dimensions:
            if dimension not in of_subject.get(propagation.source, []):
                known = of_subject.get(propagation.source, [])
                yield _unknown(("propagation", index, "dimensions"), "维度", "dimension", dimension, known)
    yield from _indicators(scheme)


def _indicators(scheme: Scheme) -> Iterator[Fault]:
    known = definitions()
    named = [("subject", index, "workload", one.workload, one.kind) for index, one in enumerate(scheme.subject)]
    for key in ("indicator", "per"):
        named += [("metric", index, key, getattr(one, key), one.subject) for index, one in enumerate(scheme.metric)]
    for table, index, key, name, subject in named:
        if name is None:
            continue
        place = (table, index, key)
        if name not in known:
            zh, en = f"指标字典中没有 {name}", f"no indicator {name} in the dictionary (hall indicator lists them)"
            yield Fault(place, zh, en)
            continue
        found = known[name]
        needed = "department" if subject == "department" else "window"
        if needed not in found.dimensions:
            yield Fault(place, f"指标 {name} 不能按 {needed} 划分", f"indicator {name} has no dimension {needed}")
        elif found.kind not in ("count", "rate", "mean") or found.timing != "period":
            yield Fault(place, f"{name} 不是计数、率或均值指标", f"indicator {name} is no count, rate or mean of a period")
        elif found.kind != "count" and (key != "indicator" or scheme.metric[index].per is not None):
            yield Fault(place, f"{name} 不是计数指标", f"indicator {name} is no count")


def _bounds(scheme: Scheme) -> Iterator[Fault]:
    for name in ("subject", "dimension"):
        for index, one in enumerate(getattr(scheme, name)):
            if one.floor is not None and one.floor > one.base:
                yield Fault(
                    (name, index, "floor"), f"下限 {one.floor} 高于基础分 {one.base}", f"floor {one.floor} is above the base {one.base}"
                )
            if one.ceiling is not None and one.ceiling < one.base:
                zh, en = f"上限 {one.ceiling} 低于基础分 {one.base}", f"ceiling {one.ceiling} is below the base {one.base}"
                yield Fault((name, index, "ceiling"), zh, en)


def _sums(scheme: Scheme) -> Iterator[Fault]:
    for index, subject in enumerate(scheme.subject):
        total = sum((one.base for one in scheme.dimensions_of(subject.kind)), Decimal(0))
        if total != subject.base:
            zh = f"各维度基础分之和 {total} 不等于基础分 {subject.base}"
            yield Fault(("subject", index, "base"), zh, f"the bases of the dimensions sum to {total}, not to the base {subject.base}")
    ruled = {(rule.subject, rule.dimension) for rule in scheme.rule} | {(metric.subject, metric.dimension) for metric in scheme.metric}
    for place, dimension in enumerate(scheme.dimension):
        parts = [one for one in scheme.part if (one.subject, one.dimension) == (dimension.subject, dimension.id)]
        total = sum((one.points for one in parts), Decimal(0))
        alone = (dimension.subject, dimension.id) not in ruled
        if parts and (total > dimension.base or (alone and total != dimension.base)):
            zh = f"各组成部分之和 {total} 与维度基础分 {dimension.base} 不符"
            yield Fault(("dimension", place, "base"), zh, f"the parts sum to {total}, the dimension has a base of {dimension.base}")


def _rules(scheme: Scheme) -> Iterator[Fault]:
    for index, rule in enumerate(scheme.rule):
        place = ("rule", index)
        has_steps = rule.unit in ("workday_steps", "count_steps")
        needed, other = ("steps", "points") if has_steps else ("points", "steps")
        if getattr(rule, needed) is None:
            yield Fault((*place, "unit"), f"{rule.unit} 须写明 {needed}", f"{rule.unit} needs {needed}")
        if getattr(rule, other) is not None:
            yield Fault((*place, other), f"{rule.unit} 没有设置 {other}", f"{rule.unit} has no setting {other}")
        if rule.points == 0:
            yield Fault((*place, "points"), "points 不能为 0", "points must not be 0")
        if rule.free and (has_steps or rule.unit == "case_workday"):
            yield Fault((*place, "free"), f"{rule.unit} 没有设置 free", f"{rule.unit} has no setting free")
        if rule.steps is not None:
            yield from _table((*place, "steps"), rule.steps)
        computed = [kind for kind in rule.kinds if kind in COMPUTED]
        if computed and (len(rule.kinds) > 1 or rule.subject != "person"):
            zh, en = f"{computed[0]} 只能单独用于人员规则", f"{computed[0]} stands alone, in a rule of a person"
            yield Fault((*place, "kinds"), zh, en)
        for key, kinds in (("broken_by", ["full_attendance"]), ("excused", ["full_attendance", "leave"])):
            if getattr(rule, key) is not None and rule.kinds[0] not in kinds:
                yield Fault((*place, key), f"{key} 只用于 {'、'.join(kinds)}", f"{key} belongs to {' and '.join(kinds)} alone")
        if rule.cap_group is not None:
            yield from _shared_cap(scheme, index)


def _shared_cap(scheme: Scheme, index: int) -> Iterator[Fault]:
    rule = scheme.rule[index]
    first = next(one for one in scheme.rule if one.subject == rule.subject and one.cap_group == rule.cap_group)
    if rule.cap is None or (rule.cap, rule.cap_per, rule.dimension) != (first.cap, first.cap_per, first.dimension):
        zh = f"cap_group {rule.cap_group} 的规则须有相同的 cap、cap_per 和 dimension"
        yield Fault(("rule", index, "cap_group"), zh, f"rules of cap_group {rule.cap_group} need the same cap, cap_per and dimension")


def _table(place: tuple[str | int, ...], steps: Sequence[Step]) -> Iterator[Fault]:
    for earlier, later in pairwise(steps):
        if later.at <= earlier.at:
            yield Fault(place, f"分段表在 {later.at} 处重叠", f"the table overlaps at {later.at}")
            return
    ups = {later.points > earlier.points for earlier, later in pairwise(steps) if later.points != earlier.points}
    if len(ups) > 1:
        yield Fault(place, "分段表的分值须单调", "the points of the table must run one way")


_SHAPES = {
    "linear": (("start", "side", "each"), ("whole",)),
    "thresholds": (("table",), ()),
    "steps": (("start", "first", "every", "each"), ()),
}


def _metrics(scheme: Scheme) -> Iterator[Fault]:
    for index, metric in enumerate(scheme.metric):
        place = ("metric", index)
        needed, allowed = _SHAPES[metric.shape]
        for name in needed:
            if getattr(metric, name) is None:
                yield Fault((*place, "shape"), f"{metric.shape} 须写明 {name}", f"{metric.shape} needs {name}")
        for name in ("start", "side", "each", "whole", "first", "every", "table"):
            if getattr(metric, name) is not None and name not in (*needed, *allowed):
                yield Fault((*place, name), f"{metric.shape} 没有设置 {name}", f"{metric.shape} has no setting {name}")
        if metric.table is not None:
            yield from _table((*place, "table"), metric.table)


def _counted_twice(scheme: Scheme) -> Iterator[Fault]:
    """A kind belongs to one rule of a subject, unless both say that it counts again (or what they count cannot be one event)."""
    for (_, first), (index, second) in combinations(enumerate(scheme.rule), 2):
        shared = [kind for kind in second.kinds if kind in first.kinds]
        if first.subject != second.subject or not shared or (first.counts_again and second.counts_again):
            continue
        apart = (
            (first.automatic is not None and second.automatic is not None and first.automatic != second.automatic)
            or ({first.attributed, second.attributed} == {"person", "window"})
            or (first.evidence and second.evidence and not set(first.evidence) & set(second.evidence))
        )
        if not apart:
            zh = f"{shared[0]} 已由规则 {first.id} 计分；确需重复计分须在两条规则写明 counts_again = true"
            en = f"{shared[0]} is counted by rule {first.id} already; to count it again both rules need counts_again = true"
            yield Fault(("rule", index, "kinds"), zh, en)


def _grades(scheme: Scheme) -> Iterator[Fault]:
    for index, (better, worse) in enumerate(pairwise(scheme.grade), 1):
        if better.least is None:
            yield Fault(("grade", index - 1), f"{better.id} 须写明 least", f"{better.id} needs least")
        elif worse.least is not None and worse.least >= better.least:
            zh = f"等次 {worse.id} 与 {better.id} 重叠：须由高到低"
            yield Fault(("grade", index, "least"), zh, f"grade {worse.id} overlaps {better.id}; they stand best first")


def _groups(scheme: Scheme) -> Iterator[Fault]:
    for index, group in enumerate(scheme.group):
        for low, high in (("workload_from", "workload_to"), ("quantile_from", "quantile_to")):
            first, end = getattr(group, low), getattr(group, high)
            if first is not None and end is not None and end <= first:
                yield Fault(("group", index, high), f"{high} 不大于 {low}", f"{high} is not above {low}")
        by_load = (group.workload_from, group.workload_to) != (None, None)
        if by_load and (group.quantile_from, group.quantile_to) != (None, None):
            yield Fault(("group", index), "工作量范围与分位只能用一种", "a group has a range of workload or of quantiles, not both")
        subject = scheme.subject_of(group.subject)
        if subject is not None and subject.workload is None and group.members is None and _ranges(scheme, index):
            yield Fault(("group", index), f"{group.subject} 未写明 workload", f"subject {group.subject} names no workload")
    for first, second in combinations(range(len(scheme.group)), 2):
        if scheme.group[first].subject == scheme.group[second].subject and _overlap(scheme, first, second):
            one, other = scheme.group[first].id, scheme.group[second].id
            yield Fault(("group", second), f"分组 {other} 与 {one} 重叠", f"group {other} overlaps {one}")


def _ranges(scheme: Scheme, index: int) -> list[tuple[Decimal, Decimal]]:
    group = scheme.group[index]
    found = []
    for low, high in ((group.workload_from, group.workload_to), (group.quantile_from, group.quantile_to)):
        if low is not None or high is not None:
            found.append((low if low is not None else Decimal(0), high if high is not None else Decimal("Infinity")))
    return found


def _overlap(scheme: Scheme, first: int, second: int) -> bool:
    one, other = scheme.group[first], scheme.group[second]
    if one.members is not None or other.members is not None:
        return bool(set(one.members or ()) & set(other.members or ()))
    mine, others = _ranges(scheme, first), _ranges(scheme, second)
    if not mine or not others:
        return not mine and not others
    same_sort = (one.quantile_from, one.quantile_to) == (None, None), (other.quantile_from, other.quantile_to) == (None, None)
    return same_sort[0] == same_sort[1] and mine[0][0] < others[0][1] and others[0][0] < mine[0][1]


def _awards(scheme: Scheme) -> Iterator[Fault]:
    groups = [(one.subject, one.id) for one in scheme.group]
    for index, award in enumerate(scheme.award):
        if (award.winners is None) == (award.percent is None):
            yield Fault(("award", index), "winners 与 percent 须写明其一", "an award has winners or percent, one of them")
        if award.most is not None and award.most < award.least:
            yield Fault(("award", index, "most"), "most 小于 least", "most is below least")
        for name in award.workload_exempt:
            if (award.subject, name) not in groups:
                known = [one for kind, one in groups if kind == award.subject]
                yield _unknown(("award", index, "workload_exempt"), "分组", "group", name, known)
        subject = scheme.subject_of(award.subject)
        if award.workload and subject is not None and subject.workload is None:
            yield Fault(("award", index, "workload"), f"{award.subject} 未写明 workload", f"subject {award.subject} names no workload")


def _annual(scheme: Scheme) -> Iterator[Fault]:
    marks = sum((one.most for one in scheme.annual_mark), Decimal(0))
    for index, annual in enumerate(scheme.annual):
        own = marks if annual.subject == "person" else Decimal(0)
        if annual.months_percent + own != 100:
            zh = f"月考核 {annual.months_percent}% 与年度评价 {own} 之和不等于 100"
            en = f"months {annual.months_percent}% and annual marks {own} do not sum to 100"
            yield Fault(("annual", index, "months_percent"), zh, en)
    if scheme.annual_mark and not any(one.subject == "person" for one in scheme.annual):
        yield Fault(("annual_mark", 0), "annual_mark 须有人员的 [[annual]]", "annual marks need an [[annual]] of persons")

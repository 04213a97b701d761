"""Who is ranked together: named members, a range of cases a month, or a range of its quantiles; the first group that fits holds."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from etl.assess.scheme import Group, RuledKind, Scheme


def groups_of(
    scheme: Scheme, kind: RuledKind, workloads: Mapping[str, int], names: Mapping[str, Collection[str]], months: int
) -> dict[str, Group | None]:
    """The group of each subject by its workload in a period of so many months; None for all where the scheme has no groups.

    `names` are those by which a group may list the subject: its own, its window's, its department's.
    """
    groups = [one for one in scheme.group if one.subject == kind]
    ordered = sorted(workloads.values())
    found: dict[str, Group | None] = {}
    for subject, workload in workloads.items():
        monthly = Decimal(workload) / months
        # Share of the others that have less, in percent: 0 for the least, equals alike.
        below = Decimal(100 * sum(1 for one in ordered if one < workload)) / len(ordered)
        found[subject] = next((group for group in groups if _fits(group, names[subject], monthly, below)), None)
    return found


def _fits(group: Group, names: Collection[str], monthly: Decimal, below: Decimal) -> bool:
    if group.members is not None and not set(group.members) & set(names):
        return False
    for value, first, end in ((monthly, group.workload_from, group.workload_to), (below, group.quantile_from, group.quantile_to)):
        if (first is not None and value < first) or (end is not None and value >= end):
            return False
    return True

"""The dictionary of indicators as data and as the page docs/indicators.md, both drawn from the definitions."""

from etl.indicators.definition import Indicator, Part, definitions
from etl.indicators.dimensions import DIMENSIONS

HEAD = """# 指标字典 / Indicators

本页由 `etl/indicators/definitions/` 生成：`python -m etl.indicators.dictionary > docs/indicators.md`，测试核对两者一致。
This page is made from `etl/indicators/definitions/` by that command; a test compares the two.

每个率都是分子之和 ÷ 分母之和；分母为 0 时没有值；n 小于“最小分母”时变灰并注明 n。
n 是件数：一般就是分母；分母为天数、秒数之和的，另写明计数。
Every rate is a sum over a sum; it has no value when the denominator is 0, and is greyed with its n below the minimum denominator.
n counts records: it is the denominator, or, where that is a sum of days or seconds, the count that is named.
"""
KINDS = {
    "count": "计数 / count",
    "stock": "时点数 / level",
    "rate": "率 / rate",
    "mean": "均值 / mean",
    "percentile": "分位数 / percentile",
}
TIMINGS = {
    "period": "期内各日之和 / sum over the days of the period",
    "until": "截至期末各日之和 / sum over all days up to the last",
    "in_force": "期末当日有效 / in force on the last day",
}
DIRECTIONS = {"up": "越高越好 / higher is better", "down": "越低越好 / lower is better", "none": "无 / none"}


def _part(part: Part | None) -> dict[str, str] | None:
    if part is None:
        return None
    return {"zh": part.zh, "en": part.en, "sql": part.sql, **({"opening": part.opening} if part.opening else {})}


def entry(indicator: Indicator) -> dict[str, object]:
    """One indicator's definition as plain data, for `hall indicator --json`."""
    return {
        "indicator": indicator.name,
        "label": indicator.zh,
        "label_en": indicator.en,
        "use": indicator.use.zh if indicator.use else None,
        "use_en": indicator.use.en if indicator.use else None,
        "formula": indicator.formula.zh,
        "formula_en": indicator.formula.en,
        "numerator": _part(indicator.numerator),
        "denominator": _part(indicator.denominator),
        "count": _part(indicator.count),
        "unit": indicator.unit.zh,
        "unit_en": indicator.unit.en,
        "kind": indicator.kind,
        "timing": indicator.timing,
        "direction": indicator.direction,
        "source": indicator.source.zh,
        "source_en": indicator.source.en,
        "minimum_denominator": indicator.minimum_denominator,
        "reviewed_on": indicator.reviewed_on.isoformat(),
        "dimensions": list(indicator.dimensions),
        "marts": list(indicator.marts),
    }


def _section(indicator: Indicator) -> str:
    lines = [
        f"### {indicator.name}：{indicator.zh} / {indicator.en}",
        "",
        *([f"- 何时看 / when to use: {indicator.use.zh} / {indicator.use.en}"] if indicator.use else []),
        f"- 公式 / formula: {indicator.formula.zh} / {indicator.formula.en}",
        f"- 分子 / numerator: {indicator.numerator.zh} / {indicator.numerator.en} (`{indicator.numerator.sql}`)",
    ]
    if indicator.denominator:
        carried = f"; 期初 / opening `{indicator.denominator.opening}`" if indicator.denominator.opening else ""
        lines.append(
            f"- 分母 / denominator: {indicator.denominator.zh} / {indicator.denominator.en} (`{indicator.denominator.sql}`{carried})"
        )
    if indicator.count:
        lines.append(f"- 计数 / count (n): {indicator.count.zh} / {indicator.count.en} (`{indicator.count.sql}`)")
    lines += [
        f"- 单位 / unit: {indicator.unit.zh} / {indicator.unit.en}；{KINDS[indicator.kind]}；{TIMINGS[indicator.timing]}",
        f"- 方向 / direction: {DIRECTIONS[indicator.direction]}",
        f"- 维度 / dimensions: {', '.join(indicator.dimensions)}",
        f"- 统计表 / marts: {', '.join(indicator.marts)}；最小分母 / minimum denominator: {indicator.minimum_denominator}",
        f"- 来源 / source: {indicator.source.zh} / {indicator.source.en}；{indicator.reviewed_on}",
    ]
    return "\n".join(lines)


def dictionary_page() -> str:
    """The text of docs/indicators.md."""
    listed = "\n".join(f"| `{one.name}` | {one.zh} | {one.en} |" for one in DIMENSIONS.values())
    dimensions = f"## 维度 / Dimensions\n\n| 名称 / name | 中文 | English |\n|---|---|---|\n{listed}"
    return "\n\n".join([HEAD.rstrip(), dimensions, "## 指标 / Indicators", *(_section(one) for one in definitions().values())]) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(dictionary_page())

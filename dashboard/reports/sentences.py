"""Sentences written from figures. Each kind is one function that returns None where the data support nothing to say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dashboard.reports import plan
from dashboard.reports.assessed import Results, honours, standing
from dashboard.reports.figures import Figure, Question, Source
from dashboard.reports.period import ReportPeriod, written_day
from dashboard.reports.plan import Asked, Audience, Part
from dashboard.reports.scoping import County
from dashboard.reports.wording import FEWER, amount, change, exact, half_up, is_small, listed, unit


@dataclass(frozen=True)
class Teller:
    """All that a sentence or a table is written from. `earlier` is None where no fair comparison can be made.

    `counties` are those that the report is of, and `minimum` on how many cases whoever is ranked must rest.
    """

    source: Source
    period: ReportPeriod
    earlier: ReportPeriod | None
    audience: Audience
    words: dict[str, str]
    departments: tuple[str, ...] = ()
    hidden: frozenset[Question] = frozenset()
    assessed: Results | None = None
    as_of: date = date.max
    counties: tuple[County, ...] = ()
    minimum: int = 1

    def told(self, figure: Figure) -> str:
        """The number with its unit as this audience may read it."""
        return f"{FEWER}{unit(figure)}" if self.hides(figure) else amount(figure)

    def hides(self, figure: Figure) -> bool:
        """Whether this audience is not told: it is small, or a table hides it so that a small one cannot be worked out."""
        return self.audience == "public" and (is_small(figure) or figure.question in self.hidden)

    def then(self, asked: Asked) -> Figure | None:
        """The same of the period before; None where the records do not reach back."""
        if self.earlier is None or not self.source.reaches(asked.indicator, self.earlier):
            return None
        return self.source.one(asked.indicator, self.earlier, asked.where)

    def changed(self, asked: Asked, now: Figure) -> str:
        """The change in words, with the comma before it; nothing where it would give a small number away."""
        then = self.then(asked)
        if self.hides(now) or (then is not None and self.hides(then)):
            return ""
        words = change(now, then, self.period)
        return f"，{words}" if words else ""


@dataclass(frozen=True)
class Said:
    """A sentence and the figures that stand in it."""

    text: str
    figures: tuple[Figure, ...] = field(default=())


def _word(asked: Asked, figure: Figure) -> str:
    return figure.indicator.zh if asked.word is None else asked.word


def _named(figures: Sequence[Figure], teller: Teller) -> str:
    return listed(f"{figure.name}（{teller.told(figure)}）" for figure in figures)


def _text(sentence: plan.Text, teller: Teller) -> Said | None:
    return Said(sentence.text.format_map(teller.words))


def _figures(sentence: plan.Figures, teller: Teller) -> Said | None:
    parts: list[str] = []
    used: list[Figure] = []
    for asked in sentence.figures:
        if not teller.source.is_present(asked.indicator):
            continue
        now = teller.source.one(asked.indicator, teller.period, asked.where)
        # A rate of nothing is no number, and a rate that would give a small count away is not told.
        if now.value is None or (not now.is_count and teller.hides(now)):
            continue
        few = "" if now.is_firm else f"（n={now.n}）"
        parts.append(f"{_word(asked, now)}{teller.told(now)}{few}{teller.changed(asked, now)}")
        used.append(now)
    # Nothing but noughts: the part has its own words for that.
    if not any(one.value or not one.is_count for one in used):
        return None
    return Said(f"{sentence.lead.format_map(teller.words)}{'；'.join(parts)}。", tuple(used))


def _composition(sentence: plan.Composition, teller: Teller) -> Said | None:
    figures = [
        one for one in teller.source.by(sentence.figure.indicator, (sentence.by,), teller.period, sentence.figure.where) if one.value
    ]
    total = sum(exact(one) or 0 for one in figures)
    if not total:
        return None
    ordered = sorted(figures, key=lambda one: (-(one.value or 0), one.name))
    # With one small part hidden its number would be what the others leave over: then shares are left out and so is the smallest told.
    open_ones = [one for one in ordered if not teller.hides(one)]
    if len(ordered) - len(open_ones) == 1:
        open_ones = open_ones[:-1]
    if not open_ones:
        return None
    parts = [f"{one.name}{amount(one)}、占{half_up((exact(one) or 0) * 100 / total)}%" for one in open_ones]
    rest = "，其余合并不列" if len(open_ones) < len(ordered) else ""
    return Said(f"{sentence.lead.format_map(teller.words)}{'，'.join(parts)}{rest}。", tuple(open_ones))


def _top(sentence: plan.Top, teller: Teller) -> Said | None:
    found = teller.source.by(sentence.figure.indicator, (sentence.by,), teller.period, sentence.figure.where)
    ranked = [one for one in found if one.value and one.is_firm and not teller.hides(one) and one.by[0][1] != ""]
    if len(ranked) < 2:
        return None
    falling = ranked[0].is_count or ranked[0].indicator.direction != "down"
    ranked.sort(key=lambda one: (-(exact(one) or 0) if falling else exact(one) or 0, one.name))
    chosen = ranked[: sentence.most]
    word = _word(sentence.figure, chosen[0])
    lead = f"{word}居前{sentence.most}位的{sentence.of}依次为" if len(ranked) > sentence.most else f"按{word}排列的{sentence.of}依次为"
    return Said(f"{lead}：{_named(chosen, teller)}。", tuple(chosen))


def without_business(indicator: str, by: str, teller: Teller) -> list[str]:
    """Units that had none in the period: of those the office lists, else of those that had any in the year up to its end."""
    source, period = teller.source, teller.period
    busy = {one.by[0][1] for one in source.by(indicator, (by,), period) if one.value}
    if teller.departments:
        return [name for name in teller.departments if name not in busy]
    year = ReportPeriod("custom", period.first.replace(year=period.first.year - 1, day=1), period.last, "", "")
    known = {str(one.by[0][1]) for one in source.by(indicator, (by,), year) if one.value}
    return sorted(known - busy - {""})


def _without(sentence: plan.Without, teller: Teller) -> Said | None:
    idle = without_business(sentence.indicator, sentence.by, teller)
    if not idle:
        return None
    return Said(f"{teller.period.this}无业务单位{len(idle)}个：{listed(idle)}。")


def _events(sentence: plan.Events, teller: Teller) -> Said | None:
    total = teller.source.one(sentence.figure.indicator, teller.period, sentence.figure.where)
    if not total.value:
        return Said(sentence.none.format_map(teller.words), (total,))
    text = f"{_word(sentence.figure, total)}{teller.told(total)}{teller.changed(sentence.figure, total)}"
    places = [
        one
        for one in teller.source.by(sentence.figure.indicator, (sentence.by,), teller.period, sentence.figure.where)
        if one.value and not teller.hides(one)
    ]
    places.sort(key=lambda one: (-(one.value or 0), one.name))
    if places and not teller.hides(total):
        shown = places[: sentence.most]
        cut = len(shown) < len(places) or teller.audience == "public"
        text += f"，{'较多的为' if cut else '涉及'}：{_named(shown, teller)}"
        places = shown
    else:
        places = []
    return Said(f"{text}。", (total, *places))


def _beyond(sentence: plan.Beyond, teller: Teller) -> Said | None:
    found = [
        one
        for one in teller.source.by(sentence.figure.indicator, (sentence.by,), teller.period, sentence.figure.where)
        if one.value is not None and one.is_firm and not teller.hides(one) and one.by[0][1] != ""
    ]
    below, above = sentence.below, sentence.above
    chosen = [one for one in found if (below is not None and (one.value or 0) < below) or (above is not None and (one.value or 0) > above)]
    if not chosen:
        return None
    chosen.sort(key=lambda one: ((one.value or 0) if below is not None else -(one.value or 0), one.name))
    word, sign = _word(sentence.figure, chosen[0]), unit(chosen[0])
    limit = f"低于{below:g}{sign}" if below is not None else f"高于{above:g}{sign}"
    return Said(f"{word}{limit}的{sentence.of}{len(chosen)}个：{_named(chosen, teller)}。", tuple(chosen))


def _standing(sentence: plan.Standing, teller: Teller) -> Said | None:
    text = standing(teller.assessed, sentence.subject) if teller.assessed is not None else ""
    return Said(text) if text else None


def _honours(sentence: plan.Honours, teller: Teller) -> Said | None:
    # Staff are named in the internal version alone, as on the pages.
    text = honours(teller.assessed, teller.audience == "internal") if teller.assessed is not None else ""
    return Said(text) if text else None


_SAY: dict[type[Any], Callable[[Any, Teller], Said | None]] = {
    plan.Text: _text,
    plan.Figures: _figures,
    plan.Composition: _composition,
    plan.Top: _top,
    plan.Without: _without,
    plan.Events: _events,
    plan.Beyond: _beyond,
    plan.Standing: _standing,
    plan.Honours: _honours,
}


def say(sentence: plan.Sentence, teller: Teller) -> Said | None:
    """The sentence, or None where its period does not have it, its indicators have no records, or the data support nothing."""
    if teller.period.kind not in sentence.periods:
        return None
    names = plan.indicators_of(sentence)
    if names and not any(teller.source.is_present(name) for name in names):
        return None
    return _SAY[type(sentence)](sentence, teller)


def paragraph(part: Part, teller: Teller) -> Said | None:
    """All that a part has to say; its `none` where it has nothing; None where what it needs was never loaded."""
    if not all(teller.source.is_present(name) for name in part.needs):
        return None
    said = [one for sentence in part.sentences if (one := say(sentence, teller)) is not None]
    if not said:
        return Said(part.none.format_map(teller.words)) if part.none else None
    return Said("".join(one.text for one in said), tuple(figure for one in said for figure in one.figures))


def words_of(period: ReportPeriod, cut_off: Any, hall: str) -> dict[str, str]:
    """What the texts of a plan may fill in."""
    return {
        "this": period.this,
        "former": period.former,
        "period": period.name,
        "span": period.span,
        "cut_off": written_day(cut_off),
        "hall": hall,
    }

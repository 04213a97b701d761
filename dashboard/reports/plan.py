"""What a report says, as data: which indicators stand in which sentence, table and chart, under which heading.

A part whose indicators are not in the dictionary, or whose records were never loaded, is left out: an indicator that lands later
needs its lines in `plans/*.toml` and no code. Only what is marked `optional` may name an indicator that is not there yet.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from etl.assess.scheme import RuledKind
from etl.records import read_toml, validation_refusal

PLANS = Path(__file__).parent / "plans"
Kind = Literal["month", "quarter", "year", "custom"]
# Who reads it: whoever may see all of the hall; leaders, who see no single case and no score of a person; everybody.
Audience = Literal["internal", "leadership", "public"]
Conditions = dict[str, str | list[str]]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Asked(_Strict):
    """An indicator, perhaps of a part of the records, and the word a sentence or a column has for it (else its own name)."""

    indicator: str
    word: str | None = None
    where: Conditions = Field(default_factory=dict)


class _Sentence(_Strict):
    optional: bool = False
    periods: tuple[Kind, ...] = ("month", "quarter", "year", "custom")


class Text(_Sentence):
    """Fixed words; `{this}`, `{period}`, `{span}`, `{cut_off}` and the like are filled in."""

    say: Literal["text"]
    text: str


class Figures(_Sentence):
    """Figures beside each other, each with its change: 收件5,610件，环比增长75.42%；办结…"""

    say: Literal["figures"]
    lead: str = ""
    figures: tuple[Asked, ...] = Field(min_length=1)


class Composition(_Sentence):
    """The parts of a total with their shares: 按办件类型分，即办件697件、占63.08%，…"""

    say: Literal["composition"]
    lead: str
    figure: Asked
    by: str


class Top(_Sentence):
    """The first of a ranking: 收件量居前10位的部门依次为：…。 Rates on fewer than their minimum denominator do not take part."""

    say: Literal["top"]
    figure: Asked
    by: str = "department"
    of: str = "部门"
    most: int = Field(default=10, ge=1)


class Without(_Sentence):
    """Units without business: 本月无业务单位12个：…"""

    say: Literal["without"]
    indicator: str
    by: str = "department"


class Events(_Sentence):
    """Things that should not happen: `none` when there were none, else how many and where."""

    say: Literal["events"]
    figure: Asked
    none: str
    by: str = "department"
    most: int = Field(default=10, ge=1)


class Beyond(_Sentence):
    """Those on the wrong side of a limit: 按时办结率低于95%的部门：…"""

    say: Literal["beyond"]
    figure: Asked
    below: float | None = None
    above: float | None = None
    by: str = "department"
    of: str = "部门"


class Standing(_Sentence):
    """The published scores of the assessment: mean, grades, the first ten."""

    say: Literal["standing"]
    subject: RuledKind


class Honours(_Sentence):
    """The awards of the period: red flags, model staff."""

    say: Literal["honours"]


Sentence = Annotated[Text | Figures | Composition | Top | Without | Events | Beyond | Standing | Honours, Field(discriminator="say")]


class Part(_Strict):
    """A paragraph or several under a heading of the second level. `needs` is what must be present for the part to stand at all.

    `none` is said when its sentences have nothing to say; without it the part is left out.
    """

    id: str
    heading: str = ""
    needs: tuple[str, ...] = ()
    none: str = ""
    sentences: tuple[Sentence, ...] = ()


class Section(_Strict):
    """A chapter: heading of the first level."""

    heading: str
    none: str = ""
    parts: tuple[Part, ...] = Field(min_length=1)


class Column(_Strict):
    """A column of an annex. `heading` is a path through the merged header: 办结/承诺合计/提前.

    `indicator` of this period or the one `before`, or the `change` of an indicator against the period before.
    """

    heading: str
    indicator: str | None = None
    where: Conditions = Field(default_factory=dict)
    period: Literal["this", "before"] = "this"
    change: str | None = None
    part_of: str | None = Field(default=None, description="heading of the column that this one is a part of, for small cells")


class ListColumn(_Strict):
    """A column of a list of records."""

    heading: str
    column: str
    type: Literal["text", "date", "count"] = "text"
    codes: str | None = None


class Peers(_Strict):
    """A table of counties: each figure, and of those by which counties can be ranked numerator, denominator and place as well."""

    title: str
    figures: tuple[Asked, ...] = Field(min_length=1)


class Annex(_Strict):
    """A table behind the text. One of: `rows` (a dimension, one column an indicator), `peers` (counties, where there are several),
    `query` (a list), `assessed` (the published scores of such subjects), `is_definitions`."""

    id: str
    title: str
    rows: str | None = None
    of: str = "部门"
    where: Conditions = Field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    has_total: bool = True
    rank_by: str | None = Field(default=None, description="heading of the column by which the table is repeated in order of rank")
    peers: tuple[Peers, ...] = ()
    query: str | None = None
    list_columns: tuple[ListColumn, ...] = ()
    assessed: RuledKind | None = None
    is_definitions: bool = False
    audiences: tuple[Audience, ...] = ("internal", "leadership", "public")
    withheld: dict[Audience, str] = Field(default_factory=dict, description="what stands in its place for those who do not get it")
    optional: bool = False
    none: str = ""
    notes: tuple[str, ...] = Field(default=(), description="lines under its table")
    landscape: bool = False


class Chart(_Strict):
    """A figure of the report. `trend` runs over the like periods before; `ranked` and `parts` over a dimension of this one."""

    id: str
    title: str
    after: str = Field(description="id of the part below which it stands")
    kind: Literal["trend", "ranked", "parts"]
    figures: tuple[Asked, ...] = Field(min_length=1)
    by: str = "department"
    most: int = Field(default=10, ge=1)
    optional: bool = False


class Plan(_Strict):
    """The whole report."""

    title: str
    addressee: str
    opening: str
    kpis: tuple[str, ...]
    kpi_notes: tuple[str, ...] = ()
    sections: tuple[Section, ...]
    annexes: tuple[Annex, ...]
    charts: tuple[Chart, ...] = ()

    def required(self) -> Iterator[str]:
        """Indicators that must be in the dictionary: all that are not marked optional."""
        yield from self.kpis
        for section in self.sections:
            for part in section.parts:
                for sentence in part.sentences:
                    if not sentence.optional:
                        yield from indicators_of(sentence)
        for annex in self.annexes:
            if not annex.optional:
                yield from (name for column in annex.columns if (name := column.indicator or column.change))
                yield from (asked.indicator for peers in annex.peers for asked in peers.figures)
        for chart in self.charts:
            if not chart.optional:
                yield from (asked.indicator for asked in chart.figures)


def indicators_of(sentence: Sentence) -> list[str]:
    """The indicators a sentence rests on."""
    if isinstance(sentence, Figures):
        return [asked.indicator for asked in sentence.figures]
    if isinstance(sentence, Without):
        return [sentence.indicator]
    return [] if isinstance(sentence, Text | Standing | Honours) else [sentence.figure.indicator]


@cache
def plan(name: str = "summary") -> Plan:
    """The plan called `name`. Raises HallError naming the file and the key that is wrong."""
    path = PLANS / f"{name}.toml"
    try:
        return Plan.model_validate(read_toml(path))
    except ValidationError as error:
        raise validation_refusal(path, error) from None

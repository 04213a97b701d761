"""What the office adds to a snapshot's assessment, in the shape that `etl.assess` takes it."""

from etl.assess.inputs import Mark, Overlay
from etl.office.annualmarks import annual_marks
from etl.office.appeals import appeals
from etl.office.database import Office
from etl.office.findings import findings


def overlay(office: Office) -> Overlay:
    """Findings in force, the loaded records that they stand for, events taken back on appeal, annual marks."""
    newest = findings(office)
    return Overlay(
        findings=tuple(one.event for one in newest if one.act != "withdrawn"),
        replaced=frozenset(one.replaces for one in newest if one.replaces),
        reversed_events={one.event_id: one.decided_because for one in appeals(office, state="granted")},
        marks=tuple(Mark(one.year, one.staff_no, one.part, one.points) for one in annual_marks(office)),
    )

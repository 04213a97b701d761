"""The events of assessment told a second time, row by row in plain Python, from the loaded records, the facts of the clock and the signals.

Written from what the kinds mean (data/reference/assessment-events.toml), not from the models.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from oracles.clock import DAY, Days, every_day

Row = Mapping[str, object]
Tables = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Told:
    """An event as the oracle tells it."""

    event_id: str
    day: date
    kind: str
    quantity: Decimal
    workdays_late: int
    staff_no: str
    window: str
    department: str
    case_no: str
    evidence_no: str
    is_automatic: bool


def kept(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.get("sync_operation") != "D"]


def text(value: object) -> str:
    return "" if value is None else str(value)


def day_of(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raise TypeError(f"{value!r} is no day")


def worked(days: Days, first: date, last: date) -> int:
    """Working days between the two, both included."""
    return sum(days.is_worked(day) for day in every_day(first, last))


def next_worked(days: Days, day: date, count: int) -> date:
    """The count-th working day after the day."""
    while count:
        day += DAY
        count -= days.is_worked(day)
    return day


def post_on(staff: Sequence[Row], number: str, day: date) -> Row | None:
    """The person's own post of that day, the newest; a post of cover where there is no other."""

    def is_on(row: Row) -> bool:
        return row["staff_no"] == number and day_of(row["from_on"]) <= day and (row["to_on"] is None or day <= day_of(row["to_on"]))

    def begun(row: Row) -> tuple[date, str]:
        return day_of(row["from_on"]), text(row["window_name"])

    held = [row for row in kept(staff) if is_on(row)]
    own = [row for row in held if row["staff_post"] != "backup"]
    # Of two that begin on one day the first by name, hence the largest day and the smallest name.
    for rows in (own, held):
        if rows:
            newest = max(begun(row)[0] for row in rows)
            return min((row for row in rows if begun(row)[0] == newest), key=lambda row: text(row["window_name"]))
    return None


class Oracle:
    def __init__(self, tables: Tables, days: Days, as_of: date, precheck_workdays: int) -> None:
        self.tables, self.days, self.as_of, self.precheck = tables, days, as_of, precheck_workdays
        self.handler = {text(row["case_no"]): text(row["staff_no"]) for row in tables["raw_case"]}
        self.case = {text(row["case_no"]): row for row in tables["fact_case"]}

    def told(self) -> list[Told]:
        parts: tuple[Callable[[], Iterator[Told]], ...] = (
            self.attendance, self.patrols, self.dossiers, self.merits, self.late_cases, self.prechecks, self.certificates, self.complaints,
            self.evaluations, self.signals, self.warned,
        )  # fmt: skip
        return [told for part in parts for told in part()]

    def event(
        self, event_id: str, day: date, kind: str, evidence: object, *, quantity: Decimal | int = 1, late: int = 0, staff: object = None,
        window: object = None, department: object = None, case_no: object = None, automatic: bool = False,
    ) -> Told:  # fmt: skip
        held = post_on(self.tables["raw_staff"], text(staff), day) if staff else None
        window = text(window) or (text(held["window_name"]) if held else "")
        department = text(department) or (text(held["department"]) if held else "")
        return Told(
            event_id, day, kind, Decimal(quantity), late, text(staff), window, department, text(case_no), text(evidence), automatic
        )  # fmt: skip

    def attendance(self) -> Iterator[Told]:
        for row in kept(self.tables["raw_attendance"]):
            kind = text(row["attendance_kind"])
            if kind.startswith("leave"):
                continue
            first, last = day_of(row["from_on"]), day_of(row["to_on"] or row["from_on"])
            minutes, length = row["minutes"], row["days"]
            if kind in ("late", "early"):
                kind = "late_long" if isinstance(minutes, int) and minutes > 10 else "late_short"
            quantity: Decimal | int = 1
            if kind == "absent" and isinstance(length, Decimal) and length:
                quantity = length * 2
            elif kind == "absent" and last > first:
                quantity = max(1, 2 * worked(self.days, first, last))
            yield self.event(
                f"attendance:{row['attendance_no']}", first, kind, row["attendance_no"], quantity=quantity, staff=row["staff_no"],
                window=row["window_name"], department=row["department"],
            )  # fmt: skip

    def patrols(self) -> Iterator[Told]:
        for row in kept(self.tables["raw_patrol"]):
            if row["event_kind"] is None:
                continue
            day = day_of(row["patrolled_on"])
            yield self.event(
                f"patrol:{row['patrol_no']}", day, text(row["event_kind"]), row["patrol_no"], staff=row["staff_no"],
                window=row["window_name"], department=row["department"], automatic=row["patrol_source"] == "electronic",
            )  # fmt: skip

    def dossiers(self) -> Iterator[Told]:
        for row in kept(self.tables["raw_dossier"]):
            kind = row["event_kind"] or ("file_error" if row["dossier_result"] == "failed" else None)
            if kind is None:
                continue
            case = self.case.get(text(row["case_no"]), {})
            yield self.event(
                f"dossier:{row['dossier_no']}", day_of(row["reviewed_on"]), text(kind), row["dossier_no"],
                staff=row["staff_no"] or self.handler.get(text(row["case_no"])), window=row["window_name"] or case.get("window_name"),
                department=row["department"] or case.get("department"), case_no=row["case_no"],
            )  # fmt: skip

    def merits(self) -> Iterator[Told]:
        for row in kept(self.tables["raw_merit"]):
            if row["merit_status"] == "confirmed":
                times = row["times"]
                yield self.event(
                    f"merit:{row['merit_no']}", day_of(row["happened_on"]), text(row["event_kind"]), row["merit_no"],
                    quantity=times if isinstance(times, int) else 1, staff=row["staff_no"], window=row["window_name"],
                    department=row["department"],
                )  # fmt: skip

    def late_cases(self) -> Iterator[Told]:
        for number, case in self.case.items():
            if not case["is_closed"] or "late" not in (case["statute_state"], case["promise_state"]):
                continue
            is_statute = case["statute_state"] == "late"
            due = day_of(case["statutory_due_on"] if is_statute else case["promised_due_on"])
            closed = day_of(case["closed_on"])
            kind = "statute_late" if is_statute else "promise_late"
            late = max(1, worked(self.days, due + DAY, closed)) if closed > due else 1
            yield self._of_case(f"case:{number}", closed, kind, number, case, late=late)

    def prechecks(self) -> Iterator[Told]:
        for row in kept(self.tables["raw_application"]):
            last = next_worked(self.days, day_of(row["submitted_at"]), self.precheck)
            checked = row["prechecked_at"]
            # A pre-check of the weekend after the last day is still within its working days.
            in_time = checked is not None and worked(self.days, day_of(row["submitted_at"]) + DAY, day_of(checked)) <= self.precheck
            if in_time or (checked is None and last > self.as_of):
                continue
            case = self.case.get(text(row["case_no"]), {})
            yield self.event(
                f"application:{row['application_no']}", last, "precheck_late", row["application_no"], window=case.get("window_name"),
                department=row["department"], case_no=row["case_no"], automatic=True,
            )  # fmt: skip

    def certificates(self) -> Iterator[Told]:
        for row in self.tables["fact_certificate_missing"]:
            number = text(row["case_no"])
            last = next_worked(self.days, day_of(row["closed_on"]), 10)
            if last <= self.as_of:
                yield self._of_case(f"certificate:{number}", last, "certificate_missing", number, self.case[number])

    def complaints(self) -> Iterator[Told]:
        for row in kept(self.tables["raw_complaint"]):
            if row["complaint_outcome"] in ("upheld", "partly_upheld") and row["answered_at"] is not None:
                case = self.case.get(text(row["case_no"]), {})
                yield self.event(
                    f"complaint:{row['complaint_no']}", day_of(row["answered_at"]), "complaint_upheld", row["complaint_no"],
                    staff=row["staff_no"], window=row["window_name"] or case.get("window_name"),
                    department=row["department"] or case.get("department"), case_no=row["case_no"], automatic=True,
                )  # fmt: skip

    def evaluations(self) -> Iterator[Told]:
        bad = {"dissatisfied": "bad_verified", "very_dissatisfied": "very_bad_verified"}
        for row in kept(self.tables["raw_evaluation"]):
            if row["satisfaction"] not in bad or row["evaluation_channel"] == "default":
                continue
            if row["review_status"] in ("mistaken", "malicious"):
                continue
            number = text(row["evaluation_id"]) + ("" if row["assess_number"] == 1 else f"#{row['assess_number']}")
            case = self.case.get(text(row["case_no"]), {})
            given = day_of(row["evaluated_at"] or case["closed_at"])
            of = {
                "staff": row["staff_no"] or self.handler.get(text(row["case_no"])), "window": row["window_name"] or case.get("window_name"),
                "department": row["department"] or case.get("department"), "case_no": row["case_no"], "automatic": True,
            }  # fmt: skip
            if row["review_status"] == "valid":
                yield self.event(f"evaluation:{number}", given, bad[text(row["satisfaction"])], number, **of)  # type: ignore[arg-type]
            last = next_worked(self.days, given, 15)
            fixed = row["rectified_at"]
            is_undated = fixed is None and (row["is_rectified"] if row["is_rectified"] is not None else row["rectification"] is not None)
            if (fixed is not None and day_of(fixed) > last) or (fixed is None and not is_undated and self.as_of > last):
                yield self.event(f"evaluation:{number}:late", last, "bad_not_fixed", number, **of)  # type: ignore[arg-type]

    def signals(self) -> Iterator[Told]:
        cards: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.tables["fact_signal"]:
            number = text(row["case_no"])
            if row["level"] in ("yellow", "red") and number:
                cards[text(row["level"]), number].append(row)
            if row["trigger_name"] == "late_entry":
                yield self._of_case(
                    f"signal:{row['signal_id']}", day_of(row["raised_on"]), "entry_late", row["signal_id"], self.case[number]
                )
        for (level, number), raised in cards.items():
            first = min(raised, key=lambda row: (day_of(row["raised_on"]), text(row["rule_id"])))
            yield self._of_case(
                f"card:{level}:{number}", day_of(first["raised_on"]), f"{level}_card", first["signal_id"], self.case[number]
            )  # fmt: skip

    def warned(self) -> Iterator[Told]:
        """Walks through the days one by one and counts how long each window has been warned without a working day between."""
        by_window: defaultdict[tuple[str, str], dict[date, list[Row]]] = defaultdict(dict)
        for row in self.tables["fact_signal"]:
            if row["level"] == "warning" and row["window_name"]:
                day = day_of(row["raised_on"])
                # A day off belongs to the working day before it.
                while not self.days.is_worked(day):
                    day -= timedelta(days=1)
                by_window[text(row["department"]), text(row["window_name"])].setdefault(day, []).append(row)
        for (department, window), warned in by_window.items():
            length = 0
            for day in every_day(min(warned), max(warned)):
                if not self.days.is_worked(day):
                    continue
                length = length + 1 if day in warned else 0
                if length == 3:
                    length = 0
                    on = min(day_of(row["raised_on"]) for row in warned[day])
                    signal = min(text(row["signal_id"]) for row in warned[day])
                    yield self.event(
                        f"warned:{department}:{window}:{on}",
                        on,
                        "warned_thrice",
                        signal,
                        window=window,
                        department=department,
                        automatic=True,
                    )

    def _of_case(self, event_id: str, day: date, kind: str, evidence: object, case: Row, late: int = 0) -> Told:
        number = text(case["case_no"])
        return self.event(
            event_id, day, kind, evidence, late=late, staff=self.handler.get(number), window=case["window_name"],
            department=case["department"], case_no=number, automatic=True,
        )  # fmt: skip

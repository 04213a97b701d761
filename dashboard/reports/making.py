"""Makes the files of a report: the content once, then each format; charts come from one browser that starts first."""

import contextlib
import hashlib
from pathlib import Path

from dashboard.reports import docx, pdf, template, xlsx
from dashboard.reports.asking import AUDIENCES, Asked, Format, Made, Outcome, Progress, boundaries_of, period_of, snapshot_of
from dashboard.reports.assessed import published
from dashboard.reports.content import Choice, Report, compose
from dashboard.reports.drawing import SECONDS, Drawer
from dashboard.reports.freezing import is_frozen
from dashboard.reports.mark import DRAFT
from dashboard.reports.scoping import opened
from etl.config import HallError, Home, settings_from

NO_BROWSER = (
    "没有可用的浏览器（Chrome、Chromium 或 Edge），Word 和 PDF 中没有图；图见 Excel 文件的“图表”页",
    "no usable browser (Chrome, Chromium or Edge): the Word and PDF files have no charts; the Excel file has them on the sheet 图表",
)


def content_of(home: Home, asked: Asked, is_draft: bool | None = None) -> Report:
    """The content of a report. Raises HallError when there is no snapshot or no data for the period."""
    path, published_at = snapshot_of(home, asked.snapshot_id)
    period = period_of(home, asked)
    draft = not is_frozen(home, period) if is_draft is None else is_draft
    with opened(path, asked.division, asked.audience) as (con, scope):
        choice = Choice(period, asked.audience, asked.number, draft, boundaries_of(home), asked.division, scope)
        # A draft has no scores: they are the manager's until they are published.
        assessed = None if draft else published(home, con, period)
        return compose(con, path.stem, published_at, choice, settings_from(home), assessed)


def file_name(report: Report, kind: Format) -> str:
    """Says what the file holds: 政务服务运行情况通报_2018-10_内部_草稿.pdf, with the division before the period where it is of one."""
    draft = f"_{DRAFT}" if report.stamp.is_draft else ""
    scope = f"{report.stamp.scope}_" if report.stamp.scope else ""
    return f"政务服务运行情况通报_{scope}{report.stamp.period.key}_{AUDIENCES[report.stamp.audience]}{draft}.{kind}"


def make(home: Home, asked: Asked, out: Path, progress: Progress = lambda share, step: None, seconds: float = SECONDS) -> Outcome:
    """Writes the files into `out`. Raises HallError when the folder cannot be written or there is nothing to report on."""
    needs_pictures = asked.has_charts and bool({"docx", "pdf"} & set(asked.formats))
    with contextlib.ExitStack() as stack:
        drawer = stack.enter_context(Drawer(seconds)) if needs_pictures else None
        progress(0.05, "figures")
        outcome = Outcome(content_of(home, asked))
        report = outcome.report
        if "xlsx" in asked.formats:
            progress(0.3, "xlsx")
            _keep(outcome, out, "xlsx", xlsx.write(report))
        drawings: dict[str, bytes] = {}
        if drawer is not None and report.charts:
            progress(0.45, "charts")
            drawings = drawer.draw(report.charts)
            if not drawings:
                outcome.warnings.append(NO_BROWSER)
        if "docx" in asked.formats:
            progress(0.75, "docx")
            pictures = {chart: pdf.picture(drawing) for chart, drawing in drawings.items()}
            own = template.chosen(home, asked.template)
            _keep(outcome, out, "docx", docx.write(report, pictures) if own is None else template.write(own, report, pictures))
        if "pdf" in asked.formats:
            progress(0.9, "pdf")
            _keep(outcome, out, "pdf", pdf.write(report, drawings))
    progress(1.0, "done")
    return outcome


def _keep(outcome: Outcome, out: Path, kind: Format, content: bytes) -> None:
    path = out / file_name(outcome.report, kind)
    try:
        out.mkdir(parents=True, exist_ok=True)
        # Under another name first: a reader never finds half a file.
        working = path.with_name(f".{path.name}.part")
        working.write_bytes(content)
        working.replace(path)
    except OSError as error:
        raise HallError(f"无法写入 {path}：{error.strerror}", f"cannot write {path}: {error.strerror}") from None
    outcome.files.append(Made(kind, path, hashlib.sha256(content).hexdigest(), len(content)))

"""Streamlit's scripts as a slow line gets them: compressed once, the same when unpacked, and never more than those."""

import gzip
import tempfile
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.compressed import ROOT, Compressed, compress, folder_of

TEXT = b"window.many = 'words';\n" * 500


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in (("js/Chart.abc_1.js", TEXT), ("css/index.x.css", TEXT), ("js/small.y.js", b"1"), ("index.html", TEXT)):
        path = tmp_path / "streamlit" / "static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "streamlit"


def client(root: Path, folder: Path) -> TestClient:
    async def plain(_):
        return PlainTextResponse("as it is")

    return TestClient(Compressed(Starlette(routes=[Route("/{path:path}", plain)]), folder, root))


@pytest.mark.parametrize(("name", "kind"), [("js/Chart.abc_1.js", "text/javascript"), ("css/index.x.css", "text/css")])
def test_a_script_comes_compressed_and_whole(root, tmp_path, name, kind):
    answer = client(root, tmp_path / "made").get(f"/static/{name}", headers={"accept-encoding": "gzip, deflate, br"})
    assert answer.content == TEXT
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(TEXT) / 10
    assert answer.headers["content-type"].startswith(kind)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/static/js/Chart.abc_1.js", {"accept-encoding": "identity"}),
        ("/static/js/Chart.abc_1.js", {"accept-encoding": "gzip", "range": "bytes=0-10"}),
        ("/static/js/small.y.js", {"accept-encoding": "gzip"}),
        ("/static/js/missing.z.js", {"accept-encoding": "gzip"}),
        ("/static/js/..%2findex.html", {"accept-encoding": "gzip"}),
        ("/static/js/../../secret.js", {"accept-encoding": "gzip"}),
        ("/static/index.html", {"accept-encoding": "gzip"}),
        ("/overview", {"accept-encoding": "gzip"}),
    ],
)
def test_everything_else_is_left_to_streamlit(root, tmp_path, path, headers):
    (tmp_path / "secret.js").write_bytes(TEXT)
    answer = client(root, tmp_path / "made").get(path, headers=headers)
    assert answer.text == "as it is"
    assert "content-encoding" not in answer.headers


def test_a_script_is_compressed_once(root, tmp_path):
    first = compress("static/js/Chart.abc_1.js", tmp_path / "made", root)
    assert first is not None
    before = first.stat()
    assert compress("static/js/Chart.abc_1.js", tmp_path / "made", root) == first
    assert first.stat().st_mtime_ns == before.st_mtime_ns
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["Chart.abc_1.js.gz"]


def test_a_folder_that_cannot_be_made_costs_nothing_but_time(root, tmp_path, caplog):
    (tmp_path / "taken").write_text("a file in its place")
    answer = client(root, tmp_path / "taken").get("/static/js/Chart.abc_1.js", headers={"accept-encoding": "gzip"})
    assert answer.text == "as it is"
    assert "served as it is" in caplog.text


def test_a_write_that_fails_leaves_nothing(root, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gzip.GzipFile, "write", full)
    assert compress("static/js/Chart.abc_1.js", tmp_path / "made", root) is None
    assert list((tmp_path / "made").iterdir()) == []


def test_files_of_another_streamlit_are_removed(tmp_path):
    (tmp_path / "web-0.1").mkdir()
    (tmp_path / "stage-1").mkdir()
    kept = folder_of(tmp_path)
    kept.mkdir()
    assert folder_of(tmp_path) == kept
    assert {path.name for path in tmp_path.iterdir()} == {kept.name, "stage-1"}


def test_the_largest_script_of_the_installed_streamlit_shrinks_to_a_third():
    largest = max((ROOT / "static" / "js").glob("PlotlyChart.*.js"), key=lambda path: path.stat().st_size)
    with tempfile.TemporaryDirectory() as folder:
        made = compress(f"static/js/{largest.name}", Path(folder))
        assert made is not None
        assert gzip.decompress(made.read_bytes()) == largest.read_bytes()
        assert made.stat().st_size < largest.stat().st_size * 0.35

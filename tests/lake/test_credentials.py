"""Keys of object storage: found where they may be, missed by name, and never repeated."""

from pathlib import Path

import pytest
from command_line import in_process

from etl.config import HallError, Home
from etl.lake.credentials import Credentials, credentials

GIVEN = {"AWS_ACCESS_KEY_ID": "variable", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}


def _written(path: Path, profile: str, key: str, more: str = "aws_secret_access_key = a/b%c=\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"\ufeff[{profile}]\naws_access_key_id = {key}\n{more}", "utf-8")
    return path


def _nowhere(tmp_path: Path) -> dict[str, str]:
    return {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "nowhere")}


def test_the_homes_own_file_goes_before_variables_and_these_before_amazons_file(home: Home, tmp_path: Path):
    shared = {"AWS_SHARED_CREDENTIALS_FILE": str(_written(tmp_path / "aws", "lake", "shared")), "AWS_PROFILE": "lake"}
    assert credentials(home, shared) == Credentials("shared", "a/b%c=")
    assert credentials(home, {**shared, **GIVEN}) == Credentials("variable", "s", "t")
    _written(home.root / "keys" / "lake.credentials", "default", "own", "aws_secret_access_key=x\naws_session_token=y\n")
    assert credentials(home, {**shared, **GIVEN}) == Credentials("own", "x", "y")
    _written(tmp_path / "elsewhere" / "lake.credentials", "default", "apart")
    assert credentials(home, {"HALL_KEYS": str(tmp_path / "elsewhere")}).access_key == "apart"


def test_what_is_missing_is_named_and_what_is_there_is_not_repeated(home: Home, tmp_path: Path):
    with pytest.raises(HallError, match=r"no keys of the object storage.*lake\.credentials"):
        credentials(home, _nowhere(tmp_path))
    with pytest.raises(HallError, match="has no aws_secret_access_key"):
        credentials(home, {"AWS_ACCESS_KEY_ID": "variable"})
    path = home.root / "keys" / "lake.credentials"
    for text in ("mykey123 = mysecret123\n", "[default]\nmykey123\nmysecret123\n", "[default]\nx = 1\n[default]\nmysecret123 = 2\n"):
        _written(path, "default", "").write_text(text, "utf-8")
        with pytest.raises(HallError, match=r"lake\.credentials") as refused:
            credentials(home, {})
        assert "123" not in str(refused.value)
        assert refused.value.__cause__ is None


def test_keys_are_not_shown_and_are_taken_out_of_what_is_said():
    keys = Credentials("AKIA1", "secret2", "token3")
    assert not any(secret in repr(keys) for secret in ("AKIA1", "secret2", "token3"))
    assert keys.hidden("of AKIA1: secret2, token3.") == "of ***: ***, ***."


@pytest.mark.parametrize(
    "key", ["spark.hadoop.fs.s3a.secret.key", "spark.hadoop.fs.s3a.bucket.lake.access.key", "spark.executorEnv.AWS_SECRET_ACCESS_KEY"]
)
def test_keys_are_refused_on_the_command_line(home: Home, tmp_path: Path, key: str):
    with pytest.raises(HallError, match="does not belong on a command line") as refused:
        in_process(home.root, "build", "--engine", "spark", "--lake", tmp_path, "--division", "350902", "--conf", f"{key}=mysecret123")
    assert "mysecret123" not in str(refused.value)

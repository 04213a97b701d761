"""Keys of object storage: from a file beside the home's other keys, else from where Amazon's tools look. Never from the command line,
which every account of the machine can read."""

import configparser
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from etl.access import keys
from etl.config import HallError, Home

FILE = "lake.credentials"
NAMES = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")


@dataclass(frozen=True)
class Credentials:
    """A key and its secret, and the token that goes with those of limited time. None of them is ever printed."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)

    def hidden(self, text: str) -> str:
        """The text without them."""
        for secret in (self.secret_key, self.token, self.access_key):
            text = text.replace(secret, "***") if secret else text
        return text


def credentials(home: Home, environ: Mapping[str, str] = os.environ) -> Credentials:
    """`keys/lake.credentials` of the home, else the variables AWS_ACCESS_KEY_ID and so on, else the file that they or the account name.

    Raises HallError where there are none, or one of the two is missing. Nothing is asked of the network.
    """
    own = keys.folder(home, environ) / FILE
    if own.exists():
        return _of_file(own, "default")
    if environ.get("AWS_ACCESS_KEY_ID"):
        found = {name: environ.get(name.upper(), "").strip() for name in NAMES}
        return _whole(found, "AWS_ACCESS_KEY_ID")
    shared = Path(environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials").expanduser()
    if shared.exists():
        return _of_file(shared, environ.get("AWS_PROFILE") or "default")
    raise HallError(
        f"没有对象存储的密钥：请写入 {own}，格式见 docs/command-line.md",
        f"there are no keys of the object storage: write them into {own}, in the form that docs/command-line.md shows",
    )


def _of_file(path: Path, profile: str) -> Credentials:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(path.read_text("utf-8-sig"))
    except (OSError, ValueError, configparser.Error):
        # What the parser says of a wrong line quotes the line.
        raise HallError(
            f"无法读取密钥文件 {path}：请检查权限和格式（见 docs/command-line.md）",
            f"cannot read the keys in {path}: look at its permissions and its form (docs/command-line.md)",
        ) from None
    found = dict(parser.items(profile)) if parser.has_section(profile) else {}
    return _whole({name: found.get(name, "").strip() for name in NAMES}, f"{path} [{profile}]")


def _whole(found: Mapping[str, str], where: str) -> Credentials:
    missing = next((name for name in NAMES[:2] if not found[name]), None)
    if missing is not None:
        raise HallError(f"{where} 中缺少 {missing}", f"{where} has no {missing}")
    return Credentials(found[NAMES[0]], found[NAMES[1]], found[NAMES[2]] or None)

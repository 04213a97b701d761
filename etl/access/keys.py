"""Secret keys of this home: one signs cookies, one stands in for ID numbers. Each is a file of its own, apart from the data files.

`HALL_KEYS` names another folder (a disk that is not backed up together with the data); by default it is `keys/` in the home.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from etl.config import HallError, Home

LENGTH = 32


def folder(home: Home, environ: Mapping[str, str] = os.environ) -> Path:
    chosen = environ.get("HALL_KEYS")
    return Path(chosen).expanduser() if chosen else home.root / "keys"


def key(home: Home, name: str) -> bytes:
    """The key of this name, made when it is first asked for. Raises HallError when it cannot be read."""
    path = folder(home) / f"{name}.key"
    try:
        if not path.exists():
            _make(path)
        found = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise HallError(f"无法读取密钥 {path}：{error}", f"cannot read the key {path}: {error}") from None
    if len(found) < LENGTH:
        raise HallError(f"密钥 {path} 太短；请从备份恢复", f"the key {path} is too short; restore it from a backup")
    return found


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    working = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(working, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(LENGTH))
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link, not a rename: of two processes that make the key at once, both then read the first one's.
        os.link(working, path)
    except FileExistsError:
        pass
    finally:
        working.unlink()


def signed(key: bytes, text: str) -> str:
    """The text with its signature."""
    return f"{text}.{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}"


def unsigned(key: bytes, text: str) -> str | None:
    """The text that was signed; None when the signature is not ours."""
    value, _, given = text.rpartition(".")
    made = hmac.new(key, value.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()
    return value if value and hmac.compare_digest(made.encode(), given.encode("utf-8", "surrogateescape")) else None


def same(given: str, wanted: str) -> bool:
    """Compares two secrets in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode())

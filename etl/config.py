"""Where things live and how the office set them: paths, `hall.toml`, and the refusal every command can print."""

import os
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import duckdb
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from etl.trouble import HallError as HallError
from etl.trouble import told

CHECKOUT = Path(__file__).resolve().parents[1]
SHIPPED = CHECKOUT / "data"
# Folders of `tmp/` that hold copies of files while they are loaded.
COPIES = "copies-"


@dataclass(frozen=True)
class Home:
    """Everything made at run time lies under one folder, `HALL_HOME`."""

    root: Path

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def tmp(self) -> Path:
        return self.root / "tmp"

    def spill(self, process: int) -> Path:
        """Where DuckDB moves to what does not fit into memory, apart for each process: it holds personal data."""
        return self.tmp / f"spill-{process}"

    @property
    def settings_file(self) -> Path:
        return self.root / "hall.toml"

    def overlay(self, name: str) -> list[Path]:
        """Folders that hold data files called `name` (mappings, calendars, rules), the shipped one first, the office's last."""
        return [folder for folder in (SHIPPED / name, self.root / name) if folder.is_dir()]

    def make(self) -> None:
        """The folders, where they are missing. Raises HallError naming the one that cannot be made.

        What stands at the inbox is not looked at: it may be a share that hangs, and only `hall refresh` needs it.
        """
        for folder in (self.root, self.inbox, self.snapshots, self.tmp):
            try:
                if folder == self.inbox:
                    with suppress(FileExistsError):
                        folder.mkdir()
                else:
                    folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                if folder.is_symlink() and not folder.exists():
                    raise HallError(
                        f"{folder} 指向的文件夹不在了（共享文件夹是否已断开），请恢复后重试",
                        f"the folder that {folder} points to is gone (is a network share disconnected?); bring it back and try again",
                    ) from None
                raise told(error) or error from None


def home_from(option: Path | None, environ: Mapping[str, str] = os.environ) -> Home:
    """The home named by `--home`, else by the variable `HALL_HOME`, else `data/var` in the checkout."""
    if option is not None:
        return Home(option.expanduser().resolve())
    if environ.get("HALL_HOME"):
        return Home(Path(environ["HALL_HOME"]).expanduser().resolve())
    return Home(SHIPPED / "var")


class SignIn(BaseModel):
    """`[sign_in]` of `hall.toml`: how people sign in, and how long it lasts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: Literal["accounts", "proxy", "oidc"] = "accounts"
    idle_minutes: float = Field(default=30, gt=0)
    absolute_hours: float = Field(default=12, gt=0)
    secure_cookie: bool = Field(default=False, description="set it where the dashboard is reached by https only")
    proxy_header: str = Field(default="x-remote-user", pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    proxy_secret: bool = Field(default=True, description="the proxy must also send what stands in keys/proxy.key")
    oidc_issuer: str = ""
    oidc_client: str = ""
    oidc_claim: str = "preferred_username"


class Notify(BaseModel):
    """Where a finished report is sent to; off by default. `urls` are those of the notification library, one an address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: bool = False
    folder: str | None = Field(default=None, description="a shared folder that reports are copied to")
    urls: tuple[str, ...] = ()


class ObjectStorage(BaseModel):
    """`[lake]` of `hall.toml`: the storage of a lake at `s3a://BUCKET/PREFIX`. Its keys stand elsewhere (`etl/lake/credentials.py`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: str = Field(default="", pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+/?)?$", description="its address; by default Amazon's own")
    region: str = Field(default="us-east-1", pattern="^[A-Za-z0-9-]+$")
    path_style: bool = Field(default=True, description="the bucket stands in the path; false where it stands in the name of the host")
    ca_file: str | None = Field(default=None, description="certificates (PEM) that vouch for the storage; by default those of the system")
    timeout_seconds: float = Field(default=10, ge=1, le=600, description="how long each of three attempts waits for an answer")


class Settings(BaseModel):
    """`hall.toml`. Every key has a default; an unknown key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hall_name: str = "蕉城区行政服务中心"
    division: str = Field(default="", pattern="^([0-9]{6}([0-9]{3}|[0-9]{6})?)?$", description="code of the county in a shared lake")
    language: str = Field(default="zh_CN", pattern="^(zh_CN|en)$")
    minimum_denominator: int = Field(default=10, ge=1, description="a rate on fewer cases is greyed")
    due_soon_workdays: int = Field(default=3, ge=0, description="open cases with this many working days left or fewer are due soon")
    precheck_workdays: int = Field(default=1, ge=0, description="online applications are pre-checked within this many working days")
    one_window_from: date = Field(default=date(2018, 10, 1), description="first day of the one-window reform, for before and after")
    keep_snapshot_days: int = Field(default=30, ge=1)
    upload_megabytes: int = Field(default=50, ge=1, le=200, description="largest file that the data-quality page takes")
    share_seconds: float = Field(
        default=15, gt=0, description="a folder or file of the inbox that gives no answer for so many seconds is left for the next time"
    )
    memory_megabytes: int | None = Field(
        default=None, ge=256, description="memory that the database may take for a load or a build; by default most of the machine's"
    )
    port: int = Field(default=8501, ge=1, le=65535)
    names: tuple[Annotated[str, Field(pattern="^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$")], ...] = Field(
        default=(), description="names by which people reach the dashboard through a proxy on this machine"
    )
    sign_in: SignIn = SignIn()
    as_of: date | None = Field(default=None, description="data cut-off; by default the latest event loaded")
    report_month_starts_on: int = Field(default=1, ge=1, le=28, description="day on which a statistical month begins, such as 17")
    report_month_named_by: Literal["last_day", "first_day"] = Field(default="last_day", description="which day's month gives it its name")
    report_number: str = Field(default="", description="文号 of a report, free text")
    report_departments: tuple[str, ...] = Field(
        default=(), description="departments in their official order; who has no business is told of these"
    )
    notify: Notify = Notify()
    lake: ObjectStorage = ObjectStorage()


def settings_from(home: Home) -> Settings:
    """Settings of this home. Raises HallError naming the key that is wrong."""
    if not home.settings_file.exists():
        return Settings()
    try:
        return Settings.model_validate(tomllib.loads(home.settings_file.read_text("utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise HallError(f"{home.settings_file} 不是有效的 TOML：{error}", f"{home.settings_file} is not valid TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise HallError(f"{home.settings_file}：设置 {key} 有误", f"{home.settings_file}: setting {key}: {first['msg']}") from None


def connect(home: Home, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """The warehouse, one writer at a time. Raises HallError when another job holds it or when it is absent for reading."""
    if read_only and not home.warehouse.exists():
        raise HallError("尚无数据：请先运行 hall load", "nothing is loaded yet: run hall load first")
    home.make()
    # Given on opening: DuckDB refuses another spill folder, even the same, once it has used one.
    config: dict[str, str | bool | int | float | list[str]] = {"temp_directory": str(home.spill(os.getpid()))}
    megabytes = settings_from(home).memory_megabytes
    if megabytes is not None:
        config["memory_limit"] = f"{megabytes}MiB"
    try:
        con = duckdb.connect(str(home.warehouse), read_only=read_only, config=config)
    except duckdb.Error as error:
        raise told(error) or HallError(
            f"无法打开数据仓库 {home.warehouse}；请运行 hall doctor", f"cannot open the warehouse {home.warehouse}: {error}"
        ) from None
    if not read_only:
        _sweep(home)
    return con


def _sweep(home: Home) -> None:
    """Remove what killed jobs had staged, copied or spilled. A writer holds the warehouse alone, so no other job's files are in use."""
    for left in home.tmp.glob("stage-*"):
        left.unlink(missing_ok=True)
    for left in (*home.tmp.glob("spill-*"), *home.tmp.glob(f"{COPIES}*")):
        if left != home.spill(os.getpid()):
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection, keep: bool = True) -> Iterator[None]:
    """All that is done inside, or nothing of it when anything fails; with `keep` false it is done and then undone."""
    con.begin()
    try:
        yield
    except BaseException:
        # A disk that was full may have ended the transaction already; what made it fail is what is told.
        with suppress(duckdb.Error):
            con.rollback()
        raise
    if keep:
        con.commit()
    else:
        con.rollback()

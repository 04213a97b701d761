"""A standalone Spark cluster on this machine: one master and two workers, small, started and ended by the test that uses it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

# Compiled once and lightly: a JVM that lives a minute has no time to win back what thorough compiling costs.
JAVA = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m"
# What is right for a hundred thousand rows on two cores; the meaning of the SQL does not hang on any of it.
SMALL = {
    "spark.driver.memory": "768m",
    "spark.executor.memory": "512m",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.extraJavaOptions": JAVA,
    "spark.executor.extraJavaOptions": JAVA,
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.locality.wait": "0",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


def why_not() -> str | None:
    """Why Spark cannot run here; None when it can."""
    if find_spec("pyspark") is None:
        return "PySpark is not installed: uv sync --extra spark"
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        return "there is no Java: install default-jre-headless"
    return None


@dataclass(frozen=True)
class Cluster:
    """A running cluster. Each process leads a group of its own, so that a worker is killed with what it started."""

    master: str
    leader: "subprocess.Popen[bytes]"
    workers: tuple["subprocess.Popen[bytes]", ...]

    def kill_worker(self, number: int) -> None:
        """End a worker and its executor at once, as a machine that loses its power does."""
        os.killpg(self.workers[number].pid, signal.SIGKILL)
        self.workers[number].wait()

    def kill_master(self) -> None:
        """The same of the master."""
        os.killpg(self.leader.pid, signal.SIGKILL)
        self.leader.wait()

    def cpu(self) -> float:
        """CPU seconds that the workers and their executors have used so far; those of ended executors are in their worker's."""
        groups = {str(worker.pid) for worker in self.workers}
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                if fields[2] in groups:
                    ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def cluster(folder: Path, memory: str = "600m", cores: int = 1) -> Iterator[Cluster]:
    """One master and two workers on loopback, with their files below `folder`; all of them are gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    master = f"spark://127.0.0.1:{port}"
    begun: list[subprocess.Popen[bytes]] = []
    try:
        begun.append(_start(folder, "master", "master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"))
        _wait_for(port, begun[0])
        for name in ("one", "two"):
            place = folder / name
            what = ("--host", "127.0.0.1", "--webui-port", "0", "-c", str(cores), "-m", memory, "-d", str(place), master)
            begun.append(_start(folder, name, "worker.Worker", *what))
        yield Cluster(master, begun[0], tuple(begun[1:]))
    finally:
        for process in begun:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _start(folder: Path, name: str, part: str, *arguments: str) -> "subprocess.Popen[bytes]":
    import pyspark

    home = Path(pyspark.__file__).parent
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": JAVA,
        "SPARK_LOCAL_DIRS": str(folder / f"{name}-spill"),
    }
    with (folder / f"{name}.log").open("wb") as log:
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{part}", *arguments]
        return subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)


def _wait_for(port: int, process: "subprocess.Popen[bytes]", seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the master ended at once"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise TimeoutError("the master does not answer")

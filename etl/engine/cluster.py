"""Watches a Spark cluster while it computes: one that has lost its master and its workers would be waited for without end.

A standalone cluster whose master dies goes on with the executors that it has, until their workers give up after some minutes; a job
without executors waits for new ones, and nobody is left to give any. A job on a master that lives may have to wait its turn.
"""

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.config import HallError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# How long a build goes without a single executor where no master answers, and where one does.
LOST_SECONDS = 60.0
WAITING_SECONDS = 3600.0
EVERY_SECONDS = 1.0


@dataclass
class Watch:
    """What was seen: `lost` is the refusal of a build that is to be given up. `driver` is Spark's own process here, where there is one."""

    driver: "subprocess.Popen[bytes] | None" = None
    lost: HallError | None = None
    since: float | None = None

    def look(self, executors: int, answers: Callable[[], bool], now: float) -> None:
        """One look, at `now` seconds."""
        if executors:
            self.since = None
            return
        if self.since is None:
            self.since = now
        waited = now - self.since
        if waited >= LOST_SECONDS and not answers():
            self.lost = _refusal(waited, "主节点没有应答，也没有工作节点", "its master does not answer and no worker is left")
        elif waited >= WAITING_SECONDS:
            self.lost = _refusal(waited, "一直没有分到工作节点", "no worker was given to it")

    def told(self) -> HallError | None:
        """Why what ran has failed, where that is the cluster's or the driver's end; None where it is not."""
        if self.lost is None and self.driver is not None:
            # It may be ending while its connection is cut off already.
            with suppress(subprocess.TimeoutExpired):
                self.driver.wait(1)
                return HallError(
                    "Spark 的驱动进程（Java）中途结束，这次计算没有完成，之前的结果不变；请检查内存是否足够后重新运行",
                    "Spark's driver (Java) ended in the middle; this build was not done, the former one stays: see whether there is enough "
                    "memory and run it again",
                )
        return self.lost


def _refusal(waited: float, zh: str, en: str) -> HallError:
    return HallError(
        f"Spark 集群{zh}（已等待 {waited:.0f} 秒），这次计算没有完成，之前的结果不变；请检查集群后重新运行",
        f"the Spark cluster was waited for for {waited:.0f} s: {en}; this build was not done, the former one stays: "
        "look at the cluster and run it again",
    )


@contextmanager
def watched(spark: "SparkSession") -> Iterator[Watch]:
    """Looks at the cluster as long as it is used. When it is lost, whatever runs is cancelled, so that who waits for it gets an error.

    A session without a cluster of its own (`local[…]`, `sc://…`) is not looked at.
    """
    watch, ended = Watch(), threading.Event()
    context = None
    # A Connect session has no context.
    with suppress(Exception):
        context = spark.sparkContext
        watch.driver = getattr(context._gateway, "proc", None)
    if context is None or context.master.startswith("local"):
        yield watch
        return

    def keep_looking() -> None:
        while not ended.wait(EVERY_SECONDS):
            try:
                # The driver is one of them.
                executors = context._jsc.sc().getExecutorMemoryStatus().size() - 1
                watch.look(executors, lambda: answers(context.master), time.monotonic())
                if watch.lost is not None:
                    context.cancelAllJobs()
            except Exception:
                # The driver is gone: who waits for it gets an error without our help.
                return

    looking = threading.Thread(target=keep_looking, daemon=True)
    looking.start()
    try:
        yield watch
    finally:
        ended.set()
        looking.join(EVERY_SECONDS)


def answers(master: str) -> bool:
    """Whether any master of an address like `spark://one:7077,two:7077` takes a connection; True for other kinds of clusters."""
    kind, _, places = master.partition("://")
    if kind != "spark":
        return True
    for place in places.split(","):
        host, _, port = place.rpartition(":")
        with suppress(OSError, ValueError), socket.create_connection((host, int(port)), 2):
            return True
    return False

"""Answers kept by their question, shared by all who may have the same answer.

A hit costs a look into a dictionary; Streamlit's own cache reads the function's signature, hashes every argument and unpickles a copy
each time, which was most of what a redrawn page cost.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

import pandas as pd

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Found(Generic[Answer]):
    answer: Answer
    size: int


class Kept:
    """Answers of `most` together at most, in what `size` says of each; those asked for longest ago are forgotten first. Safe for threads.

    Whoever asks while another is finding the same answer waits for it. A failure is nobody else's: the next one asks anew.
    An answer is handed out as it is, so it must be one that cannot be changed, or be copied by whoever asks.
    """

    def __init__(self, most: int, size: Callable[[Any], int] = lambda _: 1) -> None:
        self._most = most
        self._size = size
        self._held = 0
        self._answers: OrderedDict[Hashable, _Found[Any] | Future[Any]] = OrderedDict()
        self._lock = Lock()

    def get(self, question: Hashable, find: Callable[[], Answer]) -> Answer:
        """The answer that is kept, else the one that `find` gives. The question names everything that the answer rests on."""
        with self._lock:
            kept = self._answers.get(question)
            if kept is None:
                mine = self._answers[question] = Future[Answer]()
            else:
                self._answers.move_to_end(question)
        if isinstance(kept, _Found):
            known: Answer = kept.answer
            return known
        if kept is not None:
            return find() if kept.exception() is not None else kept.result()
        try:
            answer = find()
            found = _Found(answer, self._size(answer))
        except BaseException as error:
            with self._lock:
                del self._answers[question]
            mine.set_exception(error)
            raise
        with self._lock:
            self._answers[question] = found
            self._held += found.size
            self._forget()
        mine.set_result(answer)
        return answer

    def _forget(self) -> None:
        """Forgets until the rest is small enough; what is still being found stays."""
        while self._held > self._most:
            oldest, size = next((question, one.size) for question, one in self._answers.items() if isinstance(one, _Found))
            del self._answers[oldest]
            self._held -= size


def named(parameters: Mapping[str, Any]) -> Hashable:
    """Parameters of a question as part of its name; 1, 1.0 and True are told apart."""
    return tuple((name, type(value), tuple(value) if isinstance(value, list) else value) for name, value in parameters.items())


def texts_once(frame: pd.DataFrame) -> pd.DataFrame:
    """The same frame, equal texts of it being one object: a list of cases has a few departments five thousand times."""
    known: dict[str, str] = {}
    for name, values in frame.items():
        if isinstance(values.dtype, pd.StringDtype):
            frame[name] = pd.array([known.setdefault(text, text) for text in values.tolist()], dtype=values.dtype)
    return frame

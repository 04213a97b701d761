"""Answers kept by their question, shared by all who may have the same answer.

A hit costs a look into a dictionary; Streamlit's own cache reads the function's signature, hashes every argument and unpickles a copy
each time, which was most of what a redrawn page cost.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from threading import Lock
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class Kept:
    """So many answers at most; those asked for longest ago are forgotten first. Safe for threads.

    Whoever asks while another is finding the same answer waits for it. A failure is nobody else's: the next one asks anew.
    An answer is handed out as it is, so it must be one that cannot be changed, or be copied by whoever asks.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._lock = Lock()

    def get(self, question: Hashable, find: Callable[[], Answer]) -> Answer:
        """The answer that is kept, else the one that `find` gives. The question names everything that the answer rests on."""
        mine: Future[Answer] = Future()
        with self._lock:
            found = self._answers.setdefault(question, mine)
            self._answers.move_to_end(question)
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        if found is not mine:
            return find() if found.exception() is not None else found.result()
        try:
            mine.set_result(find())
        except BaseException as error:
            with self._lock:
                if self._answers.get(question) is mine:
                    del self._answers[question]
            mine.set_exception(error)
            raise
        return mine.result()


def named(parameters: Mapping[str, Any]) -> Hashable:
    """Parameters of a question as part of its name; 1, 1.0 and True are told apart."""
    return tuple((name, type(value), tuple(value) if isinstance(value, list) else value) for name, value in parameters.items())

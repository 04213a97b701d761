"""When a build on a cluster is given up: by the clock, without a cluster."""

import socket

from etl.engine.cluster import LOST_SECONDS, WAITING_SECONDS, Watch, answers


def seen(*looks: tuple[float, int], has_master: bool) -> Watch:
    watch = Watch()
    for now, executors in looks:
        watch.look(executors, lambda: has_master, now)
    return watch


def test_a_build_with_executors_goes_on_without_a_master():
    assert seen((0, 2), (1e6, 1), has_master=False).lost is None


def test_without_master_and_executors_it_is_given_up_soon_and_with_a_master_late():
    assert seen((5, 0), (4 + LOST_SECONDS, 0), has_master=False).lost is None
    assert "master does not answer" in seen((5, 0), (5 + LOST_SECONDS, 0), has_master=False).lost.en
    assert seen((5, 0), (5 + LOST_SECONDS, 0), has_master=True).lost is None
    lost = seen((5, 0), (5 + WAITING_SECONDS, 0), has_master=True).lost
    assert "no worker was given to it" in lost.en
    assert "没有分到工作节点" in lost.zh


def test_what_comes_back_in_time_is_waited_for_anew():
    assert seen((0, 0), (LOST_SECONDS - 1, 1), (LOST_SECONDS, 0), (2 * LOST_SECONDS - 1, 0), has_master=False).lost is None


def test_a_master_answers_when_any_of_its_addresses_takes_a_connection():
    with socket.socket() as listening, socket.socket() as unused:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        unused.bind(("127.0.0.1", 0))
        there, gone = (f"127.0.0.1:{one.getsockname()[1]}" for one in (listening, unused))
        assert answers(f"spark://{gone},{there}")
        assert not answers(f"spark://{gone}")
    assert answers("yarn")
    assert answers("k8s://https://127.0.0.1:1")

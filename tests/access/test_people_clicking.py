"""The load generator and the sticky proxy of `make bench-people`: what they do is what a browser and a proxy would do, and here only."""

import asyncio
import os
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import parse_qs

import pytest
from signed_in import PASSWORD

from etl.access import sessions
from etl.office import open_office
from tests.benchmarks import people
from tests.benchmarks.clicking import Person, require_loopback
from tests.benchmarks.people import entered
from tests.benchmarks.serving import Server
from tests.benchmarks.sticky import chosen, only_request, serve


def finished(coroutine):
    """What a coroutine gives, run in a thread of its own: a browser test of the same process keeps an event loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def person(server: str, name: str) -> Person:
    return Person(server, name, PASSWORD, random.Random(name), (0.05, 0.1))


def test_filters_and_links_do_what_they_do_in_a_browser(server):
    async def walk() -> Person:
        who = person(server, "manager")
        await entered([who])
        opened = who.query
        await who.press("before")
        assert who.query != opened
        department = who.options("department")[1]
        await who.choose("department", department)
        assert parse_qs(who.query)["department"] == [department]
        await who.follow("timelimits")
        assert parse_qs(who.query)["department"] == [department]
        await who.leave()
        return who

    clicks = finished(walk()).clicks
    assert [(click.kind, click.page, click.fault) for click in clicks] == [
        ("open", "overview", None),
        ("filter", "overview", None),
        ("filter", "overview", None),
        ("page", "timelimits", None),
    ]


def test_people_click_by_chance_and_what_goes_wrong_is_told(server, people_home):
    async def office() -> list[Person]:
        persons = [person(server, name) for name in ("leader", "staff")]
        await entered(persons)
        for _ in range(4):
            await asyncio.gather(*(one.click() for one in persons))
        sessions.end_all(open_office(people_home), "leader", "test", datetime.now())
        await persons[0].click()
        await entered(persons[:1])
        await asyncio.gather(*(one.leave() for one in persons))
        return persons

    leader, staff = finished(office())
    assert [click.fault for click in staff.clicks] == [None] * 5
    assert [click.fault is None for click in leader.clicks] == [True] * 5 + [False, True]


def test_a_crowd_and_a_thousand_reruns_are_told_in_figures(server, monkeypatch):
    monkeypatch.setattr(people, "SETTLE_S", 0)
    # The memory of this process stands for the server's, which the fixture does not tell.
    watched = Server([server], [os.getpid()])

    async def both():
        row = await people.crowd(watched, [person(server, name) for name in ("manager", "window-head", "staff")], 1.5)
        return row, await people.rounds(watched, person(server, "manager"), 12)

    row, (_, reruns) = finished(both())
    cells = row.line(1).split("|")[1:-1]
    assert len(cells) == people.HEAD.splitlines()[0].count("|") - 1
    assert len(row.clicks) >= 6
    assert not row.faults
    assert [click.fault for click in reruns] == [None] * 13
    assert {click.kind for click in reruns} == {"open", "filter", "page"}


@pytest.mark.parametrize(
    "address", ["http://192.168.1.2:8501", "https://127.0.0.1:8501", "http://localhost.example", "http://0.0.0.0:8501", "127.0.0.1:8501"]
)
def test_load_is_sent_to_this_machine_alone(address):
    with pytest.raises(ValueError, match="this machine"):
        require_loopback(address)
    with pytest.raises(ValueError, match="this machine"):
        Person(address, "li", PASSWORD, random.Random(1), (1, 2))


def test_a_session_always_goes_to_the_same_process():
    heads = [f"GET / HTTP/1.1\r\nHost: x\r\nCookie: a=b; hall_session={number}.x; c=d\r\n\r\n".encode() for number in range(40)]
    places = [chosen(head, "127.0.0.1", 2) for head in heads]
    assert set(places) == {0, 1}
    assert places == [chosen(head.replace(b"GET /", b"GET /media/x"), "127.0.0.2", 2) for head in heads]
    assert chosen(b"GET / HTTP/1.1\r\n\r\n", "127.0.0.1", 2) == chosen(b"POST /sign-in HTTP/1.1\r\n\r\n", "127.0.0.1", 2)


def test_a_request_is_its_connections_last_unless_it_becomes_a_socket():
    head = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nAccept: */*\r\n\r\n"
    assert only_request(head) == b"GET / HTTP/1.1\r\nHost: x\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    socket = b"GET /_stcore/stream HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    assert only_request(socket) == socket


def test_bytes_are_passed_on_both_ways_and_nothing_is_said_where_nobody_listens():
    async def asked(port: int, cookie: str) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET / HTTP/1.1\r\nCookie: hall_session={cookie}\r\n\r\n".encode() + b"more")
        answer = await reader.read()
        writer.close()
        return answer

    async def passed() -> list[bytes]:
        async def echo(reader, writer):
            writer.write((await reader.readuntil(b"more"))[-4:] + str(writer.get_extra_info("sockname")[1]).encode())
            writer.close()

        behind = [await asyncio.start_server(echo, "127.0.0.1", 0) for _ in range(2)]
        ports = [one.sockets[0].getsockname()[1] for one in behind]
        front = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = front.sockets[0].getsockname()[1]
        front.close()
        await front.wait_closed()
        proxy = asyncio.create_task(serve(port, ports))
        await asyncio.sleep(0.1)
        answers = [await asked(port, cookie) for cookie in "aabcdefgh"]
        behind[0].close()
        behind[1].close()
        lost = await asked(port, "a")
        proxy.cancel()
        assert set(answers) == {f"more{one}".encode() for one in ports}
        return [answers[0], answers[1], lost]

    first, second, lost = finished(passed())
    assert first == second
    assert lost == b""

"""Do events leave and come in once, in order, and is nothing lost?"""

import asyncio
import time
from typing import Any
from uuid import uuid4

import httpx
import pytest
from psycopg.types.json import Jsonb

from service.database import Database, Queries
from service.events import Envelope
from service.listener import Listener
from service.outbound import AnswerTooLargeError, Outbound
from service.publisher import Publisher
from service.retry import back_off
from tests.world import World, answering, service


async def noted(pool: Database, entity: str, name: str) -> str:
    event_id = str(uuid4())
    envelope = {"id": event_id, "type": name, "version": 1, "requestId": str(uuid4())}
    await pool.query("INSERT INTO outbox_events (entity_id, envelope) VALUES (%s, %s)", [entity, Jsonb(envelope)])
    return event_id


async def test_an_event_that_is_not_taken_comes_again_and_later_ones_of_its_entity_wait(pool: Database) -> None:
    entity, sent, failing = str(uuid4()), [], [True]
    await noted(pool, entity, "first")
    await noted(pool, entity, "second")
    await noted(pool, str(uuid4()), "other")

    async def deliver(envelope: Envelope) -> None:
        if envelope["type"] == "first" and failing.pop() if failing else False:
            raise ConnectionError("not now")
        sent.append(envelope["type"])

    publisher = Publisher(pool, deliver, first_retry_seconds=0)
    for _ in range(3):
        await publisher.publish()
    assert sent == ["other", "first", "second"]
    assert await publisher.publish() == 0


async def test_an_event_that_nobody_takes_becomes_a_dead_letter_and_lets_the_others_through(pool: Database) -> None:
    entity, sent = str(uuid4()), []
    dead = await noted(pool, entity, "bad")
    await noted(pool, entity, "good")

    async def deliver(envelope: Envelope) -> None:
        if envelope["type"] == "bad":
            raise ConnectionError("never")
        sent.append(envelope["type"])

    publisher = Publisher(pool, deliver, first_retry_seconds=0, most_attempts=2)
    for _ in range(3):
        await publisher.publish()
    assert sent == ["good"]
    [letter] = await pool.query("SELECT event_id, attempts, failure FROM dead_letters")
    assert (str(letter["event_id"]), letter["attempts"], letter["failure"]) == (dead, 2, "never")


async def test_two_publishers_do_not_send_one_event_twice(pool: Database) -> None:
    sent: list[str] = []
    for number in range(30):
        await noted(pool, str(uuid4()), str(number))

    async def deliver(envelope: Envelope) -> None:
        await asyncio.sleep(0)
        sent.append(envelope["type"])

    publishers = [Publisher(pool, deliver) for _ in range(3)]
    for _ in range(3):
        await asyncio.gather(*(publisher.publish() for publisher in publishers))
    assert sorted(sent) == sorted(str(number) for number in range(30))


def test_the_service_sends_its_events_where_it_is_told_to(database_url: str) -> None:
    received: list[tuple[str, str]] = []

    def take(handler: Any) -> None:
        received.append((handler.headers["idempotency-key"], handler.body().decode()))
        handler.reply(202)

    with answering(take) as address, service(database_url, EVENTS_URL=address) as world:
        world.post("/street-lights", {"reference": "LBH-100500", "name": "A first one"})
        for _ in range(100):
            if received:
                break
            time.sleep(0.1)
        [(key, body)] = received
        assert key in body
        assert "street-lights.created" in body


async def test_a_listener_handles_what_it_knows_once_and_ignores_what_it_does_not_know(pool: Database) -> None:
    handled: list[str] = []

    async def handler(event: Envelope, _transaction: Queries) -> None:
        handled.append(event["id"])

    listener = Listener(pool, {"known": handler})
    event = {"id": str(uuid4()), "type": "known", "version": 1}
    assert [await listener.receive(event) for _ in range(2)] == ["handled", "handled"]
    assert handled == [event["id"]]
    assert await listener.receive({**event, "type": "unknown"}) == "ignored"
    assert await listener.receive({**event, "version": 2}) == "ignored"


async def test_what_a_listener_fails_at_is_tried_again_and_kept_in_the_end(pool: Database) -> None:
    tries = []

    async def handler(event: Envelope, transaction: Queries) -> None:
        tries.append(event["id"])
        await transaction.query("INSERT INTO received_events (event_id, type) VALUES (gen_random_uuid(), 'half')")
        raise ValueError("cannot")

    listener = Listener(pool, {"known": handler}, most_attempts=3, first_retry_seconds=0)
    assert await listener.receive({"id": str(uuid4()), "type": "known", "version": 1}) == "dead"
    assert len(tries) == 3
    assert await pool.query("SELECT 1 FROM received_events") == [], "nothing of a failed try stays"
    [letter] = await pool.query("SELECT direction, failure FROM dead_letters")
    assert letter == {"direction": "received", "failure": "cannot"}


def test_pauses_grow_and_end_somewhere() -> None:
    for attempt, most in [(1, 1), (2, 2), (5, 16), (99, 3600)]:
        assert most / 2 <= back_off(attempt, 1.0) <= most


async def test_a_call_to_others_bears_a_token_and_is_repeated_only_where_it_is_safe() -> None:
    seen: list[tuple[str, str, str]] = []

    def answer(handler: Any) -> None:
        handler.body()
        seen.append((handler.command, handler.headers["authorization"], handler.headers["request-id"]))
        handler.reply(503)

    async def token() -> str:
        return "ours"

    with answering(answer) as address:
        async with httpx.AsyncClient() as client:
            outbound = Outbound(client, token, first_retry_seconds=0)
            assert (await outbound.send("GET", address, request_id="r")).status == 503
            assert (await outbound.send("POST", address, request_id="r", body={})).status == 503
    assert seen == [("GET", "Bearer ours", "r")] * 3 + [("POST", "Bearer ours", "r")]


async def test_retries_have_a_budget_so_that_trouble_is_not_fed() -> None:
    seen: list[str] = []

    def answer(handler: Any) -> None:
        seen.append(handler.path)
        handler.reply(503)

    with answering(answer) as address:
        async with httpx.AsyncClient() as client:
            outbound = Outbound(client, first_retry_seconds=0)
            for _ in range(40):
                await outbound.send("GET", address, request_id="r")
    assert len(seen) < 40 * 1.6


async def test_who_does_not_answer_in_time_or_answers_without_end_is_given_up() -> None:
    def answer(handler: Any) -> None:
        if handler.path == "/slow":
            time.sleep(0.5)
        handler.reply(200, b"x" * 2000)

    with answering(answer) as address:
        async with httpx.AsyncClient() as client:
            outbound = Outbound(client, timeout_seconds=0.1, most_attempts=1, largest_answer=1000)
            with pytest.raises(TimeoutError):
                await outbound.send("GET", f"{address}/slow", request_id="r")
            with pytest.raises(AnswerTooLargeError):
                await outbound.send("GET", f"{address}/large", request_id="r")


def test_a_refused_change_leaves_no_event(world: World) -> None:
    before = world.rows("SELECT count(*) FROM outbox_events")
    world.post("/street-lights", {"reference": "x"})
    assert world.rows("SELECT count(*) FROM outbox_events") == before

"""Does the service behave as whoever runs it expects?"""

import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
import yaml
from psycopg.conninfo import make_conninfo

from service import access
from service.database import Database
from service.housekeeping import tidy
from service.journal import masked
from service.migrations import MigrationError, migrate
from service.project import project_file
from tests.contract_checks import assert_problem
from tests.world import CONTRACT, World, answering, service

PATH = "/street-lights"


def test_the_contract_that_is_served_is_the_one_that_is_released(world: World) -> None:
    assert httpx.get(f"{world.origin}/openapi.yaml").text == project_file("openapi.yaml").read_text()


def test_the_guard_lets_in_whom_the_manifest_lets_in() -> None:
    manifest = yaml.safe_load(project_file("api.yaml").read_text())
    for rule in manifest["access"]:
        operations = CONTRACT.operations if rule["operations"] == ["*"] else rule["operations"]
        for operation in operations:
            said = access.rule_for(operation)
            assert list(said.groups) == rule["groups"]
            assert said.applications == (rule.get("applications") == "granted")


def test_an_operation_without_a_rule_is_served_to_nobody() -> None:
    with pytest.raises(LookupError, match="nobody is said to be let in to openSesame"):
        access.rule_for("openSesame")


def test_it_is_alive_without_its_database_but_not_ready(database_url: str) -> None:
    with service(make_conninfo(database_url, port="9")) as world:
        assert httpx.get(f"{world.origin}/live").status_code == 200
        assert httpx.get(f"{world.origin}/ready", timeout=20).status_code == 503
        refused = world.call(PATH)
        assert_problem(refused, 503, "unavailable")
        assert refused.headers["retry-after"] == "5"


def test_a_failure_that_nobody_foresaw_is_500_with_its_cause_in_the_log_alone(database_url: str) -> None:
    with service(database_url) as world:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("ALTER TABLE street_lights RENAME TO gone")
        refused = world.call(PATH)
        assert_problem(refused, 500, "internal")
        assert "gone" not in refused.text
        assert "UndefinedTable" in world.logged(refused.headers["request-id"])["error"]["type"]


def test_every_answer_has_the_request_id_the_version_and_headers_that_keep_browsers_out(world: World) -> None:
    sent = str(uuid4())
    answers = [
        world.call(PATH, headers={"request-id": sent}),
        world.call("/nothing", headers={"request-id": 'x","level":"error'}),
        world.post(PATH, {}),
    ]
    assert answers[0].headers["request-id"] == sent
    for answer in answers:
        assert len(answer.headers["request-id"]) == 36
        assert answer.headers["api-version"] == CONTRACT.version
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "no-store" in answer.headers["cache-control"]
        assert "server" not in answer.headers


def test_what_is_not_there_is_404_and_a_wrong_method_405_with_those_that_are_right(world: World) -> None:
    for path in ["/nothing", f"{PATH}/", PATH.upper()]:
        assert_problem(world.call(path), 404, "not-found")
    for method in ["PUT", "QUERY", "TRACE", "OPTIONS"]:
        refused = world.call(PATH, method)
        assert_problem(refused, 405, "method-not-allowed")
        assert refused.headers["allow"] == "GET, HEAD, POST"
    head = world.call(PATH, "HEAD")
    assert (head.status_code, head.content) == (200, b"")


def test_only_the_media_types_of_the_contract_are_read_and_written(world: World) -> None:
    for media_type in ["text/plain", "application/xml", "application/merge-patch+json"]:
        assert_problem(world.post(PATH, "{}", {"content-type": media_type}), 415, "unsupported-media-type")
    for accept in ["application/xml", "application/json;q=0", "text/*;q=1.0"]:
        assert_problem(world.call(PATH, headers={"accept": accept}), 406, "not-acceptable")
    for accept in ["*/*", "application/xml, application/json;q=0.5", "application/*"]:
        assert world.call(PATH, headers={"accept": accept}).status_code == 200


def test_a_body_that_is_no_json_or_is_too_large_is_refused(world: World) -> None:
    for bad in ["", "{", "{'a':1}", "[" * 60_000, "\0", "null", "[]", "NaN", '{"name":"\\ud800"}', "\ufeff{}"]:
        assert_problem(world.post(PATH, bad), 400, "invalid-request")
    assert_problem(world.post(PATH, {"name": "x" * 70_000}), 413, "body-too-large")


def test_what_is_no_http_gets_a_problem_and_no_more(world: World) -> None:
    host, port = world.origin.removeprefix("http://").split(":")
    bad = [(b"GET / HTTP/1.1\r\nno field\r\n\r\n", b"400"), (b"FOO / HTTP/1.1\r\nhost: a\r\n\r\n", b"405")]
    for sent, status in bad:
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(sent)
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
        assert answer.startswith(b"HTTP/1.1 " + status), answer
        assert b"application/problem+json" in answer
        assert b"request-id: " in answer


def test_the_log_is_one_line_of_json_for_a_request_and_names_nobody(world: World) -> None:
    request_id = str(uuid4())
    contact = {"name": "Leah Rosenberg", "phone": "+447700900142"}
    body = {"reference": "LBH-100601", "name": "A first one", "contact": contact, "postcode": "E8 4QZ"}
    assert world.post(PATH, body, {"request-id": request_id}).status_code == 201
    line = world.logged(request_id)
    assert (line["operation"], line["status"], line["level"]) == ("createStreetLight", 201, "info")
    assert line["service"]
    assert line["person"]
    assert not any(text in world_line for text in ("Rosenberg", "7700", "E8 4QZ") for world_line in world.lines)


def test_text_of_others_is_masked_before_it_is_logged() -> None:
    text = "leah@example.org 07700 900142 QQ 12 34 56 C AB123456C E8 4QZ eyJh.eyJi.c"
    shown = masked(text)
    for secret in ["leah", "900142", "AB123456C", "4QZ", "eyJh"]:
        assert secret not in shown


def test_metrics_are_counted_by_operation_on_a_port_of_their_own(database_url: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with service(database_url, METRICS_PORT=str(port)) as world:
        world.call(PATH)
        world.call("/nothing")
        text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        assert 'http_server_request_duration_seconds_count{operation="listStreetLights",status="200"} 1.0' in text
        assert 'operation="none",status="404"' in text
        assert 'database_connections{state="idle"}' in text
        assert 'events{state="waiting"} 0.0' in text
        assert httpx.get(f"{world.origin}/metrics").status_code == 404


def test_who_stops_lets_those_end_that_have_begun(database_url: str) -> None:
    with service(database_url) as world, psycopg.connect(database_url) as other:
        body = {"reference": "LBH-100700", "name": "A first one"}
        location = world.post(PATH, body).headers["location"]
        other.execute("SELECT 1 FROM street_lights FOR UPDATE")
        answers: list[httpx.Response] = []
        slow = threading.Thread(target=lambda: answers.append(world.patch(location, {"name": "B"}, "*")))
        slow.start()
        time.sleep(0.5)
        world.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        other.rollback()
        slow.join(20)
        assert [answer.status_code for answer in answers] == [200]
        assert world.process.wait(20) is not None


def test_a_statement_that_takes_too_long_is_ended_and_the_caller_told_to_come_again(database_url: str) -> None:
    with (
        service(database_url, DATABASE_STATEMENT_TIMEOUT_MS="200") as world,
        psycopg.connect(database_url) as other,
    ):
        other.execute("LOCK TABLE street_lights")
        assert_problem(world.call(PATH), 503, "unavailable")


def test_migrations_run_once_and_one_that_was_changed_afterwards_stops_everything(
    database_url: str, tmp_path: Path
) -> None:
    assert migrate(database_url) == []
    for file in project_file("migrations").glob("*.sql"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "9998_bad.sql").write_text("CREATE TABLE half (); SELECT nonsense;")
    with pytest.raises(MigrationError, match=r"9998_bad\.sql failed"):
        migrate(database_url, tmp_path)
    (tmp_path / "9998_bad.sql").unlink()
    (tmp_path / "9999_more.sql").write_text("CREATE TABLE half ();")
    assert migrate(database_url, tmp_path) == ["9999_more.sql"], "nothing of the failed one stayed"
    (tmp_path / "9999_more.sql").write_text("CREATE TABLE other ();")
    with pytest.raises(MigrationError, match="was changed after it ran"):
        migrate(database_url, tmp_path)


async def test_answers_to_keys_and_old_events_are_thrown_away_in_time(pool: Database) -> None:
    await pool.query(
        """INSERT INTO idempotency_answers (caller, operation, key, fingerprint, status, headers, created_at)
           VALUES ('a', 'b', gen_random_uuid(), '', 201, '{}', now() - interval '25 hours'),
                  ('a', 'b', gen_random_uuid(), '', 201, '{}', now())"""
    )
    await pool.query(
        """INSERT INTO outbox_events (entity_id, envelope, published_at)
           VALUES (gen_random_uuid(), '{}', now() - interval '8 days'), (gen_random_uuid(), '{}', NULL)"""
    )
    await tidy(pool)
    for table in ("idempotency_answers", "outbox_events"):
        [row] = await pool.query(f"SELECT count(*) FROM {table}")  # type: ignore[arg-type]
        assert row["count"] == 1, table


def test_everything_that_is_wrong_with_the_environment_is_told_at_once() -> None:
    faults = _refused({"PORT": "x", "LOG_LEVEL": "loud", "DATABASE_URL": "postgres://a:secret@b/c"})
    for name in ["ENVIRONMENT", "PORT", "LOG_LEVEL"]:
        assert name in faults
    assert "secret" not in faults
    forgotten = {"ENVIRONMENT": "production", "DATABASE_URL": "x"}
    assert "HANSOM_ISSUER" in _refused(forgotten)
    assert "IDENTITY is local" in _refused({**forgotten, "IDENTITY": "local"})


def _refused(environment: dict[str, str]) -> str:
    process = subprocess.run(
        [sys.executable, "-m", "service"], env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert process.returncode == 1, process.stderr
    return process.stderr


def test_a_request_and_what_it_asked_of_the_database_are_spans_of_the_callers_trace(database_url: str) -> None:
    taken: list[bytes] = []

    def collect(handler: Any) -> None:
        taken.append(handler.body())
        handler.reply(200, b"", {"content-type": "application/x-protobuf"})

    trace = "0af7651916cd43dd8448eb211c80319c"
    with answering(collect) as collector:
        with service(database_url, OTEL_EXPORTER_OTLP_ENDPOINT=collector, OTEL_BSP_SCHEDULE_DELAY="100") as world:
            world.call(PATH, headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
        spans = b"".join(taken)
    assert spans.count(bytes.fromhex(trace)) >= 2
    assert b"listStreetLights" in spans or b"/street-lights" in spans
    assert b"SELECT id, reference" in spans

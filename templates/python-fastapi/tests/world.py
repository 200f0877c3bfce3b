"""What do the tests call? The service itself over HTTP, with a database of its own and a platform that signs."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpx
import jwt
import psycopg
from cryptography.hazmat.primitives.asymmetric import ec
from psycopg.conninfo import make_conninfo

from service.contract import read_contract
from service.migrations import migrate
from service.project import project_name

STAFF = "street-services@hackney.example"
CONTRACT = read_contract()
ISSUER = "https://api.hackney.example"
AUDIENCE = "https://service.internal.hackney.example"
READY_SECONDS = 30

_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())


def assertion(
    claims: dict[str, Any] | None = None, head: dict[str, Any] | None = None, key: ec.EllipticCurvePrivateKey = _KEY
) -> str:
    """The platform's word on who calls. What is given differs from what is usual; None leaves it out."""
    now = int(time.time())
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(uuid4()),
        "kind": "person",
        "groups": [STAFF],
        "api": project_name(),
        "environment": "test",
        "iat": now,
        "exp": now + 60,
        **(claims or {}),
    }
    said = {name: value for name, value in said.items() if value is not None}
    return jwt.encode(said, key, "ES256", headers={"kid": "one", "typ": "hansom-identity+jwt", **(head or {})})


class World:
    """A service that runs, and how it is called."""

    def __init__(self, origin: str, database_url: str, lines: list[str], process: subprocess.Popen[str]) -> None:
        self.origin = origin
        self.database_url = database_url
        self.lines = lines
        self.process = process
        self._identity = assertion()
        self._client = httpx.Client(timeout=20)

    def call(
        self,
        path: str,
        method: str = "GET",
        body: Any = None,
        headers: dict[str, str] | None = None,
        identity: str | None = "",
    ) -> httpx.Response:
        """Calls an address below the base path, or one that begins with it. Nobody calls where `identity` is None."""
        url = self.origin + (path if path.startswith(CONTRACT.base_path) else CONTRACT.base_path + path)
        sent = {} if identity is None else {"hansom-identity": identity or self._identity}
        content = None if body is None else body if isinstance(body, str) else json.dumps(body)
        if body is not None:
            sent["content-type"] = "application/json"
        return self._client.request(method, url, content=content, headers={**sent, **(headers or {})})

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.call(path, "POST", body, headers)

    def patch(self, path: str, body: Any, seen: str | None = None) -> httpx.Response:
        headers = {"content-type": "application/merge-patch+json", **({"if-match": seen} if seen else {})}
        return self.call(path, "PATCH", body, headers)

    def remove(self, path: str, seen: str | None = None) -> httpx.Response:
        return self.call(path, "DELETE", headers={"if-match": seen} if seen else {})

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            return connection.execute(sql.encode()).fetchall()

    def logged(self, text: str) -> dict[str, Any]:
        """The first line of the log with this text; it may take a moment."""
        for _ in range(100):
            for line in list(self.lines):
                if text in line:
                    return dict(json.loads(line))
            time.sleep(0.05)
        raise AssertionError(f"nothing with {text} was logged: {self.lines}")


@contextmanager
def database() -> Iterator[str]:
    """A migrated database that goes afterwards."""
    server = os.environ["TEST_POSTGRES"]
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            url = make_conninfo(server, dbname=name)
            migrate(url)
            yield url
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def answering(answer: Any) -> Iterator[str]:
    """A server that calls `answer(handler)` for each request; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer(self)

        def do_POST(self) -> None:
            answer(self)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

        def reply(self, status: int, body: bytes = b"{}", headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def body(self) -> bytes:
            return self.rfile.read(int(self.headers.get("content-length", 0)))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _keys(handler: Any) -> None:
    key = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(_KEY.public_key()))
    handler.reply(200, json.dumps({"keys": [{**key, "kid": "one", "alg": "ES256", "use": "sig"}]}).encode())


@contextmanager
def service(database_url: str, **settings: str) -> Iterator[World]:
    """The service as a process of its own, with settings that differ from what is usual."""
    with answering(_keys) as platform:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
            "ENVIRONMENT": "test",
            "DATABASE_URL": database_url,
            "HANSOM_ISSUER": ISSUER,
            "HANSOM_JWKS_URL": f"{platform}/oauth/jwks",
            "HANSOM_AUDIENCE": AUDIENCE,
            "PORT": "0",
            "METRICS_PORT": "off",
            **settings,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "service"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        assert process.stderr
        lines: list[str] = []
        threading.Thread(target=lines.extend, args=[process.stdout], daemon=True).start()
        try:
            address = process.stderr.readline().strip()
            assert address.startswith("http://"), f"it did not start: {address} {lines}"
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield World(address.removesuffix(CONTRACT.base_path), database_url, lines, process)
        finally:
            process.terminate()
            process.wait(READY_SECONDS)

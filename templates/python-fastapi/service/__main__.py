"""How is the service started and stopped? `python -m service`, and `migrate` or `seed` behind it for the database."""

import contextlib
import json
import os
import socket
import sys
from uuid import uuid4

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.answers import headers_of_all
from service.app import app_of
from service.contract import read_contract
from service.journal import begin_journal
from service.migrations import MigrationError, migrate, seed
from service.problem import Problem, unreadable
from service.project import project_name
from service.settings import Settings, SettingsError, settings_from_environment
from service.tracing import start_tracing


def main(arguments: list[str]) -> int:
    command = arguments[0] if arguments else "serve"
    try:
        match command:
            case "serve":
                _serve(settings_from_environment())
            case "migrate":
                _say("\n".join(f"{name} ran" for name in migrate(_database_url())) or "nothing to do")
            case "seed":
                _say("\n".join(f"{name} ran" for name in seed(_database_url())))
            case _:
                _say(f"{command} is none of serve, migrate, seed")
                return 2
    except (SettingsError, MigrationError) as error:
        _say(str(error))
        return 1
    return 0


class _Service(uvicorn.Server):
    base_path = ""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for server in self.servers:
            host, port = server.sockets[0].getsockname()[:2]
            _say(f"http://{f'[{host}]' if ':' in host else host}:{port}{self.base_path}")


def _serve(settings: Settings) -> None:
    contract, name = read_contract(), project_name()
    begin_journal(settings.log_level, name, contract.version, settings.environment)
    with contextlib.ExitStack() as life:
        if settings.otel_exporter_otlp_endpoint:
            life.callback(start_tracing(settings.otel_exporter_otlp_endpoint, name, contract.version))
        config = uvicorn.Config(
            app_of(settings, contract),
            settings.host,
            settings.port,
            http=_protocol(settings.hansom_hub_url, contract.version),
            loop="uvloop",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=65,
            timeout_graceful_shutdown=max(settings.stop_timeout_ms // 1000, 1),
        )
        service = _Service(config)
        service.base_path = contract.base_path
        service.run()


def _protocol(hub_url: str, version: str) -> type[HttpToolsProtocol]:
    """Answers what is no request, so that there is nobody else to answer it, with a problem as well."""

    class Protocol(HttpToolsProtocol):
        def send_400_response(self, msg: str) -> None:
            problem = unreadable()
            if isinstance(sys.exception(), httptools.HttpParserInvalidMethodError):
                # Without its address, as the parser gave up before: this is what is used at all.
                known = "DELETE, GET, HEAD, PATCH, POST"
                detail = "Use a method that the contract names."
                problem = Problem("method-not-allowed", detail, headers={"allow": known})
            request_id = str(uuid4())
            body = json.dumps(problem.body(hub_url, request_id)).encode()
            fields = {
                **headers_of_all(request_id, version),
                **problem.headers,
                "content-type": "application/problem+json",
                "content-length": str(len(body)),
                "cache-control": "no-store",
                "connection": "close",
            }
            head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
            self.transport.write(f"HTTP/1.1 {problem.status} \r\n{head}\r\n".encode() + body)
            self.transport.close()

    return Protocol


def _database_url() -> str:
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise SettingsError("DATABASE_URL is missing")
    return url


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

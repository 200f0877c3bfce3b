"""What is the service made of? Every part is put together here, and taken apart in the other order when it stops."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from service.answers import EveryAnswer
from service.api import Api
from service.contract import Contract
from service.database import Database, Queries
from service.events import Envelope
from service.health import health_routes
from service.housekeeping import keep_house
from service.identity import identify_by
from service.journal import log
from service.listener import Listener
from service.metrics import Metrics
from service.outbound import Outbound
from service.problem import Problem, nothing_here
from service.project import project_name
from service.publisher import Deliver, Publisher
from service.resources import ENTITIES, ROUTES
from service.settings import Settings


def app_of(settings: Settings, contract: Contract) -> FastAPI:
    """The service; what it needs from outside it opens when it starts."""
    database = Database(
        settings.database_url,
        pool_size=settings.database_pool_size,
        statement_timeout_ms=settings.database_statement_timeout_ms,
    )
    client = httpx.AsyncClient(timeout=3, follow_redirects=False)
    metrics = Metrics(database)
    publisher = Publisher(database, _delivery(settings, database, client))

    @contextlib.asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        await database.open()
        stopping = asyncio.Event()
        publishing = asyncio.create_task(publisher.run(stopping))
        house = asyncio.create_task(keep_house(database))
        async with _metrics_served(settings, metrics):
            yield
        house.cancel()
        stopping.set()
        await publishing
        await client.aclose()
        await database.close()

    # The contract is served as it was released, so FastAPI describes nothing; and `/things/` is no address.
    app = FastAPI(openapi_url=None, redirect_slashes=False, lifespan=life)
    identify = identify_by(settings, project_name(), client)
    api = Api(app, contract, identify, settings.hansom_hub_url)

    @app.exception_handler(HTTPException)
    async def no_route(request: Request, _error: Exception) -> Response:
        return api.refusal(request, _nothing_at(contract, request.scope["path"]))

    @app.get("/openapi.yaml")
    async def served_contract() -> Response:
        return Response(contract.text, media_type="application/yaml")

    health_routes(app, api, database)
    for routes in ROUTES:
        routes(api, database)
    api.assert_complete()
    app.add_middleware(EveryAnswer, contract=contract, metrics=metrics)
    if settings.identity == "local":
        log.warning("everybody is let in as the local developer: IDENTITY is local")
    return app


class _Beside(uvicorn.Server):
    """A server within the service: signals are for the service."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def _metrics_served(settings: Settings, metrics: Metrics) -> AsyncIterator[None]:
    if settings.metrics_port == "off":
        yield
        return
    server = _Beside(
        uvicorn.Config(
            metrics.app(), settings.host, settings.metrics_port, log_config=None, access_log=False, lifespan="off"
        )
    )
    serving = asyncio.create_task(server.serve())
    yield
    server.should_exit = True
    await serving


def _nothing_at(contract: Contract, path: str) -> Problem:
    """No such path, or no such method on it."""
    methods = contract.methods_at(path)
    if not methods:
        return nothing_here()
    allow = ", ".join(methods)
    return Problem("method-not-allowed", f"Use one of {allow}.", headers={"allow": allow})


def _delivery(settings: Settings, database: Database, client: httpx.AsyncClient) -> Deliver:
    """To somebody else by POST, or to the listener of this service."""
    events_url = settings.events_url
    if events_url is None:
        listener = Listener(
            database,
            {f"{entity}.created": _heard for entity in ENTITIES},
        )

        async def to_ourselves(envelope: Envelope) -> None:
            await listener.receive(envelope)

        return to_ourselves
    outbound = Outbound(client)

    async def to_somebody(envelope: Envelope) -> None:
        headers = {"idempotency-key": envelope["id"]}
        answer = await outbound.send(
            "POST", events_url, request_id=envelope["requestId"], body=envelope, headers=headers
        )
        if not 200 <= answer.status < 300:
            raise ConnectionError(f"the receiver answered {answer.status}")

    return to_somebody


async def _heard(event: Envelope, _transaction: Queries) -> None:
    """An example: what this service does when it hears of an event. Others may tell it events, too."""
    log.info("heard", extra={"event": event["id"], "type": event["type"]})

"""Does it work? `/live` tells whoever restarts the process, `/ready` whoever sends it requests, `/health` callers."""

from fastapi import FastAPI, Request, Response

from service.api import Api, response_of
from service.call import Answer, Call
from service.database import Database
from service.problem import unavailable


def health_routes(app: FastAPI, api: Api, database: Database) -> None:
    # `/live` and `/ready` are outside the contract's path, where the gateway passes nothing on. They say nothing, so
    # they need no caller. One slow database must not restart every process, so `/live` does not ask it.
    works = Answer(200, {"status": "pass"}, {"cache-control": "no-store"})

    async def with_database() -> Answer:
        try:
            await database.query("SELECT 1")
        except Exception as error:
            raise unavailable() from error
        return works

    @app.get("/live")
    async def live() -> Response:
        return response_of(works)

    @app.get("/ready")
    async def ready(request: Request) -> Response:
        try:
            return response_of(await with_database())
        except Exception as error:  # noqa: BLE001 - it becomes a problem
            return api.refusal(request, error)

    @api.operation("getHealth")
    async def health(_call: Call) -> Answer:
        return await with_database()

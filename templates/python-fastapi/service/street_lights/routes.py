"""What is done for each operation? `rules.py` says what may be, `storage.py` where it lies."""

from typing import Literal
from uuid import UUID

from service.api import Api
from service.call import Answer, Call
from service.database import Database, Queries, Transaction
from service.events import Happening, note
from service.idempotency import once
from service.pages import page_of, plan_of
from service.preconditions import assert_seen, etag_of, seen_by
from service.problem import Problem

from . import storage
from .rules import ENTITY, Body, Kept, changed, in_event, in_list, shown, sort_value


def routes(api: Api, database: Database) -> None:
    source = api.contract.base_path
    path = f"{source}/street-lights"
    assert_whole = api.whole("createStreetLight")

    @api.operation("listStreetLights")
    async def list_them(call: Call) -> Answer:
        plan = plan_of(call.query)
        found = await storage.list_all(database, plan, call.query)
        records, page = page_of(path, call.query, plan, found, lambda kept: sort_value(kept, plan.key))
        items = [in_list(kept, call.query.get("fields")) for kept in records]
        return Answer(200, {"items": items, **page})

    @api.operation("createStreetLight")
    async def create(call: Call) -> Answer:
        async def work(transaction: Transaction) -> Answer:
            kept = await storage.insert(transaction, Body(**call.body))
            await tell(transaction, call, "created", None, kept)
            return _answer(201, kept, location=f"{path}/{kept.id}")

        return await once(database, call, work)

    @api.operation("getStreetLight")
    async def get(call: Call) -> Answer:
        return _answer(200, _found(await storage.get(database, _id_of(call))))

    @api.operation("updateStreetLight")
    async def update(call: Call) -> Answer:
        seen = seen_by(call.headers)
        async with database.transaction() as transaction:
            before = _found(await storage.lock(transaction, _id_of(call)))
            assert_seen(seen, before.version)
            body = changed(before, call.body)
            # What is whole before and what fits by itself need not fit together.
            assert_whole(body)
            after = await storage.update(transaction, before.id, Body(**body))
            await tell(transaction, call, "updated", before, after)
        return _answer(200, after)

    @api.operation("deleteStreetLight")
    async def delete(call: Call) -> Answer:
        seen = seen_by(call.headers)
        async with database.transaction() as transaction:
            before = _found(await storage.lock(transaction, _id_of(call)))
            assert_seen(seen, before.version)
            await storage.remove(transaction, before.id)
            await tell(transaction, call, "deleted", before, None)
        return Answer(204)

    async def tell(
        transaction: Queries,
        call: Call,
        verb: Literal["created", "updated", "deleted"],
        before: Kept | None,
        after: Kept | None,
    ) -> None:
        record = _found(after or before)
        old, new = (in_event(kept) if kept else None for kept in (before, after))
        await note(transaction, call, source, Happening(ENTITY, verb, record.id, old, new))


def _id_of(call: Call) -> UUID:
    return UUID(call.params["id"])


def _found(kept: Kept | None) -> Kept:
    if kept is None:
        raise Problem("not-found", "There is none with this identifier.")
    return kept


def _answer(status: int, kept: Kept, **headers: str) -> Answer:
    return Answer(status, shown(kept), {**headers, "etag": etag_of(kept.version)})

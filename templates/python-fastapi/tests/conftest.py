"""Which services do the tests share?"""

from collections.abc import AsyncIterator, Iterator

import pytest

from service.database import Database
from tests.world import World, database, service


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """One service for every test that does not change how it runs."""
    with database() as url, service(url) as running:
        yield running


@pytest.fixture
def database_url() -> Iterator[str]:
    """A database for this test alone."""
    with database() as url:
        yield url


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Database]:
    """The database of this test, as the service reaches it."""
    opened = Database(database_url, pool_size=5, statement_timeout_ms=5000)
    await opened.open()
    yield opened
    await opened.close()

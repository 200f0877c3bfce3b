"""Is the database as this version needs it? Files in `migrations` are run once each, in the order of their names."""

from hashlib import sha256
from pathlib import Path

import psycopg

from service.project import project_file

_LOCK = 7_403_118_265_514_093
"""Any number that no other program of the database uses: who holds it migrates, the others wait."""


class MigrationError(Exception):
    """A migration failed, or was changed after it ran."""


def migrate(database_url: str, folder: Path | None = None) -> list[str]:
    """The names of the migrations that ran now."""
    with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        connection.execute(
            "CREATE TABLE IF NOT EXISTS applied_migrations "
            "(name text PRIMARY KEY, digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        applied: dict[str, str] = dict(connection.execute("SELECT name, digest FROM applied_migrations").fetchall())
        fresh = []
        for file in sorted((folder or project_file("migrations")).glob("*.sql")):
            sql = file.read_bytes()
            digest = sha256(sql).hexdigest()
            if applied.get(file.name) == digest:
                continue
            if file.name in applied:
                raise MigrationError(f"the migration {file.name} was changed after it ran; write a new one instead")
            _apply(connection, file.name, sql, digest)
            fresh.append(file.name)
        return fresh


def seed(database_url: str) -> list[str]:
    """Runs every file in `seed`; each can run twice."""
    with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
        files = sorted(project_file("seed").glob("*.sql"))
        for file in files:
            connection.execute(file.read_bytes())
        return [file.name for file in files]


def _apply(connection: psycopg.Connection[psycopg.rows.TupleRow], name: str, sql: bytes, digest: str) -> None:
    try:
        with connection.transaction():
            connection.execute(sql)
            connection.execute("INSERT INTO applied_migrations (name, digest) VALUES (%s, %s)", [name, digest])
    except psycopg.Error as error:
        raise MigrationError(f"the migration {name} failed: {error}") from error

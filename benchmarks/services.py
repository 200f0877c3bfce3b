#!/usr/bin/env python3
"""How much does a service take that was born from a template, on PostgreSQL, beside the same one in the other languages?

Each service is made by `hansom new`, built as its container is, and given a database of its own in one private PostgreSQL. The
services run on core 0, one at a time under load; PostgreSQL and what asks are on core 1. CPU time is that of the service's
process alone, for each request; the database's work is the same for all.
"""

import argparse
import json
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "services"), str(HERE / "gateway")]
import rounds  # noqa: E402
import rows  # noqa: E402
from born import LANGUAGES, Service  # noqa: E402
from machine import LOAD_CORE, Machine, progress, resident_mb  # noqa: E402

OURS, OTHERS = "rust-axum", ("typescript-fastify", "python-fastapi")


def main():
    options = arguments()
    options.work = options.work.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    if "BENCH_POSTGRES" not in os.environ:
        under_postgres(options)
    machine, services = Machine(), {}
    try:
        for template in options.template:
            progress(f"making and building a service from {template}")
            services[template] = Service(machine, options, template)
        works = [subject for service in services.values() for subject in service.subjects()]
        seen = rounds.measure(works, options.rounds, options.seconds)
        told = list(rows_of(seen, services))
    finally:
        machine.stop()
        progress(None)
    print(f"\nMedians of {options.rounds} interleaved rounds of {options.seconds} s, {options.connections} connections.\n")
    print(rows.table(told))
    if options.json:
        Path(options.json).write_text(json.dumps([row.as_data() for row in told], indent=2) + "\n")


def under_postgres(options):
    """Starts again with a PostgreSQL around it, by the script that each service brings for its own tests."""
    script = HERE.parent / "templates" / options.template[0] / "scripts/postgres"
    os.execvp("taskset", ["taskset", "-c", LOAD_CORE, str(script), "BENCH_POSTGRES", "-",
                          "taskset", "-c", "0,1", sys.executable, "-B", *sys.argv])


def rows_of(seen, services):
    mine = OURS if OURS in services else next(iter(services))
    for work in dict.fromkeys(work for work, _ in seen):
        for other in services:
            if other != mine:
                yield from rows.ratio(f"{work}: CPU time", seen, (work, mine), (work, other))
        for template in services:
            of_it = seen[work, template]
            yield rows.single(f"{work}, {template}: requests/s", rows.median_of(of_it, "per_second"), "/s",
                              all_of=[one["per_second"] for one in of_it])
            yield rows.single(f"{work}, {template}: p99", rows.median_of(of_it, "p99_ms"), " ms",
                              all_of=[one["p99_ms"] for one in of_it])
    for template, service in services.items():
        yield rows.single(f"memory after the load, {template}", resident_mb(service.pid), " MB")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hansom", required=True, type=Path, help="the binary")
    parser.add_argument("--work", required=True, type=Path, help="a folder for what is made and built; kept")
    parser.add_argument("--template", choices=LANGUAGES, action="append", help="only this one; again")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (default 5)")
    parser.add_argument("--seconds", type=int, default=3, help="length of a round (default 3)")
    parser.add_argument("--connections", type=int, default=16, help="that ask at once (default 16)")
    parser.add_argument("--json", metavar="FILE", help="also write the numbers to FILE")
    options = parser.parse_args()
    options.template = options.template or list(LANGUAGES)
    return options


if __name__ == "__main__":
    main()

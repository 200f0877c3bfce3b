#!/usr/bin/env python3
"""How long does the hub take for its pages when it is full, on SQLite and on PostgreSQL, and how does that grow?

A store is filled with so many APIs, with ten operations each and five applications for each, and one contract of 900 operations. Then a
process opens every kind of page again and again, and times each from the request to the last byte of its answer, within the process:
what the server takes, without the network. Its memory is what the system counts for the whole process.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "hub"), str(HERE / "gateway"), str(HERE / "standards")]
import plot  # noqa: E402
import rows  # noqa: E402
from machine import progress  # noqa: E402
from postgres import PostgreSQL  # noqa: E402

SIZES = [100, 1000, 10000]
OPERATIONS, APPLICATIONS_OF_EACH = 10, 5
# Milliseconds within which 99 of 100 are answered.
REACH = {"catalogue": 50, "catalogue, signed in": 50, "catalogue, narrowed": 50, "search": 50, "search, one word": 50,
         "search, mistyped": 50, "API": 30, "reference of 900": 100}
MOST_MB = 300
PLOTTED = ["catalogue", "search", "API", "reference of 900"]


def main():
    options = arguments()
    options.work.mkdir(parents=True, exist_ok=True)
    measured = {}
    try:
        measured["SQLite"] = {size: on_sqlite(options, size) for size in options.size}
        if options.postgres != "none":
            with PostgreSQL(options.work) as server:
                measured["PostgreSQL"] = {size: of(options, server.database(f"hub_{size}"), f"PostgreSQL, {size} APIs", size)
                                          for size in options.size}
    finally:
        progress(None)
    told = [row for database, by_size in measured.items() for row in rows_of(database, *list(by_size.items())[-1])]
    print(f"\n{options.size[-1]:,} APIs, {options.size[-1] * OPERATIONS:,} operations, "
          f"{options.size[-1] * APPLICATIONS_OF_EACH:,} applications; each page {options.times} times.\n")
    print(rows.table(told))
    for database, by_size in measured.items():
        if len(by_size) > 1:
            draw(database, by_size)
    if options.json:
        options.json.write_text(json.dumps(measured, indent=2) + "\n")


def on_sqlite(options, size):
    file = options.work / f"hub-{size}.db"
    for left in options.work.glob(f"{file.name}*"):
        left.unlink()
    try:
        return of(options, f"sqlite://{file}", f"SQLite, {size} APIs", size)
    finally:
        for left in options.work.glob(f"{file.name}*"):
            left.unlink()


def of(options, address, name, size):
    """Fills a store and measures it, in two processes: what filling takes is in no figure."""
    progress(f"filling {name}")
    run(options.full, "fill", address, size, OPERATIONS, size * APPLICATIONS_OF_EACH)
    progress(f"opening pages of {name}")
    return json.loads(run(options.full, "measure", address, options.times))


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def rows_of(database, size, told):
    for page, times in told["pages"].items():
        yield rows.Row(f"{database}: {page}, p99", f"{times['p50']:.1f} ms p50", value=times["p99"], sign="≤",
                       reach=REACH[page], unit=" ms")
    yield rows.Row(f"{database}: the first page of a process", "", value=told["first_ms"], unit=" ms")
    yield rows.Row(f"{database}: memory", f"{told['memory_mb']['now']:.0f} MB at the end", value=told["memory_mb"]["most"],
                   sign="≤", reach=MOST_MB, unit=" MB")


def draw(database, by_size):
    series = {page: [(size, told["pages"][page]["p99"]) for size, told in by_size.items()] for page in PLOTTED}
    svg = plot.svg_of_magnitudes(f"99 of 100 pages on {database}", "APIs", "milliseconds", series)
    (HERE / "hub").mkdir(exist_ok=True)
    (HERE / "hub" / f"growth-{database.lower()}.svg").write_text(svg)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", required=True, type=Path, help="the example of that name of the crate hansom-hub")
    parser.add_argument("--work", required=True, type=Path, help="a folder for databases")
    parser.add_argument("--times", type=int, default=300, help="how often each kind of page is opened (default 300)")
    parser.add_argument("--size", type=int, action="append", help=f"so many APIs; again (default {SIZES})")
    parser.add_argument("--postgres", choices=["private", "none"], default="private",
                        help="measure on a private PostgreSQL, too (default), or not")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write the numbers to FILE")
    options = parser.parse_args()
    options.size = sorted(options.size or SIZES)
    return options


if __name__ == "__main__":
    main()

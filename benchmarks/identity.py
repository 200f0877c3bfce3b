#!/usr/bin/env python3
"""How soon is a revocation obeyed, what does a token cost to issue, and how long does its client wait?

The whole demo runs on core 0, with its store, its hub and its gateways; what asks runs on core 1. A revocation is timed from
the moment at which the control call was answered to the first refusal at the gateway, which is asked without a pause. What a
token costs is the run time of all the process's threads (schedstat) divided by the tokens, beside what its signatures cost
by themselves in the same run; a second of core time divided by it is the tokens per second and core.
"""

import argparse
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "identity"), str(HERE / "gateway"), str(HERE.parent / "tests/clients")]
import issuing  # noqa: E402
import revocation  # noqa: E402
import rows  # noqa: E402
from machine import Machine, progress  # noqa: E402
from street import Street  # noqa: E402

PARTS = {"revocation": revocation.rows_of, "tokens": issuing.rows_of}


def main():
    options = arguments()
    machine, told = Machine(), []
    try:
        street = Street(machine, options.hansom)
        for name in options.part:
            told += PARTS[name](street, options)
    finally:
        machine.stop()
        progress(None)
    print(f"\nRevocations: {options.times} of each kind. Tokens: {options.tokens} in a row of each kind by "
          f"{options.clients} clients, and {options.rate} a second for {options.seconds} s.\n")
    print(rows.table(told))
    if options.json:
        Path(options.json).write_text(json.dumps([row.as_data() for row in told], indent=2) + "\n")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hansom", required=True, type=Path, help="the binary")
    parser.add_argument("--signatures", required=True, type=Path, help="the example of that name of the crate hansom-oauth")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part of the table; again")
    parser.add_argument("--times", type=int, default=30, help="revocations of each kind (default 30)")
    parser.add_argument("--tokens", type=int, default=2000, help="tokens of each kind (default 2000)")
    parser.add_argument("--clients", type=int, default=4, help="clients that ask at once (default 4)")
    parser.add_argument("--rate", type=int, default=100, help="tokens a second, whatever the answers take (default 100)")
    parser.add_argument("--seconds", type=int, default=10, help="seconds at that rate (default 10)")
    parser.add_argument("--json", metavar="FILE", help="also write the numbers to FILE")
    options = parser.parse_args()
    options.part = options.part or list(PARTS)
    return options


if __name__ == "__main__":
    main()

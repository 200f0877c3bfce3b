#!/usr/bin/env python3
"""What does a request cost in the gateway: CPU time, memory, at what size; and in HAProxy, nginx and Envoy?

The proxy runs alone on core 0; the upstream (nginx) and the load share core 1. What is counted is the run time of all the
proxy's threads over a round (schedstat), divided by the requests that were answered: that repeats. Requests per second do
not: a proxy that is faster than the load sleeps between two requests and is woken slowly, so that in a closed loop on two
cores the cheaper of two can show fewer. Rounds are interleaved, and ratios are taken within a round; medians are shown.
It takes about ten minutes. Run it on a machine that does nothing else: what else runs keeps core 1 awake, which spares slow
proxies the cost of waking it.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "gateway"), str(HERE / "standards")]
import memory  # noqa: E402
import rounds  # noqa: E402
import rows  # noqa: E402
from machine import LOAD_CORE, Machine, progress  # noqa: E402
from peers import Peers  # noqa: E402
from requests import Requests  # noqa: E402
from scale import Scale  # noqa: E402

PARTS = ["requests", "memory", "scale"]


def main():
    options = arguments()
    machine = Machine()
    peers, seen, told = Peers(machine, options.work), {}, []
    try:
        machine.start(LOAD_CORE, "/usr/sbin/nginx", "-p", machine.dir, "-c", machine.filled("upstream.nginx.conf"))
        machine.wait_for(f"http://127.0.0.1:{machine.words['UPSTREAM']}/")
        for name, part in (("requests", Requests(machine, peers, options)), ("scale", Scale(machine, options))):
            if name in options.part:
                seen |= rounds.measure(part.subjects(), options.rounds, options.seconds)
                told += part.rows(seen)
            if name == "requests" and "memory" in options.part:
                told += memory.rows(machine, peers, options)
    finally:
        machine.stop()
        progress(None)
    show(told, seen, peers.absent, options)
    if options.json:
        data = {"version": 2, "rows": [row.as_data() for row in told], "absent": peers.absent,
                "rounds": [{"work": work, "proxy": proxy, "rounds": each} for (work, proxy), each in seen.items()]}
        Path(options.json).write_text(json.dumps(data, indent=2) + "\n")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hansom", help="the binary; without it the gateway alone is measured throughout")
    parser.add_argument("--alone", required=True, help="the gateway alone: the example of that name of the crate hansom-gateway")
    parser.add_argument("--floor", help="the relay that looks at nothing: the example of that name; without it no row is held "
                        "against it")
    parser.add_argument("--work", required=True, type=Path, help="a folder for Envoy, kept for next time")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part of the table; again")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each proxy (default 5)")
    parser.add_argument("--seconds", type=int, default=2, help="seconds of a round (default 2)")
    parser.add_argument("--connections", type=int, default=64, help="connections of wrk (default 64)")
    parser.add_argument("--tokens", type=int, default=50, help="access tokens in rotation (default 50)")
    parser.add_argument("--json", metavar="FILE", help="also write the numbers to FILE")
    options = parser.parse_args()
    options.part = options.part or PARTS
    return options


def show(told, seen, absent, options):
    print(f"\nMedians of {options.rounds} interleaved rounds of {options.seconds} s. CPU time is that of all the proxy's "
          "threads, for each request.\n")
    print(rows.table(told))
    if options.floor:
        print("""
÷ floor: the CPU time divided by that of a relay that looks at nothing and only passes on, with two reads and two writes for
each request: ours, theirs, and what would just reach the promise. A promise below 1.00 is less than the operating system
takes for the four calls on this machine.""")
    for each in absent:
        print(f"\nNot there: {each}.")
    if ("authenticated", "Hansom") in seen and options.hansom:
        gateway, whole = (statistics.median(one[what] for one in seen["authenticated", "Hansom"])
                          for what in ("gateway_us", "cpu_us"))
        print(f"""
Hansom's requests are those of the whole demo's process, with its hub and its journal: of {whole:.1f} µs for an authenticated
request the gateway's threads took {gateway:.1f}. It checks expiry, revocation, grant and limit at every request, and signs for
the upstream who calls. HAProxy verifies every token again; nginx + Lua and Envoy keep verified tokens, as Hansom does. What
each is set to do is in benchmarks/peers.""")


if __name__ == "__main__":
    main()

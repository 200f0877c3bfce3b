#!/usr/bin/env python3
"""What does a request cost in the gateway: CPU time, memory, at what size; and in HAProxy, nginx and Envoy?

The proxy runs alone on core 0; the upstream (nginx) and the load share core 1. What is counted is the run time of all the
proxy's threads over a round (schedstat), divided by the requests that were answered: that repeats. Requests per second do
not: a proxy that is faster than the load sleeps between two requests and is woken slowly, so that in a closed loop on two
cores the cheaper of two can show fewer. Rounds are interleaved, and ratios are taken within a round, so that a slow minute
of the machine falls on every proxy; medians are shown. It takes about ten minutes.
"""

import argparse
import json
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "gateway"), str(HERE / "standards")]
import hansom  # noqa: E402
import load  # noqa: E402
import memory  # noqa: E402
import rows  # noqa: E402
import tokens  # noqa: E402
from machine import LOAD_CORE, Machine, cpu_ns, progress, size_of  # noqa: E402
from peers import PLAIN, Peers  # noqa: E402
from rows import ratio  # noqa: E402
from scale import Scale  # noqa: E402

LARGE, LARGE_BUFFER = "/bench/v1/large", 131072
FEW = 8
H2_CONNECTIONS, H2_STREAMS = 16, 16
STEADY = 6400
PARTS = ["requests", "memory", "scale"]


def main():
    options = arguments()
    machine = Machine()
    try:
        bench = Bench(options, machine)
        measured = bench.requests() if "requests" in options.part else []
        measured += bench.memory() if "memory" in options.part else []
        measured += bench.scale() if "scale" in options.part else []
    finally:
        machine.stop()
        progress(None)
    bench.show(measured)
    if options.json:
        data = {"version": 2, "rows": [row.as_data() for row in measured], "rounds": bench.seen, "absent": bench.peers.absent}
        Path(options.json).write_text(json.dumps(data, indent=2) + "\n")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hansom", required=True, help="the binary")
    parser.add_argument("--alone", help="the gateway alone: the example of that name of the crate hansom-gateway")
    parser.add_argument("--work", required=True, type=Path, help="a folder for Envoy, kept for next time")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part of the table; again")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each proxy (default 5)")
    parser.add_argument("--seconds", type=int, default=2, help="seconds of a round (default 2)")
    parser.add_argument("--connections", type=int, default=64, help="connections of wrk (default 64)")
    parser.add_argument("--tokens", type=int, default=50, help="access tokens in rotation (default 50)")
    parser.add_argument("--json", metavar="FILE", help="also write the numbers to FILE")
    options = parser.parse_args()
    options.part = options.part or (PARTS if options.alone else PARTS[:1])
    return options


@dataclass
class Subject:
    """One proxy at one kind of work."""
    name: str  # the work, a colon, the proxy
    pid: int
    ask: Callable  # seconds of load, and what was answered


class Bench:
    """What is running, and what is measured of it."""

    def __init__(self, options, machine):
        self.options, self.machine = options, machine
        self.peers = Peers(machine, options.work)
        self.seen = {}
        machine.start(LOAD_CORE, "/usr/sbin/nginx", "-p", machine.dir, "-c", machine.filled("upstream.nginx.conf"))
        machine.wait_for(f"http://127.0.0.1:{machine.words['UPSTREAM']}/")

    # --- requests -----------------------------------------------------------------------------------------------
    def requests(self):
        progress("starting Hansom and its peers")
        demo = hansom.Demo(self.machine, self.options.hansom, self.options.tokens)
        plain = {"Hansom": (demo.process, demo.url, demo.url), "HAProxy": self.peers.start_haproxy(),
                 "nginx": self.peers.start_nginx()}
        subjects = [subject for name, running in plain.items() for subject in self.without_tokens(name, *running)]
        process, url, _ = self.peers.start_haproxy(LARGE_BUFFER)
        subjects.append(self.large(f"HAProxy, {LARGE_BUFFER // 1024} KiB buffers", process, url))
        subjects += self.with_tokens(demo)
        self.measure(subjects)
        return self.rows_of_requests()

    def without_tokens(self, name, process, url, h2):
        many, log = self.options.connections, self.machine.dir / "steady.log"
        yield Subject(f"plain: {name}", process.pid, lambda s: load.by_wrk(url + PLAIN, s, many))
        yield Subject(f"plain, few: {name}", process.pid, lambda s: load.by_wrk(url + PLAIN, s, FEW))
        yield Subject(f"steady: {name}", process.pid, lambda s: load.at_a_rate(url + PLAIN, s, many, STEADY, log))
        yield Subject(f"h2: {name}", process.pid, lambda s: load.by_h2load(h2 + PLAIN, s, H2_CONNECTIONS, H2_STREAMS))
        yield self.large(name, process, url)

    def large(self, name, process, url):
        if size_of(url + LARGE) != 1024 * 1024:
            raise SystemExit(f"{name} does not pass on the mebibyte of {LARGE}")
        return Subject(f"large: {name}", process.pid, lambda s: load.by_wrk(url + LARGE, s, FEW))

    def with_tokens(self, demo):
        folder, some = self.machine.dir, demo.tokens[0]
        es256 = load.rotation(folder / "es256.lua", [(hansom.GRANTED, token) for token in demo.tokens])
        other, rsa = tokens.with_rs256(folder, tokens.read(some)[1], self.options.tokens)
        rs256 = load.rotation(folder / "rs256.lua", [(hansom.GRANTED, token) for token in other])
        running = {"Hansom": (demo.process, demo.url + hansom.GRANTED, es256)}
        for algorithm, key, token, script in (("ES256", folder / "es256.pem", some, es256), ("RS256", rsa, other[0], rs256)):
            running[f"HAProxy {algorithm}"] = (*self.peers.start_haproxy_with_tokens(algorithm, key, token), script)
        for name, started in (("nginx + Lua", self.peers.start_nginx_with_lua(some)), ("Envoy", self.peers.start_envoy(some))):
            if started:
                running[name] = (*started, es256)
        return [Subject(f"authenticated: {name}", process.pid,
                        lambda s, url=url, script=script: load.by_wrk(url, s, self.options.connections, script))
                for name, (process, url, script) in running.items()]

    def rows_of_requests(self):
        seen, many = self.seen, self.options.connections
        plain, h2, large = f"plain h1, {many} connections, 1 KiB", "h2 client → h1 upstream", "1 MiB bodies, MiB per CPU second"
        auth, few = "authenticated", f"plain h1, {FEW} connections"
        for each in (one for name, all_of in seen.items() if name.startswith("large") for one in all_of):
            each["mib_per_cpu_s"] = 1e6 / each["cpu_us"]
        better = rows.better_of(seen, ["plain, few: HAProxy", "plain, few: nginx"])
        return [
            *ratio(plain, seen, "plain: Hansom", "plain: HAProxy", sign="≤", reach=0.90),
            *ratio(plain, seen, "plain: Hansom", "plain: nginx", sign="≤", reach=0.90),
            *ratio(f"{few}, the better peer", seen, "plain, few: Hansom", better, sign="≤", reach=1.05),
            *ratio(auth, seen, "authenticated: Hansom", "authenticated: HAProxy ES256", sign="≤", reach=0.15),
            *ratio(auth, seen, "authenticated: Hansom", "authenticated: HAProxy RS256", sign="≤", reach=0.25),
            *ratio(f"{auth}, both keep verified tokens", seen, "authenticated: Hansom", "authenticated: nginx + Lua", sign="≤", reach=0.60),
            *ratio(f"{auth}, both keep verified tokens", seen, "authenticated: Hansom", "authenticated: Envoy", sign="≤", reach=0.25),
            *ratio(f"{auth} ÷ own plain", seen, "authenticated: Hansom", "plain: Hansom", sign="≤", reach=1.15),
            *ratio(h2, seen, "h2: Hansom", "h2: nginx", sign="≤", reach=1.0),
            *ratio(h2, seen, "h2: Hansom", "h2: HAProxy"),
            *ratio(large, seen, "large: Hansom", "large: HAProxy", "mib_per_cpu_s", "≥", 1.3, "MiB"),
            *ratio(large, seen, "large: Hansom", f"large: HAProxy, {LARGE_BUFFER // 1024} KiB buffers", "mib_per_cpu_s", unit="MiB"),
            *ratio(f"CPU at {STEADY:,} requests/s", seen, "steady: Hansom", "steady: HAProxy"),
            *ratio(f"p99 at {STEADY:,} requests/s", seen, "steady: Hansom", "steady: HAProxy", "p99_ms", unit="ms"),
        ]

    # --- memory and size ----------------------------------------------------------------------------------------
    def memory(self):
        progress("memory")
        return memory.rows(self.machine, self.peers, self.options)

    def scale(self):
        scale = Scale(self.machine, self.options.alone, self.options)
        running = scale.start()
        self.measure([Subject(f"scale: {size}", alone.process.pid, lambda s, alone=alone: load.by_wrk(
            alone.url, s, self.options.connections, alone.script)) for size, alone in running.items()])
        progress("changes")
        return scale.rows(self.seen)

    # --- measuring ----------------------------------------------------------------------------------------------
    def measure(self, subjects):
        self.seen |= {subject.name: [] for subject in subjects}
        for round_number in range(self.options.rounds + 1):
            for subject in subjects:
                progress(f"round {round_number} of {self.options.rounds}: {subject.name}")
                warm_up = round_number == 0
                figures = one_round(subject, 1 if warm_up else self.options.seconds, warm_up)
                if not warm_up:
                    self.seen[subject.name].append(figures)

    # --- telling ------------------------------------------------------------------------------------------------
    def show(self, measured):
        print(f"\nCPU µs of the proxy per request: medians of {self.options.rounds} interleaved rounds of {self.options.seconds} s.\n")
        print(rows.table(measured))
        for absent in self.peers.absent:
            print(f"\nNot there: {absent}.")
        if "requests" in self.options.part:
            gateway, whole = (statistics.median(one[what] for one in self.seen["authenticated: Hansom"])
                              for what in ("gateway_us", "cpu_us"))
            print(f"\nHansom's figures are those of the whole demo's process, hub and journal with it: of {whole:.1f} µs for an "
                  f"authenticated request\nthe gateway's threads took {gateway:.1f}. It checks expiry, revocation, grant and limit at "
                  "every request, and signs for the upstream who calls.\nHAProxy verifies every token again; nginx + Lua and Envoy "
                  "keep verified tokens, as Hansom does. What each is set to do is in benchmarks/peers.")


def one_round(subject, seconds, lenient):
    before, of_gateway = cpu_ns(subject.pid), cpu_ns(subject.pid, "gateway-")
    answered = subject.ask(seconds)
    spent, of_gateway = cpu_ns(subject.pid) - before, cpu_ns(subject.pid, "gateway-") - of_gateway
    if not answered.requests or answered.failed and not lenient:
        raise SystemExit(f"{subject.name} did not answer every request well:\n{answered.output}")
    return {"cpu_us": spent / 1000 / answered.requests, "gateway_us": of_gateway / 1000 / answered.requests,
            "requests": answered.requests, "per_second": answered.per_second, "p50_ms": answered.p50_ms,
            "p99_ms": answered.p99_ms}


if __name__ == "__main__":
    main()

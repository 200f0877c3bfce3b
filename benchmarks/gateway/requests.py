"""What does a request cost: plain and with a token, over HTTP/1.1 and HTTP/2, large, and at a fixed rate?"""

import hansom
import load
import rows
import tokens
from machine import PROXY_CORE, free_port, progress, size_of
from peers import PLAIN
from rounds import Subject

LARGE, LARGE_BUFFER = "/bench/v1/large", 131072
FEW, STEADY = 8, 6400
H2_CONNECTIONS, H2_STREAMS = 16, 16

H2, BODIES, RATE = "h2 client → h1 upstream", "1 MiB bodies, MiB per CPU second", f"plain h1 at {STEADY:,} requests/s"
EACH_TIME, KEPT = "authenticated, verified each time", "authenticated, verified tokens kept"
OWN_PLAIN, BETTER, BUFFERS = "own plain", "the better", f"HAProxy, {LARGE_BUFFER // 1024} KiB buffers"
MIB, P99 = ("mib_per_cpu_s", "MiB"), ("p99_ms", "ms")
# What is measured; the work; beside whom; how far it should be; and what of it, if it is not CPU. A row without a reach is
# there to be seen.
PROMISES = [
    ("plain h1, {many} connections, 1 KiB", "plain", "HAProxy", "≤", 0.90),
    ("plain h1, {many} connections, 1 KiB", "plain", "nginx", "≤", 0.90),
    (f"plain h1, {FEW} connections, the better peer", "few", BETTER, "≤", 1.05),
    (EACH_TIME, "authenticated", "HAProxy ES256", "≤", 0.15),
    (EACH_TIME, "authenticated", "HAProxy RS256", "≤", 0.25),
    (KEPT, "authenticated", "nginx + Lua", "≤", 0.60),
    (KEPT, "authenticated", "Envoy", "≤", 0.25),
    ("authenticated ÷ own plain", "authenticated", OWN_PLAIN, "≤", 1.15),
    (H2, "h2", "nginx", "≤", 1.0),
    (H2, "h2", "HAProxy", "", None),
    (BODIES, "large", "HAProxy", "≥", 1.3, *MIB),
    (BODIES, "large", BUFFERS, "", None, *MIB),
    (RATE, "steady", "HAProxy", "", None),
    (RATE, "steady", "nginx", "", None),
    (f"{RATE}, p99", "steady", "HAProxy", "", None, *P99),
]


class Requests:
    """Hansom as people run it, and its peers, in front of one upstream."""

    def __init__(self, machine, peers, options):
        self.machine, self.peers, self.options = machine, peers, options

    def subjects(self):
        progress("starting Hansom and its peers")
        if self.options.hansom:
            demo = hansom.Demo(self.machine, self.options.hansom, self.options.tokens)
        else:
            demo = hansom.WithoutHub(self.machine, self.options.alone, self.options.tokens)
        plain = {"Hansom": (demo.process, demo.url, demo.url), "HAProxy": self.peers.start_haproxy(),
                 "nginx": self.peers.start_nginx()}
        subjects = [subject for name, running in plain.items() for subject in self.without_tokens(name, *running)]
        process, url, _ = self.peers.start_haproxy(LARGE_BUFFER)
        subjects += [large(BUFFERS, process, url), *self.with_tokens(demo)]
        return [*subjects, *self.floor()] if self.options.floor else subjects

    def floor(self):
        """The relay that looks at nothing. It passes tokens on to the upstream, which a gateway does not."""
        process, url = floor(self.machine, self.options.floor)
        many, granted = self.options.connections, url + self.machine.words["GRANTED"]
        script = self.machine.dir / "es256.lua"
        yield Subject("plain", rows.FLOOR, process.pid, lambda s: load.by_wrk(url + PLAIN, s, many))
        yield Subject("few", rows.FLOOR, process.pid, lambda s: load.by_wrk(url + PLAIN, s, FEW))
        yield Subject("authenticated", rows.FLOOR, process.pid, lambda s: load.by_wrk(granted, s, many, script))

    def without_tokens(self, name, process, url, h2):
        many, log = self.options.connections, self.machine.dir / "steady.log"
        yield Subject("plain", name, process.pid, lambda s: load.by_wrk(url + PLAIN, s, many))
        yield Subject("few", name, process.pid, lambda s: load.by_wrk(url + PLAIN, s, FEW))
        yield Subject("steady", name, process.pid, lambda s: load.at_a_rate(url + PLAIN, s, many, STEADY, log))
        yield Subject("h2", name, process.pid, lambda s: load.by_h2load(h2 + PLAIN, s, H2_CONNECTIONS, H2_STREAMS))
        yield large(name, process, url)

    def with_tokens(self, demo):
        folder, some, granted = self.machine.dir, demo.tokens[0], self.machine.words["GRANTED"]
        es256 = load.rotation(folder / "es256.lua", [(granted, token) for token in demo.tokens])
        other, rsa = tokens.with_rs256(folder, tokens.read(some)[1], self.options.tokens)
        rs256 = load.rotation(folder / "rs256.lua", [(granted, token) for token in other])
        haproxy = self.peers.start_haproxy_with_tokens
        running = {"Hansom": (demo.process, demo.url + granted, es256),
                   "HAProxy ES256": (*haproxy("ES256", folder / "es256.pem", some), es256),
                   "HAProxy RS256": (*haproxy("RS256", rsa, other[0]), rs256)}
        if started := self.peers.start_nginx_with_lua(some):
            running["nginx + Lua"] = (*started, es256)
        if started := self.peers.start_envoy(some):
            running["Envoy"] = (*started, es256)
        return [Subject("authenticated", name, process.pid, lambda s, url=url, script=script: load.by_wrk(
            url, s, self.options.connections, script)) for name, (process, url, script) in running.items()]

    def rows(self, seen):
        for rounds in (rounds for (work, _), rounds in seen.items() if work == "large"):
            for each in rounds:
                each["mib_per_cpu_s"] = 1e6 / each["cpu_us"]
        told = []
        for measure, work, peer, *reach_and_what in PROMISES:
            theirs = (work, rows.better_of(seen, work, ["HAProxy", "nginx"]) if peer == BETTER else peer)
            if peer == OWN_PLAIN:
                theirs = ("plain", "Hansom")
            measure = measure.format(many=self.options.connections)
            told += rows.ratio(measure, seen, (work, "Hansom"), theirs, *reach_and_what)
        return told


def floor(machine, binary):
    address = f"127.0.0.1:{free_port()}"
    process = machine.start(PROXY_CORE, binary, address, f"127.0.0.1:{machine.words['UPSTREAM']}")
    machine.wait_for(f"http://{address}{PLAIN}")
    return process, f"http://{address}"


def large(name, process, url):
    if size_of(url + LARGE) != 1024 * 1024:
        raise SystemExit(f"{name} does not pass on the mebibyte of {LARGE}")
    return Subject("large", name, process.pid, lambda s: load.by_wrk(url + LARGE, s, FEW))

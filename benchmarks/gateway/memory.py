"""How much memory does a proxy hold, while connections ask and while others are idle?

Each is a process of its own that did nothing else before. Hansom's is the gateway alone: the hub is not counted.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import load
from hansom import Alone
from machine import resident_mb
from peers import PLAIN
from rows import number, single

IDLE = 5000


def rows(machine, peers, options):
    alone = Alone(machine, options.alone, 1, 20, 10)
    path, token = alone.requests[0]
    running = {"Hansom": (alone.process, alone.url + path, alone.script, f"Authorization: Bearer {token}\r\n")}
    for name, (process, url, _) in (("HAProxy", peers.start_haproxy()), ("nginx", peers.start_nginx())):
        running[name] = (process, url + PLAIN, None, "")
    measured = {}
    for name, (process, url, script, fields) in running.items():
        measured[name] = busy(process, url, script, options.connections), idle(process, url, fields)
        machine.end(process)
    beside = [", ".join(f"{name} {number(measured[name][which])} MB" for name in ("HAProxy", "nginx")) for which in (0, 1)]
    return [single(f"RSS, {options.connections} connections", measured["Hansom"][0], " MB", "≤", 20, beside=beside[0]),
            single(f"RSS, {IDLE:,} idle keep-alive", measured["Hansom"][1], " MB", "≤", 35, beside=beside[1])]


def busy(process, url, script, connections):
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(load.by_wrk, url, 3, connections, script)
        time.sleep(2)
        resident = resident_mb(process.pid)
        asking.result()
    return resident


def idle(process, url, fields):
    connections = load.idle_connections(url, IDLE, fields)
    time.sleep(1)
    still, resident = load.are_open(connections), resident_mb(process.pid)
    if still < IDLE:
        raise SystemExit(f"only {still} of {IDLE} idle connections to {url} stayed open")
    for connection in connections:
        connection.close()
    return resident

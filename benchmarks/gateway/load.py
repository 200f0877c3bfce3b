"""Who asks, how much, and what was answered?"""

import re
import socket
import subprocess
from dataclasses import dataclass
from urllib.parse import urlsplit

from machine import LOAD_CORE

PER_ADDRESS = 100


@dataclass
class Answered:
    """What came of one round of load."""
    requests: int
    failed: int
    per_second: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    output: str = ""


def by_wrk(url, seconds, connections, script=None):
    """Each connection asks again as soon as it was answered."""
    scripted = ["-s", str(script)] if script else []
    output = told_by(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *scripted, url], seconds)
    refused = [int(number) for number in re.findall(r"Non-2xx or 3xx responses: (\d+)", output)]
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    return Answered(int(re.search(r"(\d+) requests in", output)[1]),
                    sum(refused) + sum(map(int, errors.groups() if errors else ())),
                    float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]),
                    milliseconds(re.search(r"50%\s+([\d.]+)(us|ms|s)", output)),
                    milliseconds(re.search(r"99%\s+([\d.]+)(us|ms|s)", output)), output)


def by_h2load(url, seconds, connections, streams):
    """HTTP/2 by prior knowledge, so many streams at once on each connection."""
    output = told_by(["h2load", f"-c{connections}", f"-m{streams}", f"-D{seconds}", "-t1", url], seconds)
    return Answered(*counted(output), float(re.search(r"finished in .*?, ([\d.]+) req/s", output)[1]), output=output)


def at_a_rate(url, seconds, connections, per_second, log):
    """HTTP/1.1 at a fixed rate, whatever the answers take; the latency is that of each request."""
    log.unlink(missing_ok=True)
    output = told_by(["h2load", "--h1", f"-c{connections}", f"-D{seconds}", "-t1", f"--rps={per_second / connections}",
                      f"--log-file={log}", url], seconds)
    took = sorted(int(line.split()[2]) for line in log.read_text().splitlines())
    p50, p99 = (took[len(took) * percent // 100] / 1000 for percent in (50, 99))
    return Answered(*counted(output), len(took) / seconds, p50, p99, output)


def counted(output):
    found = re.search(r"requests: \d+ total, \d+ started, (\d+) done, (\d+) succeeded, (\d+) failed", output)
    done, succeeded = int(found[1]), int(found[2])
    return done, done - succeeded


def told_by(command, seconds):
    return subprocess.run(["taskset", "-c", LOAD_CORE, *command], capture_output=True, text=True, timeout=seconds + 60,
                          check=True, stdin=subprocess.DEVNULL).stdout


def rotation(file, requests):
    """A script with which wrk sends these requests in turn: pairs of a path and a token."""
    listed = ",\n".join(f'  {{ "{path}", "Bearer {token}" }}' for path, token in requests)
    file.write_text(f"""local asked = {{\n{listed}\n}}
local requests, turn = {{}}, 0
function init()
  for i, each in ipairs(asked) do requests[i] = wrk.format("GET", each[1], {{ Authorization = each[2] }}) end
end
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
""")
    return file


def idle_connections(url, count, fields=""):
    """Connections that were used once and then stay open. From many addresses of this machine, as clients are."""
    parts = urlsplit(url)
    asked = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{fields}\r\n".encode()
    opened = []
    for number in range(count):
        source = (f"127.0.0.{2 + number // PER_ADDRESS}", 0)
        connection = socket.create_connection((parts.hostname, parts.port), timeout=10, source_address=source)
        connection.sendall(asked)
        received = b""
        while not received.endswith(b'"}'):
            more = connection.recv(65536)
            if not more:
                raise SystemExit(f"connection {number} of {count} to {url} was closed after {received[:500]!r}")
            received += more
        opened.append(connection)
    return opened


def are_open(connections):
    """How many are still open; nothing may have come on them."""
    still = 0
    for connection in connections:
        connection.setblocking(False)
        try:
            still += bool(connection.recv(1))
        except BlockingIOError:
            still += 1
        except OSError:
            pass
    return still


def milliseconds(found):
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]

#!/usr/bin/env python3
"""How much CPU does one request cost in the gateway, and how much in nginx and HAProxy?

The proxy runs alone on core 0; the upstream (nginx, 1 KiB of JSON) and wrk share core 1. What is counted is the run
time of all the proxy's threads over a round, divided by the requests that wrk got answered: that repeats, requests per
second do not. Rounds are interleaved, so that a slow minute of the machine falls on every proxy; medians are shown.
"""

import argparse
import base64
import json
import os
import re
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROXY_CORE, LOAD_CORE = "0", "1"
PLAIN_PATH, GRANTED_PATH = "/bench/v1/thing", "/repairs/v1/repairs"
MANY = "limits: { per_consumer: 1000000000/second, burst: 1000000 }"


def main():
    options = arguments()
    if not {0, 1} <= os.sched_getaffinity(0):
        sys.exit("The bench needs the cores 0 and 1: one for the proxy, one for the load.")
    bench = Bench(options)
    try:
        bench.start_everything()
        results = bench.measure()
    finally:
        bench.stop()
    show(results, options)
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=2) + "\n")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hansom", help="the binary; without it only the peers are measured, plain")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each proxy (default 5)")
    parser.add_argument("--seconds", type=int, default=3, help="seconds of a round (default 3)")
    parser.add_argument("--connections", type=int, default=64, help="connections of wrk (default 64)")
    parser.add_argument("--tokens", type=int, default=50, help="access tokens in rotation (default 50)")
    parser.add_argument("--json", metavar="FILE", help="also write the numbers to FILE")
    return parser.parse_args()


class Bench:
    """Everything that runs, and what is measured of it."""

    def __init__(self, options):
        self.options = options
        self.dir = Path(tempfile.mkdtemp(prefix="hansom-bench-"))
        self.running = []
        self.subjects = []  # (name, process, url, wrk script or None)
        self.words = {"DIR": str(self.dir), "UPSTREAM": free_port(), "NGINX": free_port(), "HAPROXY": free_port(),
                      "HAPROXY_JWT": free_port(), "BODY": body_of_1_kib()}

    def start_everything(self):
        self.start(LOAD_CORE, "/usr/sbin/nginx", "-p", self.dir, "-c", self.filled("upstream.nginx.conf"))
        wait_for(f"http://127.0.0.1:{self.words['UPSTREAM']}/", self.running)
        tokens = self.start_hansom() if self.options.hansom else []
        self.start_nginx()
        self.start_haproxy(tokens)

    # --- Hansom -------------------------------------------------------------------------------------------------
    def start_hansom(self):
        """Starts the demo and puts its gateway in front of our upstream: with an API of our own that anyone may
        call, and with a new release of the demo's `repairs`, to which the demo's application has a grant."""
        ready_file = self.dir / "ready.json"
        anywhere = [word for flag in ("--hub", "--gateway", "--sandbox", "--ops") for word in (flag, "127.0.0.1:0")]
        process = self.start(PROXY_CORE, self.options.hansom, "demo", "--dir", self.dir / "demo", *anywhere,
                             "--ready-file", ready_file)
        wait_until(ready_file.exists, "the demo", self.running)
        ready = json.loads(ready_file.read_text())

        self.publish(ready, self.filled_folder("api", HERE / "api", lambda text: self.fill(text)))
        repairs = HERE.parent / "examples/council/repairs"
        self.publish(ready, self.filled_folder("repairs", repairs, self.in_front_of_our_upstream))

        tokens = self.tokens(ready)
        self.write_issuer(ready, tokens[0])
        bearer = {"Authorization": f"Bearer {tokens[0]}"}
        plain, granted = ready["production"] + PLAIN_PATH, ready["production"] + GRANTED_PATH
        wait_for(plain, self.running, answer=self.words["BODY"])
        wait_for(granted, self.running, bearer, answer=self.words["BODY"])
        self.subjects.append(("hansom plain", process, plain, None))
        self.subjects.append(("hansom authenticated", process, granted, self.rotation(tokens)))
        return tokens

    def publish(self, ready, folder):
        publisher = ready["publisher"]
        subprocess.run([self.options.hansom, "publish", "--hub", ready["hub"], "--client-id", publisher["client_id"],
                        "--key-file", publisher["private_key_file"], "--manifest", str(folder / "api.yaml")],
                       check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, timeout=60)

    def in_front_of_our_upstream(self, text):
        text = re.sub(r"(production: *\{ *upstreams: *\[)[^]]*\]", rf'\1"http://127.0.0.1:{self.words["UPSTREAM"]}"]', text)
        return re.sub(r"(?m)^limits:.*$", MANY, text)

    def filled_folder(self, name, source, change):
        folder = self.dir / f"publish-{name}"
        folder.mkdir()
        for file in ("api.yaml", "openapi.yaml"):
            text = (source / file).read_text()
            (folder / file).write_text(change(text) if file == "api.yaml" else text)
        return folder

    def tokens(self, ready):
        application = ready["application"]
        return [self.token(application, ready["production"]) for _ in range(self.options.tokens)]

    def token(self, application, audience):
        endpoint = application["token_endpoint"]
        form = {"grant_type": "client_credentials", "resource": audience, "client_id": application["client_id"],
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": self.assertion(application, endpoint)}
        request = urllib.request.Request(endpoint, urllib.parse.urlencode(form).encode())
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)["access_token"]
        except urllib.error.HTTPError as refusal:
            raise SystemExit(f"no token: {refusal.code} {refusal.read().decode()}") from None

    def assertion(self, application, endpoint):
        now = int(time.time())
        claims = {"iss": application["client_id"], "sub": application["client_id"], "aud": endpoint,
                  "iat": now, "exp": now + 60, "jti": secrets.token_hex(16)}
        text = ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": "ES256", "typ": "JWT"}, claims))
        signed = subprocess.run(["openssl", "dgst", "-sha256", "-sign", application["private_key_file"]],
                                input=text.encode(), capture_output=True, check=True).stdout
        return f"{text}.{base64url(raw_signature(signed))}"

    def write_issuer(self, ready, token):
        """Gives HAProxy what it needs to accept the same tokens: the key as PEM, and the values to compare with."""
        header, claims = (json.loads(base64url_decoded(part)) for part in token.split(".")[:2])
        metadata = fetch_json(ready["hub"] + "/.well-known/oauth-authorization-server")
        key = next(key for key in fetch_json(metadata["jwks_uri"])["keys"] if key["kid"] == header["kid"])
        point = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + b"\x04" \
            + base64url_decoded(key["x"]) + base64url_decoded(key["y"])
        encoded = base64.encodebytes(point).decode()
        (self.dir / "issuer.pem").write_text(f"-----BEGIN PUBLIC KEY-----\n{encoded}-----END PUBLIC KEY-----\n")
        audience = claims["aud"] if isinstance(claims["aud"], str) else claims["aud"][0]
        self.words |= {"ISSUER": claims["iss"], "AUDIENCE": audience, "SUBJECT": claims["sub"]}

    def rotation(self, tokens):
        script = self.dir / "rotation.lua"
        listed = ",\n".join(f'  "Bearer {token}"' for token in tokens)
        script.write_text(f"""local tokens = {{\n{listed}\n}}
local requests, turn = {{}}, 0
function init()
  for i, token in ipairs(tokens) do requests[i] = wrk.format("GET", nil, {{ Authorization = token }}) end
end
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
""")
        return script

    # --- the peers ----------------------------------------------------------------------------------------------
    def start_nginx(self):
        process = self.start(PROXY_CORE, "/usr/sbin/nginx", "-p", self.dir, "-c", self.filled("nginx.conf"))
        url = f"http://127.0.0.1:{self.words['NGINX']}{PLAIN_PATH}"
        wait_for(url, self.running, answer=self.words["BODY"])
        self.subjects.append(("nginx plain", process, url, None))

    def start_haproxy(self, tokens):
        text = (HERE / "peers/haproxy.cfg").read_text()
        if not tokens:
            text = re.sub(r"(?s)# What Hansom does.*?\n(?=backend)", "", text)
        config = self.dir / "haproxy.cfg"
        config.write_text(self.fill(text))
        process = self.start(PROXY_CORE, "/usr/sbin/haproxy", "-db", "-f", config)
        url = f"http://127.0.0.1:{self.words['HAPROXY']}{PLAIN_PATH}"
        wait_for(url, self.running, answer=self.words["BODY"])
        self.subjects.append(("HAProxy plain", process, url, None))
        if tokens:
            url = f"http://127.0.0.1:{self.words['HAPROXY_JWT']}{GRANTED_PATH}"
            wait_for(url, self.running, {"Authorization": f"Bearer {tokens[0]}"}, answer=self.words["BODY"])
            if status_of(url, {"Authorization": f"Bearer {tokens[0][:-8]}AAAAAAAA"}) != 401:
                raise SystemExit("HAProxy let a forged token in, so it would not do the same work")
            self.subjects.append(("HAProxy authenticated", process, url, self.dir / "rotation.lua"))

    # --- measuring ----------------------------------------------------------------------------------------------
    def measure(self):
        seen = {name: [] for name, *_ in self.subjects}
        for round_number in range(self.options.rounds + 1):
            for name, process, url, script in self.subjects:
                warm_up = round_number == 0
                figures = self.one_round(process, url, script, 1 if warm_up else self.options.seconds)
                if not warm_up:
                    seen[name].append(figures)
            progress(f"round {round_number} of {self.options.rounds}")
        progress(None)
        return [{"name": name, "rounds": rounds,
                 **{key: statistics.median(one[key] for one in rounds) for key in ("cpu_us", "per_second", "p99_ms")}}
                for name, rounds in seen.items()]

    def one_round(self, process, url, script, seconds):
        command = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{self.options.connections}", f"-d{seconds}s", "--latency"]
        command += ["-s", str(script)] if script else []
        before = cpu_ns(process.pid)
        output = subprocess.run([*command, url], capture_output=True, text=True, timeout=seconds + 60, check=True,
                                stdin=subprocess.DEVNULL).stdout
        spent = cpu_ns(process.pid) - before
        if "Non-2xx" in output or "Socket errors" in output:
            raise SystemExit(f"{url} did not answer every request well:\n{output}")
        requests = int(re.search(r"(\d+) requests in", output)[1])
        return {"cpu_us": spent / 1000 / requests,
                "per_second": float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]),
                "p99_ms": milliseconds(re.search(r"99%\s+([\d.]+)(us|ms|s)", output))}

    # --- processes and files ------------------------------------------------------------------------------------
    def start(self, core, *command):
        name = Path(command[0]).name
        log = (self.dir / f"{len(self.running)}-{name}.log").open("wb")
        process = subprocess.Popen(["taskset", "-c", core, *map(str, command)], stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=subprocess.STDOUT)
        self.running.append((name, process, log.name))
        return process

    def stop(self):
        for _, process, _ in reversed(self.running):
            process.send_signal(signal.SIGTERM)
        for _, process, _ in self.running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(self.dir, ignore_errors=True)

    def filled(self, name):
        path = self.dir / name
        path.write_text(self.fill((HERE / "peers" / name).read_text()))
        return path

    def fill(self, text):
        return re.sub(r"@([A-Z_]+)@", lambda found: str(self.words[found[1]]), text)


def show(results, options):
    by_name = {result["name"]: result for result in results}
    print(f"\nCPU µs of the proxy per request, {options.rounds} rounds of {options.seconds} s, "
          f"{options.connections} connections; medians. Less is better.\n")
    print(f"| {'':<22} | CPU µs | lowest–highest | ÷ HAProxy, same work | req/s | p99 ms |")
    print(f"|{'-' * 24}|-------:|---------------:|---------------------:|------:|-------:|")
    for result in results:
        costs = [one["cpu_us"] for one in result["rounds"]]
        peer = by_name[f"HAProxy {result['name'].split()[1]}"]["cpu_us"]
        spread = f"{min(costs):.1f}–{max(costs):.1f}"
        print(f"| {result['name']:<22} | {result['cpu_us']:6.1f} | {spread:>14} | {result['cpu_us'] / peer:20.2f} "
              f"| {result['per_second']:5.0f} | {result['p99_ms']:6.1f} |")
    print("\nnginx has no JWT verification of its own, so it is measured plain only. HAProxy verifies every token again;"
          "\nHansom keeps verified tokens and checks expiry and revocation at every request. Hansom's figures include its"
          "\njournal (one entry per request, written to the database) and, authenticated, the grant, the limit per"
          "\napplication and the signed identity for the upstream.")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def body_of_1_kib():
    text = json.dumps({"data": "x" * 2000})
    return text[: 1024 - 2] + text[-2:]


def cpu_ns(pid):
    """The run time of all threads: the first field of schedstat."""
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat"))


def milliseconds(found):
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


def wait_for(url, running, headers=None, answer=None):
    def answers():
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=2) as response:
                return answer is None or response.read().decode() == answer
        except OSError:
            return False
    wait_until(answers, url, running)


def wait_until(true, what, running, seconds=30):
    deadline = time.monotonic() + seconds
    while not true():
        ended = [(name, Path(log).read_text()[-2000:]) for name, process, log in running if process.poll() is not None]
        if ended:
            raise SystemExit(f"{ended[0][0]} ended before {what} was ready:\n{ended[0][1]}")
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} was not ready in {seconds} s")
        time.sleep(0.05)


def status_of(url, headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as response:
            return response.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def fetch_json(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def base64url_decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def raw_signature(der):
    """From OpenSSL's SEQUENCE of two INTEGERs to the 64 bytes that a JWT carries."""
    first_length = der[3]
    first, second = der[4 : 4 + first_length], der[6 + first_length :]
    return b"".join(int.from_bytes(number, "big").to_bytes(32, "big") for number in (first, second))


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text or ''}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

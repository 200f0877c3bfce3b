"""How is Hansom started to be measured: the whole demo, and the gateway alone with a snapshot of a certain size?"""

import json
import re
import subprocess
import time
from pathlib import Path

import load
import tokens
from machine import PROXY_CORE, free_port
from peers import PLAIN

ROOT = Path(__file__).resolve().parent.parent.parent
GRANTED = "/repairs/v1/repairs"
MANY = "limits: { per_consumer: 1000000000/second, burst: 1000000 }"


class Demo:
    """The platform with its hub, as people try it. Before our upstream stand two APIs: one of our own that anyone may call,
    and a new release of the demo's `repairs`, to which the demo's application has a grant."""

    def __init__(self, machine, binary, count):
        self.machine, self.binary = machine, binary
        ready_file = machine.dir / "ready.json"
        anywhere = [word for flag in ("--hub", "--gateway", "--sandbox", "--ops") for word in (flag, "127.0.0.1:0")]
        self.process = machine.start(PROXY_CORE, binary, "demo", "--dir", machine.dir / "demo", *anywhere,
                                     "--ready-file", ready_file)
        machine.wait_until(ready_file.exists, "the demo")
        self.ready = json.loads(ready_file.read_text())
        self.url = self.ready["production"]
        self.publish(self.changed("api", ROOT / "benchmarks/api", machine.fill))
        self.publish(self.changed("repairs", ROOT / "examples/council/repairs", self.in_front_of_our_upstream))
        self.tokens = tokens.asked_for(self.ready, count)
        key = tokens.key_of(self.ready, self.tokens[0])
        machine.words |= tokens.issuer_of(key, self.tokens[0], machine.dir) | {"GRANTED": GRANTED}
        machine.wait_for(self.url + PLAIN)
        machine.wait_for(self.url + GRANTED, {"Authorization": f"Bearer {self.tokens[0]}"})

    def publish(self, folder):
        publisher = self.ready["publisher"]
        subprocess.run([self.binary, "publish", "--hub", self.ready["hub"], "--client-id", publisher["client_id"],
                        "--key-file", publisher["private_key_file"], "--manifest", folder / "api.yaml"],
                       check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, timeout=60)

    def in_front_of_our_upstream(self, text):
        upstream = rf'\1"http://127.0.0.1:{self.machine.words["UPSTREAM"]}"]'
        text = re.sub(r"(production: *\{ *upstreams: *\[)[^]]*\]", upstream, text)
        return re.sub(r"(?m)^limits:.*$", MANY, text)

    def changed(self, name, source, change):
        folder = self.machine.dir / f"publish-{name}"
        folder.mkdir()
        for file in ("api.yaml", "openapi.yaml"):
            text = (source / file).read_text()
            (folder / file).write_text(change(text) if file == "api.yaml" else text)
        return folder


class WithoutHub:
    """The same for whoever works on the gateway alone: the same two sorts of API in it, and one application that calls."""

    def __init__(self, machine, binary, count):
        alone = Alone(machine, binary, 1, 20, 1)
        self.process, self.url = alone.process, alone.url
        path, some = alone.requests[0]
        self.tokens = list(dict.fromkeys(token for _, token in alone.requests))[:count]
        key = json.loads((alone.folder / "key.json").read_text())
        key = key["jwk"] | {"kid": key["kid"], "alg": key["algorithm"]}
        machine.words |= tokens.issuer_of(key, some, machine.dir) | {"GRANTED": path}


class Alone:
    """The gateway in a process of its own, without hub and store, from a snapshot on disk: versions with operations each,
    and applications with a grant for two of them. It is told of changes through its standard input."""

    def __init__(self, machine, binary, versions, operations, applications):
        self.machine, self.versions = machine, versions
        folder = self.folder = machine.dir / f"alone-{versions}-{applications}"
        folder.mkdir(exist_ok=True)
        subprocess.run([binary, "write", folder, str(versions), str(operations), str(applications),
                        f"127.0.0.1:{machine.words['UPSTREAM']}"], check=True, timeout=120, stdin=subprocess.DEVNULL)
        self.requests = [(each["path"], each["token"]) for each in json.loads((folder / "requests.json").read_text())]
        self.script = load.rotation(folder / "rotation.lua", self.requests)
        self.url = f"http://127.0.0.1:{free_port()}"
        begun = time.monotonic()
        self.process = machine.start(PROXY_CORE, binary, "serve", folder / "snapshot", self.url.removeprefix("http://"),
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        path, token = self.requests[0]
        machine.wait_for(self.url + path, {"Authorization": f"Bearer {token}"})
        self.started_ms = (time.monotonic() - begun) * 1000

    def told(self, order):
        """Gives an order and waits for the answer: a line of numbers."""
        self.order(order)
        return self.answer()

    def order(self, order):
        self.process.stdin.write(f"{order}\n".encode())
        self.process.stdin.flush()

    def answer(self):
        line = self.process.stdout.readline().decode()
        if not line:
            raise SystemExit("the gateway ended where it should have answered")
        return [float(number) for number in line.split()]

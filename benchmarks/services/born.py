"""How does a service come from a template, and how is it asked?"""

import json
import os
import re
import shutil
import subprocess
import urllib.request
from dataclasses import dataclass
from typing import Callable

import load
from machine import PROXY_CORE, free_port
from rounds import Subject

NAME = "bench-lighting"
PATH = f"/{NAME}/v1/street-lights"


@dataclass
class Language:
    """The commands that build a service as its container is built, and the one that it runs by."""
    build: Callable
    run: Callable


LANGUAGES = {
    "rust-axum": Language(
        lambda work: [["cargo", "build", "--release", "--locked", "--target-dir", str(work / "target")]],
        lambda work: [str(work / "target/release" / NAME)]),
    "typescript-fastify": Language(
        lambda _: [["scripts/packages"], ["npx", "tsc"]],
        lambda _: ["node", "dist/src/main.js"]),
    "python-fastapi": Language(
        lambda _: [["scripts/packages"]],
        lambda _: [".venv/bin/python", "-B", "-m", "service"]),
}


class Service:
    """A service that runs, with records in its database."""

    def __init__(self, machine, options, template):
        self.template, self.options = template, options
        self.folder = options.work / template / NAME
        language = LANGUAGES[template]
        self.make(options.hansom.resolve())
        for command in language.build(options.work):
            self.told(command)
        command = language.run(options.work)
        database = os.environ["BENCH_POSTGRES"]
        name = re.sub(r"\W", "_", template)
        self.told(["psql", database, "-qc", f"CREATE DATABASE {name}"])
        self.port = free_port()
        self.environment = os.environ | {
            "DATABASE_URL": database.rsplit("/", 1)[0] + f"/{name}", "ENVIRONMENT": "local", "IDENTITY": "local",
            "PORT": str(self.port), "METRICS_PORT": "off", "LOG_LEVEL": "error", "DATABASE_POOL_SIZE": "10"}
        for verb in ("migrate", "seed"):
            self.told([*command, verb])
        self.pid = machine.start(PROXY_CORE, *command, "serve", cwd=self.folder, env=self.environment).pid
        machine.wait_until(self.is_ready, template)
        self.script = self.creating(machine.dir / f"{template}.lua")
        self.one = self.first_record()

    def make(self, hansom):
        """Made again each time, so that it is what the template is now; what was installed and built before is kept."""
        fresh = self.options.work / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        subprocess.run([hansom, "new", NAME, "--template", self.template, "--owner", "bench@hackney.example", "--resource",
                        "street-lights", "--into", fresh], check=True, capture_output=True)
        shutil.copytree(fresh / NAME, self.folder, dirs_exist_ok=True)
        shutil.rmtree(fresh)

    def told(self, command):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True,
                              env=getattr(self, "environment", None), check=False)
        if done.returncode:
            raise SystemExit(f"{self.template}: {' '.join(command)} failed\n{done.stdout}{done.stderr}")

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def is_ready(self):
        try:
            with urllib.request.urlopen(self.url("/ready"), timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def first_record(self):
        with urllib.request.urlopen(self.url(PATH), timeout=5) as answer:
            return json.load(answer)["items"][0]["id"]

    def creating(self, file):
        """A script with which wrk creates records, each with a reference of its own."""
        file.write_text("""math.randomseed(os.time())
local letters, number = "", 0
for _ = 1, 4 do letters = letters .. string.char(math.random(65, 90)) end
local headers = { ["Content-Type"] = "application/json" }
function request()
  number = number + 1
  local reference = string.format("%s-%08d", letters, number)
  return wrk.format("POST", nil, headers, '{"reference":"' .. reference .. '","name":"A first one","postcode":"E8 4QZ"}')
end
""")
        return file

    def subjects(self):
        connections = self.options.connections
        yield Subject("read one", self.template, self.pid,
                      lambda seconds: load.by_wrk(self.url(f"{PATH}/{self.one}"), seconds, connections))
        yield Subject("list 20", self.template, self.pid,
                      lambda seconds: load.by_wrk(self.url(f"{PATH}?limit=20"), seconds, connections))
        yield Subject("create", self.template, self.pid,
                      lambda seconds: load.by_wrk(self.url(PATH), seconds, connections, self.script))

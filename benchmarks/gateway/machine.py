"""What runs on this machine, on which core, and what did the operating system count of it?"""

import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

PEERS = Path(__file__).resolve().parent.parent / "peers"
PROXY_CORE, LOAD_CORE = "0", "1"


class Machine:
    """A folder of its own, the processes that were started, and the words that configurations are filled with."""

    def __init__(self):
        if not {0, 1} <= os.sched_getaffinity(0):
            sys.exit("The bench needs the cores 0 and 1: one for the proxy, one for the load.")
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.dir = Path(tempfile.mkdtemp(prefix="hansom-bench-"))
        self.running = []
        self.words = {"DIR": str(self.dir), "PEERS": str(PEERS), "UPSTREAM": free_port(), "BODY": json_of(1024)}
        (self.dir / "large").write_text(json_of(1024 * 1024))

    def start(self, core, *command, stdin=subprocess.DEVNULL, stdout=None, **more):
        name = Path(command[0]).name
        log = (self.dir / f"{len(self.running)}-{name}.log").open("wb")
        process = subprocess.Popen(["taskset", "-c", core, *map(str, command)], stdin=stdin, stdout=stdout or log,
                                   stderr=log, **more)
        self.running.append((name, process, log.name))
        return process

    def end(self, process):
        """Ends one process, and waits for it."""
        self.running = [each for each in self.running if each[1] is not process]
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def stop(self):
        for _, process, _ in reversed(list(self.running)):
            self.end(process)
        shutil.rmtree(self.dir, ignore_errors=True)

    # --- configurations -----------------------------------------------------------------------------------------
    def filled(self, name, **words):
        """A peer's configuration with its words filled in; each with words of its own is a file of its own."""
        path = self.dir / f"{len(list(self.dir.iterdir()))}-{name}"
        path.write_text(self.fill((PEERS / name).read_text(), **words))
        return path

    def fill(self, text, **words):
        known = self.words | words
        return re.sub(r"@([A-Z0-9_]+)@", lambda found: str(known[found[1]]), text)

    # --- waiting ------------------------------------------------------------------------------------------------
    def wait_for(self, url, headers=None):
        """Until the upstream's answer comes through."""
        def answers():
            try:
                with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=2) as response:
                    return response.read().decode() == self.words["BODY"]
            except OSError:
                return False
        self.wait_until(answers, url)

    def wait_until(self, true, what, seconds=60):
        deadline = time.monotonic() + seconds
        while not true():
            for name, process, log in self.running:
                if process.poll() is not None:
                    raise SystemExit(f"{name} ended before {what} was ready:\n{Path(log).read_text()[-2000:]}")
            if time.monotonic() > deadline:
                raise SystemExit(f"{what} was not ready in {seconds} s")
            time.sleep(0.02)


def cpu_ns(pid, threads=""):
    """The run time of all threads, or of those whose name begins so: the first field of schedstat."""
    spent = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            if (task / "comm").read_text().startswith(threads):
                spent += int((task / "schedstat").read_text().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            pass  # it ended meanwhile
    return spent


def resident_mb(pid, what="VmRSS"):
    return int(re.search(rf"{what}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def json_of(size):
    return '{"data":"' + "x" * (size - 11) + '"}'


def status_of(url, headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as response:
            return response.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def size_of(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return len(answer.read())


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text or ''}", end="", file=sys.stderr, flush=True)

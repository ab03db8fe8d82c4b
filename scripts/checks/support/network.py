"""The built product as a user meets it: its commands, and a whole network on a free port in a temporary home."""
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from . import ROOT
from .counting import expect


def binary():
    """$RAZAO, or the debug build."""
    path = os.environ.get("RAZAO", os.path.join(ROOT, ".build", "debug", "razao"))
    expect(os.access(path, os.X_OK), "the built product", f"{path} is not there; build first, or set RAZAO")
    return os.path.realpath(path)


def shipped_program():
    return os.path.join(os.path.dirname(binary()), "razao_razao.resources", "fabula.razao")


def razao(*arguments, timeout=60, **options):
    """Runs a command to its end; the result has returncode, stdout and stderr."""
    environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no"}
    return subprocess.run([binary(), *map(str, arguments)], capture_output=True, text=True, timeout=timeout,
                          stdin=subprocess.DEVNULL, env=environment, **options)


def expect_status(result, status, *words, lines=None):
    """The command's exit status, words in its output, and how many lines it may write to standard error."""
    shown = result.stdout + result.stderr
    expect(result.returncode == status, f"exit status {status}", result.returncode, shown)
    for word in words:
        expect(word in shown, f"`{word}` in the output", shown)
    if lines is not None:
        expect(len(result.stderr.strip().splitlines()) == lines, f"{lines} line(s) of error", result.stderr)
    return result


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, seconds=10, pause=0.05):
    """Waits for a true value and returns it."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        expect(time.monotonic() < end, f"within {seconds} s: {what}")
        time.sleep(pause)


def processes_naming(text):
    """Processes with this text on their command line, by id."""
    found = {}
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if entry.isdigit() and int(entry) != os.getpid():
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    line = file.read()
                if text.encode() in line and line.startswith(binary().encode()):
                    found[int(entry)] = line
    return found


class Service:
    """A running command whose output is collected line by line."""

    def __init__(self, *arguments, home):
        self.home, self.lines = home, []
        self.process = subprocess.Popen(
            [binary(), *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})
        self.reader = threading.Thread(target=self.collect, daemon=True)
        self.reader.start()

    def collect(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def wait_for(self, text, seconds=30):
        """The first line that holds the text."""
        def found():
            line = next((line for line in list(self.lines) if text in line), None)
            expect(line or self.process.poll() is None, f"`{text}` before the end", *self.lines[-5:])
            return line
        return wait_until(found, f"a line with `{text}`", seconds)

    def stop(self):
        """Interrupts, as Ctrl-C does; fails if a process is left. The minute tells a hang from a slow machine."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)
        wait_until(lambda: not processes_naming(self.home), "no process is left", 60)

    def kill(self):
        """For clean-up, whatever state it is in."""
        if self.process.poll() is None:
            self.process.kill()
        for number in processes_naming(self.home):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.process.wait(10)
        self.reader.join(5)


class Gateway:
    """Talks to a gateway over HTTP, without a library in between."""

    def __init__(self, port):
        self.port, self.base = port, f"http://127.0.0.1:{port}"

    def request(self, method, path, body=None, headers=None, timeout=60):
        """Status, headers (names in lower case) and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
        finally:
            connection.close()

    def post(self, path, value):
        """Status and JSON of an answer to JSON."""
        status, _, body = self.request("POST", path, json.dumps(value), {"content-type": "application/json"})
        return status, json.loads(body)

    def complete(self, prompt, **members):
        """A whole answer to a prompt, which must come."""
        members = {"model": self.model(), "prompt": prompt, **members}
        status, answer = self.post("/v1/completions", members)
        expect(status == 200, "an answer", status, answer)
        return answer

    def chat(self, question, **members):
        """A whole answer to a question, which must come."""
        messages = [{"role": "user", "content": question}]
        status, answer = self.post("/v1/chat/completions", {"model": self.model(), "messages": messages, **members})
        expect(status == 200, "an answer", status, answer)
        return answer

    def get(self, path):
        status, _, body = self.request("GET", path)
        expect(status == 200, f"status 200 of {path}", status, body)
        return json.loads(body)

    def status(self):
        return self.get("/razao/v1/status")

    def model(self):
        return self.get("/v1/models")["data"][0]["id"]

    def bundle(self, request_id):
        status, headers, body = self.request(
            "GET", f"/v1/receipts/{request_id}", headers={"accept": "application/vnd.razao.bundle"})
        expect(status == 200, "the bundle", status, body)
        return body


class Network(Service, Gateway):
    """`razao up` on a free port. Use as a context manager: it ends with Ctrl-C, and no process may remain."""

    def __init__(self, *options, home=None, providers=3, cheaters=0):
        self.own_home = home is None
        home = home or tempfile.mkdtemp(prefix="razao-check-")
        self.count, port = providers + cheaters, free_port()
        Gateway.__init__(self, port)
        self.ledger_port = free_port()
        self.ledger = f"http://127.0.0.1:{self.ledger_port}"
        Service.__init__(self, "up", "--home", home, "--port", port, "--ledger-port", self.ledger_port, "--providers",
                         providers, *options, home=home)

    def __enter__(self):
        try:
            wait_until(self.is_ready, "the network is ready", 60)
        except BaseException:
            self.__exit__(None, None, None)
            print(*self.lines[-20:], sep="\n")
            raise
        return self

    def is_ready(self):
        expect(self.process.poll() is None, "the network runs", *self.lines[-5:])
        if not any("the network is up" in line for line in list(self.lines)):
            return False
        return len(self.status()["providers"]) == self.count

    def __exit__(self, kind, *_):
        try:
            if kind is None and self.process.poll() is None:
                self.stop()
        finally:
            self.kill()
            if self.own_home:
                shutil.rmtree(self.home, ignore_errors=True)

    def provider_home(self, number):
        return os.path.join(self.home, "providers", str(number))

    def provider_process(self, number):
        home = self.provider_home(number)
        return next(p for p, line in processes_naming(home).items() if home.encode() in line.split(b"\0"))

    def auditor_key(self):
        """The key of the auditor that the gateway believes, from the gateway's command line."""
        line = next(l for l in processes_naming(os.path.join(self.home, "gateway")).values() if b"--auditor" in l)
        words = line.split(b"\0")
        return words[words.index(b"--auditor") + 1].decode()

    def endpoint(self, number):
        """A provider's address, as the network has printed it."""
        line = next(l for l in self.lines if l.startswith(f"provider {number}") and "ready at" in l)
        return line.split("ready at ")[1].strip()

    def provider_id(self, number):
        endpoint = self.endpoint(number)
        return next(p["id"] for p in self.status()["providers"] if p["endpoint"] == endpoint)

    def number(self, provider_id):
        """Which of the providers has this id."""
        return next(n for n in range(1, self.count + 1) if self.provider_id(n) == provider_id)

"""Programs that stay open and carry out one order a line, so that runs of two engines can alternate."""

import json
import subprocess

from . import places, shapes, tools


class WorkerError(Exception):
    """A worker ended, or said no."""


class Worker:
    """A child process that answers each line with one line of JSON. Seconds are taken by the worker, not here."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.ready = self._read()["ready"]

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            words = self.process.communicate()[1]
            raise WorkerError(words[-2000:] or "the worker ended without a word")
        return json.loads(line)

    def order(self, name, **values):
        """Has one order carried out; the answer as it came."""
        words = [name] + ["%s=%d" % pair for pair in values.items()]
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        return self._read()

    def seconds(self, name, **values):
        return self.order(name, **values)["nanoseconds"] / 1e9

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


def program(engine, shape, weight_format):
    """The path of Razao's program of a shape, made when it is not there."""
    path = places.data() / ("%s-%s.razao" % (shape, weight_format))
    if not path.exists():
        tools.say("writing " + path.name)
        command = [engine, "random", "output=%s" % path] + shapes.words(shape, weight_format)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return path


def checkpoint(python, shape, weight_format):
    """The path of llama.cpp's model of a shape, made when it is not there."""
    path = places.data() / ("%s-%s.gguf" % (shape, weight_format))
    if not path.exists():
        tools.say("writing " + path.name)
        partial = path.with_suffix(".partial")
        script = str(places.BENCHMARKS / "gguf_model.py")
        subprocess.run([python, script, "output=%s" % partial] + shapes.words(shape, weight_format), check=True)
        partial.rename(path)
    return path


def stamps():
    folder = places.data() / "stamps"
    folder.mkdir(exist_ok=True)
    return folder


def razao(engine, shape, weight_format):
    path = program(engine, shape, weight_format)
    return Worker([engine, "serve", "program=%s" % path, "stamps=%s" % stamps()])


def llama(python, shape, weight_format):
    path = checkpoint(python, shape, weight_format)
    script = str(places.BENCHMARKS / "llama_worker.py")
    # A worker writes its log to standard error, more than a pipe holds.
    return Worker(["/bin/sh", "-c", 'exec "$@" 2>/dev/null', "sh", python, script, str(path), "1024"])


def once(engine, *words):
    """One answer of a command that runs to its end."""
    done = subprocess.run([engine, *words], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)

"""The parts of a run. Each returns its figures by name, and the single runs behind them."""

import shutil
import subprocess
import time

from . import ledger, machine, places, tools, workers
from .results import median, ratio


class Effort:
    """How long and how often: a quick run only shows that everything works."""

    def __init__(self, quick):
        self.quick = quick

    def rounds(self, shape, times=1):
        return 2 if self.quick else {"tiny": 5, "110m": 5, "1b": 3}[shape] * times

    def tokens(self, count):
        return min(count, 32) if self.quick else count


class Bench:
    """What all parts share."""

    def __init__(self, engine, peer, effort):
        self.engine = engine
        self._peer = peer
        self.effort = effort

    @property
    def python(self):
        return self._peer()

    def limits(self, threads):
        """Bytes and products a second that this machine can do now."""
        answer = workers.once(self.engine, "limits", "threads=%d" % threads)
        return answer["read_bytes_per_second"], answer["products_per_second"]


def pause():
    """Lets the threads of the run before go to sleep."""
    time.sleep(0.1)


def limits(bench):
    figures = {"machine/busy": machine.busy_share()}
    if figures["machine/busy"] > 0.05:
        tools.say("the machine is %.0f %% busy with other things: no figure will be worth much" % (
            100 * figures["machine/busy"]))
    for threads in (1, 2):
        read, products = bench.limits(threads)
        figures["limit/read/t%d" % threads] = read / 1e9
        figures["limit/products/t%d" % threads] = products / 1e9
    return figures, {}


def speed(bench, shape, weight_format):
    """Both engines by turns, on one thread and on two: a short and a long prompt, and generation."""
    runs, figures = {}, {}
    with workers.razao(bench.engine, shape, weight_format) as razao:
        with workers.llama(bench.python, shape, weight_format) as llama:
            for threads in (1, 2):
                orders = [
                    ("prompt128", "prefill", {"prompt": bench.effort.tokens(128)}),
                    ("prompt512", "prefill", {"prompt": bench.effort.tokens(512)}),
                    ("generation", "generate", {"prompt": 16, "tokens": bench.effort.tokens(64)}),
                ]
                for figure, name, values in orders:
                    prefix = "%s/%s/%s/t%d" % (figure, shape, weight_format, threads)
                    count = values.get("tokens", values["prompt"])
                    found = alternate(
                        bench.effort.rounds(shape), {"razao": razao, "llama": llama},
                        lambda worker: worker.seconds(name, threads=threads, **values))
                    rates = {engine: [count / seconds for seconds in times] for engine, times in found.items()}
                    for engine, values_found in rates.items():
                        runs[prefix + "/" + engine] = values_found
                        figures[prefix + "/" + engine] = median(values_found)
                    figures[prefix + "/ratio"] = ratio(rates["razao"], rates["llama"])
                add_shares(bench, razao.ready, figures, shape, weight_format, threads)
            figures["peer/%s/%s/bytes" % (shape, weight_format)] = llama.ready["program_bytes"]
    return figures, runs


def alternate(rounds, subjects, measure):
    """Measures subjects by turns, after one run of each that does not count; lists by name."""
    found = {name: [] for name in subjects}
    for subject in subjects.values():
        measure(subject)
    for turn in range(rounds):
        names = list(subjects) if turn % 2 == 0 else list(reversed(subjects))
        for name in names:
            pause()
            found[name].append(measure(subjects[name]))
    return found


def add_shares(bench, ready, figures, shape, weight_format, threads):
    """What part of the machine's limits both engines reach: weights read a second, and products made a second."""
    read, products = bench.limits(threads)
    suffix = "%s/%s/t%d" % (shape, weight_format, threads)
    # llama.cpp's blocks of 32 weights have a scale of two bytes each.
    peer_bytes = (ready["products"] + ready["head_products"]) // 2 * {"int8": 34, "int4": 18}[weight_format] / 32
    for engine, size in (("razao", ready["weight_bytes"]), ("llama", peer_bytes)):
        rate = figures["generation/%s/%s" % (suffix, engine)]
        figures["generation/%s/%s-of-limit" % (suffix, engine)] = rate * size / read
        for prompt, count in (("prompt128", 128), ("prompt512", 512)) if products else ():
            cost = ready["products"] + ready["head_products"] / count
            rate = figures["%s/%s/%s" % (prompt, suffix, engine)]
            figures["%s/%s/%s-of-limit" % (prompt, suffix, engine)] = rate * cost / products


def trace(bench, shape):
    """The same work with and without trace and receipt, by turns."""
    figures, runs = {}, {}
    rounds = bench.effort.rounds(shape, times=2)
    with workers.razao(bench.engine, shape, "int8") as razao:
        for figure, name, values in (
            ("generation", "generate", {"prompt": 16, "tokens": bench.effort.tokens(48)}),
            ("prefill", "prefill", {"prompt": bench.effort.tokens(512)}),
        ):
            found = alternate(
                rounds, {"without": 0, "with": 1},
                lambda traced: razao.seconds(name, threads=2, trace=traced, **values))
            prefix = "trace/%s/%s" % (figure, shape)
            figures[prefix + "/slowdown"] = ratio(found["with"], found["without"]) - 1
            runs.update({prefix + "/" + kind: times for kind, times in found.items()})
    return figures, runs


def level1(bench, shape):
    """Checking an answer of 256 tokens against generating it."""
    checks, generations = [], []
    with workers.razao(bench.engine, shape, "int8") as razao:
        for _ in range(max(2, bench.effort.rounds(shape) - 1)):
            answer = razao.order("level1", threads=2, prompt=16, tokens=bench.effort.tokens(256))
            checks.append(answer["check_nanoseconds"] / 1e9)
            generations.append(answer["generate_nanoseconds"] / 1e9)
        together = razao.order("reruns", threads=2, prompt=16, tokens=16, answers=16)
    figures = {
        "level1/%s/share" % shape: ratio(checks, generations), "level1/%s/seconds" % shape: median(checks),
        "level1/%s/generation-seconds" % shape: median(generations),
        "level1/%s/together" % shape: together["single_nanoseconds"] / together["together_nanoseconds"],
    }
    return figures, {"level1/%s/check" % shape: checks, "level1/%s/generate" % shape: generations}


def users(bench, shape):
    """Tokens a second of all users together."""
    runs = {}
    counts = (1, 2, 4, 8, 16)
    with workers.razao(bench.engine, shape, "int8") as razao:
        tokens = bench.effort.tokens(48)
        for _ in range(bench.effort.rounds(shape)):
            for count in counts:
                pause()
                answer = razao.order("users", users=count, threads=2, prompt=16, tokens=tokens)
                rate = answer["tokens"] / (answer["nanoseconds"] / 1e9)
                runs.setdefault("users/%s/%d" % (shape, count), []).append(rate)
    figures = {name: median(rates) for name, rates in runs.items()}
    figures["users/%s/ratio" % shape] = ratio(runs["users/%s/16" % shape], runs["users/%s/1" % shape])
    return figures, runs


def memory(bench, shape, weight_format):
    path = workers.program(bench.engine, shape, weight_format)
    answer = workers.once(
        bench.engine, "memory", "program=%s" % path, "stamps=%s" % workers.stamps(), "threads=2",
        "prompt=%d" % bench.effort.tokens(512), "tokens=32")
    prefix = "memory/%s/%s" % (shape, weight_format)
    share = (answer["peak_resident_bytes"] - answer["cache_bytes"]) / answer["program_bytes"]
    figures = {
        prefix + "/share": share, prefix + "/resident-bytes": answer["peak_resident_bytes"],
        prefix + "/program-bytes": answer["program_bytes"], prefix + "/cache-bytes": answer["cache_bytes"],
    }
    return figures, {}


def startup(bench, shape):
    """Opening a program that was never checked, and opening it again; its pages are in memory."""
    path = workers.program(bench.engine, shape, "int8")
    folder = places.data() / "fresh-stamps"
    firsts, agains = [], []

    def opened():
        started = time.monotonic()
        answer = workers.once(bench.engine, "open", "program=%s" % path, "stamps=%s" % folder)["opened"]
        return answer, time.monotonic() - started

    size = 1
    for _ in range(2 if bench.effort.quick else 3):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        answer, seconds = opened()
        size = answer["program_bytes"]
        firsts.append(seconds / (size / 1e9))
        answer, seconds = opened()
        assert answer["stamped"], "the second start was not stamped"
        agains.append(seconds)
    shutil.rmtree(folder)
    figures = {"startup/%s/check-per-gigabyte" % shape: median(firsts), "startup/%s/seconds" % shape: median(agains)}
    return figures, {"startup/%s/first" % shape: firsts, "startup/%s/again" % shape: agains}


def callgrind(bench):
    """Instructions of one generated token of the tiny model, with and without trace; on what valgrind knows (AVX2)."""
    path = workers.program(bench.engine, "tiny", "int8")
    # valgrind gives up on the debugging information of newer compilers.
    stripped = places.data() / "razao-bench-stripped"
    subprocess.run(["strip", "-o", str(stripped), bench.engine], check=True)

    def instructions(tokens, traced):
        command = [
            "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(stripped), "once",
            "program=%s" % path, "stamps=%s" % workers.stamps(), "threads=1", "prompt=16",
            "tokens=%d" % tokens, "trace=%d" % traced,
        ]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        line = next(line for line in done.stderr.splitlines() if "Collected" in line)
        return int(line.split(":")[1])

    instructions(1, 0)
    plain, traced = ((instructions(33, kind) - instructions(17, kind)) / 16 for kind in (0, 1))
    return {"callgrind/tiny/token": plain, "callgrind/tiny/traced-token": traced}, {}


def listed(quick):
    """Every part by name, in the order of a whole run; a quick run has the tiny shape only."""
    found = {"limits": limits}
    for shape in ("tiny",) if quick else ("110m", "1b"):
        for weight_format in ("int8", "int4"):
            found["speed-%s-%s" % (shape, weight_format)] = (
                lambda bench, s=shape, f=weight_format: speed(bench, s, f))
        found["trace-" + shape] = lambda bench, s=shape: trace(bench, s)
        found["level1-" + shape] = lambda bench, s=shape: level1(bench, s)
        found["users-" + shape] = lambda bench, s=shape: users(bench, s)
        for weight_format in ("int8", "int4"):
            found["memory-%s-%s" % (shape, weight_format)] = (
                lambda bench, s=shape, f=weight_format: memory(bench, s, f))
        found["startup-" + shape] = lambda bench, s=shape: startup(bench, s)
    found["ledger"] = ledger.ledger
    found["ledger-engine"] = ledger.engine
    found["callgrind"] = callgrind
    return found

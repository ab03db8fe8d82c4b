"""Writes the tables between the markers of docs/benchmarks.md, and the charts beside it."""

import json

from . import chart, machine, places, thresholds
from .shapes import PEER_FORMATS, TITLES

BEGIN, END = "<!-- benchmarks:begin -->", "<!-- benchmarks:end -->"
SHAPES = ("110m", "1b", "tiny")


def number(value, digits=3):
    """A figure with three significant digits, without an exponent."""
    if value is None:
        return "–"
    if value and abs(value) >= 10 ** (digits - 1):
        return "{:,.0f}".format(value)
    return "%.*g" % (digits, value)


def percent(value):
    return "–" if value is None else "%.1f %%" % (100 * value) if abs(value) < 0.1 else "%.0f %%" % (100 * value)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def shown(threshold, value):
    """A figure or a limit in the unit of its threshold."""
    unit = threshold["unit"]
    if unit.startswith("%"):
        return "%.1f %s" % (100 * value, unit)
    return "%s %s" % (number(value), unit)


def bars_table(figures):
    rows = []
    for threshold, value, verdict in thresholds.verdicts(figures):
        sign = "≥" if threshold["direction"] == "least" else "≤"
        goal = sign + " " + shown(threshold, threshold["goal"]) if "goal" in threshold else ""
        words = {"goal": "met, goal too" if goal else "met", "bar": "met", "miss": "**missed**"}[verdict]
        rows.append(
            [threshold["title"], shown(threshold, value), sign + " " + shown(threshold, threshold["bar"]), goal, words])
    return table(["what", "measured", "bar", "goal", "verdict"], rows)


def gaps(figures):
    """What is known about each bar that was missed: where the time goes, and what comes next."""
    missed = [(threshold, value) for threshold, value, verdict in thresholds.verdicts(figures) if verdict == "miss"]
    if not missed:
        return "Every bar that was measured is met."
    return "\n".join(
        "- **%s** (%s): %s" % (row["title"], shown(row, value), row.get("gap", "Where the time goes is not known yet."))
        for row, value in missed)


def speed_rows(figures):
    for shape in SHAPES:
        for weight_format in PEER_FORMATS:
            for threads in (1, 2):
                for figure, name in (
                    ("prompt128", "prompt of 128"), ("prompt512", "prompt of 512"), ("generation", "generation")):
                    prefix = "%s/%s/%s/t%d" % (figure, shape, weight_format, threads)
                    if prefix + "/ratio" not in figures:
                        continue
                    kind = "reading memory" if figure == "generation" else "multiplying"
                    shares = [
                        percent(figures.get("%s/%s-of-limit" % (prefix, engine))) for engine in ("razao", "llama")]
                    yield [
                        "%s, %s, %s" % (TITLES[shape], weight_format, PEER_FORMATS[weight_format]), str(threads), name,
                        number(figures[prefix + "/razao"]), number(figures[prefix + "/llama"]),
                        "%.2f ×" % figures[prefix + "/ratio"], "%s, %s of %s" % (*shares, kind),
                    ]


def other_rows(figures):
    for shape in SHAPES:
        title = TITLES[shape]
        if "level1/%s/seconds" % shape in figures:
            yield ["level 1 of 256 tokens, " + title, "%s s, generating them took %s s" % (
                number(figures["level1/%s/seconds" % shape]), number(figures["level1/%s/generation-seconds" % shape]))]
        if "level1/%s/together" % shape in figures:
            yield ["level 1 of 16 short answers in one pass against one after another, " + title,
                   "%.2f × as fast" % figures["level1/%s/together" % shape]]
        for weight_format in PEER_FORMATS:
            prefix = "memory/%s/%s/" % (shape, weight_format)
            if prefix + "share" in figures:
                sizes = [number(figures[prefix + name + "-bytes"] / 1e6) for name in ("resident", "program", "cache")]
                yield ["peak memory, %s, %s" % (title, weight_format), "%s MB; program %s MB, cache %s MB" % (*sizes,)]
        if "startup/%s/seconds" % shape in figures:
            yield ["start after the stamp, %s; first check" % title, "%s s; %s s per GB" % (
                number(figures["startup/%s/seconds" % shape]),
                number(figures["startup/%s/check-per-gigabyte" % shape]))]
    if "machine/busy" in figures:
        yield ["processors busy with other things before the run", percent(figures["machine/busy"])]
    if "callgrind/tiny/token" in figures:
        plain, traced = figures["callgrind/tiny/token"], figures["callgrind/tiny/traced-token"]
        yield ["instructions of one token, tiny shape, AVX2 (callgrind)", "%s; with trace and receipt %s (%s more)" % (
            number(plain), number(traced), percent(traced / plain - 1))]
    for threads in (1, 2):
        if "limit/read/t%d" % threads in figures:
            yield ["limits of the machine, %d thread%s" % (threads, "s"[: threads - 1]),
                   "reading %s GB/s; multiplying %s GOP/s" % (
                       number(figures["limit/read/t%d" % threads]), number(figures["limit/products/t%d" % threads]))]


def users_rows(figures):
    for shape in SHAPES:
        rates = [figures.get("users/%s/%d" % (shape, count)) for count in (1, 2, 4, 8, 16)]
        if rates[0] is not None:
            yield [TITLES[shape]] + [number(rate) for rate in rates]


def section(results):
    """The generated part of the page."""
    figures = results.figures
    times = sorted(record["time"] for record in results.parts.values())
    parts = ["Measured %s to %s UTC." % (times[0], times[-1])]
    parts.append(table(["machine and versions", ""], [[name, "`%s`" % words] for name, words in machine.description()]))
    parts.append("### Against the bars\n\n" + bars_table(figures))
    parts.append("### Gaps\n\n" + gaps(figures))
    parts.append("### Speed, tokens per second\n\n" + table(
        ["shape, Razao's format, llama.cpp's", "threads", "what", "Razao", "llama.cpp", "ratio", "shares of the limit"],
        list(speed_rows(figures))))
    parts.append("### Users at once, tokens per second of all together, two threads\n\n" + table(
        ["shape", "1", "2", "4", "8", "16"], list(users_rows(figures))))
    parts.append("### Everything else\n\n" + table(["what", "measured"], list(other_rows(figures))))
    return "\n\n".join(parts)


def ratio_rows(figures):
    for threshold, value, _ in thresholds.verdicts(figures):
        if threshold["figure"].endswith("/ratio") and "llama.cpp" in threshold["title"]:
            label = threshold["title"].replace(" against llama.cpp Q8_0", "")
            yield label, value, threshold["bar"], threshold.get("goal")


def charts(figures):
    """(file name, SVG) of each chart that has figures."""
    rows = list(ratio_rows(figures))
    if rows:
        yield "ratios.svg", chart.bars("Speed against llama.cpp Q8_0 (int8, same threads)", rows)
    series = []
    for shape in SHAPES:
        rates = {count: figures.get("users/%s/%d" % (shape, count)) for count in (1, 2, 4, 8, 16)}
        if rates[1] is not None:
            series.append((TITLES[shape], rates))
    if series:
        yield "users.svg", chart.curves("Tokens per second of all users together", series, "users at once", "tokens/s")


def replaced(page, generated):
    """The page with everything between the markers replaced."""
    before, rest = page.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    return before + BEGIN + "\n" + generated + "\n" + END + after


def write(results, docs=places.DOCS):
    """Writes tables, charts, and a copy of the results that they were drawn from."""
    page = docs / "benchmarks.md"
    page.write_text(replaced(page.read_text(encoding="utf-8"), section(results)), encoding="utf-8")
    folder = docs / "benchmarks"
    folder.mkdir(exist_ok=True)
    for name, picture in charts(results.figures):
        (folder / name).write_text(picture, encoding="utf-8")
    lines = [json.dumps(record) for record in results.parts.values()]
    (folder / "results.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")

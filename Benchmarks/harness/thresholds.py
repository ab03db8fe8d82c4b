"""What figures are held against."""

import json

from . import places


def load():
    return json.loads((places.BENCHMARKS / "thresholds.json").read_text())


def meets(value, limit, is_least):
    return value >= limit if is_least else value <= limit


def judge(threshold, value):
    """"goal", "bar" or "miss"."""
    is_least = threshold["direction"] == "least"
    if "goal" in threshold and meets(value, threshold["goal"], is_least):
        return "goal"
    return "bar" if meets(value, threshold["bar"], is_least) else "miss"


def verdicts(figures):
    """(threshold, value, verdict) for each threshold that has a figure."""
    return [
        (threshold, figures[threshold["figure"]], judge(threshold, figures[threshold["figure"]]))
        for threshold in load() if threshold["figure"] in figures
    ]

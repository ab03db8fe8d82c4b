"""Figures by name, and the file of JSON lines that they are kept in."""

import json
import statistics
import time


class Results:
    """A file of JSON lines, one for each part that was measured; the latest line of a part counts."""

    def __init__(self, path):
        self.path = path
        self.parts = {}
        if path.exists():
            for line in path.read_text().splitlines():
                record = json.loads(line)
                self.parts[record["part"]] = record

    def add(self, part, figures, runs, seconds):
        """Appends what one part found: `figures` by name, and the `runs` that they come from."""
        record = {
            "part": part, "time": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()), "seconds": round(seconds, 1),
            "figures": {name: shortened(value) for name, value in figures.items()},
            "runs": {name: [shortened(value) for value in values] for name, values in runs.items()},
        }
        self.parts[part] = record
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")

    @property
    def figures(self):
        """All figures of all parts."""
        return {name: value for record in self.parts.values() for name, value in record["figures"].items()}


def shortened(value):
    """Five significant digits are more than a measurement is worth."""
    return float("%.5g" % value) if isinstance(value, float) else value


def median(values):
    return statistics.median(values)


def ratio(left, right):
    """The median of the ratios of runs that followed each other: what slows the machine for a while slows both."""
    return median([a / b for a, b in zip(left, right)])

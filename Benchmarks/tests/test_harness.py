"""The harness without engines: figures, bars, tables, charts, and the file of results."""

import json
import pathlib
import sys
import tempfile
import unittest
import xml.dom.minidom

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from harness import chart, parts, report, results, shapes, thresholds, workers  # noqa: E402

ECHO = """
import json, sys
print(json.dumps({"ready": {"name": "echo"}}), flush=True)
for line in sys.stdin:
    words = line.split()
    print(json.dumps({"order": words[0], "words": words[1:], "nanoseconds": 2_000_000_000}), flush=True)
"""


class Figures(unittest.TestCase):
    def test_a_ratio_pairs_runs_that_followed_each_other(self):
        # The machine was half as fast for a while: both sides saw it, the ratio does not.
        self.assertEqual(results.ratio([10, 5, 10], [5, 2.5, 5]), 2)

    def test_five_digits_are_kept(self):
        self.assertEqual(results.shortened(1.23456789), 1.2346)
        self.assertEqual(results.shortened(134549580), 134549580)

    def test_alternation_turns_round_and_leaves_the_first_run_out(self):
        order = []

        def measure(subject):
            order.append(subject)
            return len(order)

        found = parts.alternate(2, {"a": "A", "b": "B"}, measure)
        self.assertEqual(order, ["A", "B", "A", "B", "B", "A"])
        self.assertEqual(found, {"a": [3, 6], "b": [4, 5]})


class Store(unittest.TestCase):
    def test_results_are_resumed_and_the_latest_counts(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "deep" / "results.jsonl"
            first = results.Results(path)
            first.add("limits", {"limit/read/t1": 1.0}, {}, 1)
            first.add("users-1b", {"users/1b/1": 3.0}, {"users/1b/1": [2.0, 3.0, 4.0]}, 2)
            first.add("limits", {"limit/read/t1": 2.0}, {}, 1)
            again = results.Results(path)
            self.assertEqual(again.figures, {"limit/read/t1": 2.0, "users/1b/1": 3.0})
            self.assertEqual(len(path.read_text().splitlines()), 3)


class Bars(unittest.TestCase):
    def test_directions(self):
        least = {"direction": "least", "bar": 4, "goal": 7}
        most = {"direction": "most", "bar": 0.03, "goal": 0.01}
        self.assertEqual([thresholds.judge(least, value) for value in (3.9, 4, 7)], ["miss", "bar", "goal"])
        self.assertEqual([thresholds.judge(most, value) for value in (0.031, 0.03, -0.01)], ["miss", "bar", "goal"])

    def test_every_threshold_names_a_figure_that_a_part_finds(self):
        names = set(parts.listed(quick=False))
        for row in thresholds.load():
            kind, *place = row["figure"].split("/")
            if kind == "ledger":
                self.assertIn("ledger-engine" if "engine" in place else "ledger", names)
                continue
            shape = next(word for word in place if word in shapes.SHAPES)
            part = {"trace": "trace-", "level1": "level1-", "users": "users-", "startup": "startup-"}.get(kind)
            expected = part + shape if part else ("memory-" if kind == "memory" else "speed-") + shape + "-int8"
            self.assertIn(expected, names)


class Pages(unittest.TestCase):
    figures = {
        "generation/1b/int8/t1/razao": 9.4, "generation/1b/int8/t1/llama": 5.6, "generation/1b/int8/t1/ratio": 1.68,
        "generation/1b/int8/t1/razao-of-limit": 0.91, "generation/1b/int8/t1/llama-of-limit": 0.5,
        "trace/generation/1b/slowdown": 0.035,
        "users/1b/1": 9.0, "users/1b/2": 17.0, "users/1b/4": 30.0, "users/1b/8": 45.0, "users/1b/16": 60.0,
    }

    def test_a_page_is_replaced_between_its_markers_only(self):
        page = "before\n%s\nold\n%s\nafter" % (report.BEGIN, report.END)
        self.assertEqual(report.replaced(page, "new"), "before\n%s\nnew\n%s\nafter" % (report.BEGIN, report.END))

    def test_a_report_shows_figures_and_misses(self):
        with tempfile.TemporaryDirectory() as folder:
            docs = pathlib.Path(folder)
            (docs / "benchmarks.md").write_text("%s\n%s" % (report.BEGIN, report.END))
            store = results.Results(docs / "results.jsonl")
            store.add("some", self.figures, {}, 1)
            report.write(store, docs)
            page = (docs / "benchmarks.md").read_text()
            row = "| 1.1 B, int8, Q8_0 | 1 | generation | 9.4 | 5.6 | 1.68 × | 91 %, 50 % of reading memory |"
            self.assertIn(row, page)
            self.assertIn("| 3.5 % slower | ≤ 3.0 % slower | ≤ 1.0 % slower | **missed** |", page)
            self.assertEqual(json.loads((docs / "benchmarks/results.jsonl").read_text())["figures"], self.figures)
            for name in ("ratios.svg", "users.svg"):
                xml.dom.minidom.parse(str(docs / "benchmarks" / name))

    def test_charts_escape_their_words(self):
        xml.dom.minidom.parseString(chart.bars("a < b & c", [("<x>", 1.5, None, None)]))

    def test_numbers(self):
        shown = [report.number(value) for value in (1234.5, 0.01234, 5, None)]
        self.assertEqual(shown, ["1,234", "0.0123", "5", "–"])


class Workers(unittest.TestCase):
    def test_an_order_is_answered(self):
        with workers.Worker([sys.executable, "-c", ECHO]) as worker:
            self.assertEqual(worker.ready, {"name": "echo"})
            self.assertEqual(worker.order("generate", threads=2, prompt=16)["words"], ["threads=2", "prompt=16"])
            self.assertEqual(worker.seconds("prefill", threads=1), 2)

    def test_a_worker_that_dies_is_told_with_its_last_words(self):
        with self.assertRaisesRegex(workers.WorkerError, "no such program"):
            workers.Worker([sys.executable, "-c", "import sys; sys.exit('no such program')"])


if __name__ == "__main__":
    unittest.main()

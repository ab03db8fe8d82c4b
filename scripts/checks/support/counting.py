"""Runs named steps one after another and ends with the line "PASSED FAILED SKIPPED"."""
import signal
import sys
import time
import traceback


class TimeOver(BaseException):
    """The whole check took too long. No `Exception`, so that no step takes it for its own failure."""


class Steps:
    """A step fails when it raises; the others run all the same. After `limit` seconds everything ends."""

    def __init__(self, limit):
        self.passed = self.failed = self.skipped = 0
        signal.signal(signal.SIGALRM, self.time_over)
        signal.signal(signal.SIGTERM, self.time_over)
        signal.alarm(limit)

    @staticmethod
    def time_over(*_):
        raise TimeOver("out of time")

    def step(self, name, function, *arguments):
        """Runs one step; returns what it returns, or None when it fails."""
        start = time.monotonic()
        try:
            result = function(*arguments)
        except Exception as error:
            self.failed += 1
            print(f"FAILED {name}: {type(error).__name__}: {error}")
            traceback.print_exc(file=sys.stdout)
            return None
        self.passed += 1
        print(f"passed {name} ({time.monotonic() - start:.1f} s)")
        return result

    def skip(self, name, reason):
        self.skipped += 1
        print(f"skipped {name}: {reason}")

    def main(self, body):
        """Runs the body, prints the counts, ends the process."""
        try:
            body(self)
        except (Exception, TimeOver) as error:
            self.failed += 1
            print(f"FAILED: {type(error).__name__}: {error}")
            traceback.print_exc(file=sys.stdout)
        print(self.passed, self.failed, self.skipped)
        sys.stdout.flush()
        sys.exit(0 if self.failed == 0 else 1)


def expect(condition, what, *evidence):
    """Fails with what was expected and what there is instead."""
    if not condition:
        shown = "; ".join(str(e)[:2000] for e in evidence)
        raise AssertionError(f"{what}{': ' if shown else ''}{shown}")

"""The ledger: signed transfers a second, a ledger of a million accounts, and empty blocks over CometBFT's socket."""

import os
import pathlib
import tempfile

from . import places, tools, workers
from .results import median


def executable():
    """The ledger's bench executable, built in release mode; RAZAO_LEDGER_BENCH names another one."""
    return os.environ.get("RAZAO_LEDGER_BENCH") or tools.built("razao-ledger-bench")


def ledger(bench):
    """Everything is on disk and durable; the ledgers are made anew."""
    program = executable()
    accounts, transfers, blocks = (20_000, 5_000, 3) if bench.effort.quick else (1_000_000, 50_000, 20)
    with tempfile.TemporaryDirectory(dir=places.data()) as folder:
        small, large = (str(pathlib.Path(folder) / name) for name in ("small", "large"))
        workers.once(program, "make", small, "20000")
        rates = []
        for _ in range(bench.effort.rounds("110m")):
            speed = workers.once(program, "speed", small, str(transfers))
            rates.append(1e9 * speed["transfers"] / speed["nanoseconds"])
        workers.once(program, "make", large, str(accounts))
        # A process of its own: its memory is that of a ledger that was started, not of one that was made.
        found = workers.once(program, "blocks", large, str(blocks), "1000", "1000")
    times = [nanoseconds / 1e6 for nanoseconds in found["blocks"]]
    figures = {
        "ledger/transfers": median(rates),
        "ledger/1m/block": median(times),
        "ledger/1m/proof": found["proof"] / 1e6,
        "ledger/1m/start": found["start"] / 1e9,
        "ledger/1m/memory": found["peakBytes"] / 1e9,
    }
    return figures, {"ledger/transfers": rates, "ledger/1m/block": times}


def engine(bench):
    """Blocks without transactions over a unix socket, each durable, as CometBFT calls for them."""
    blocks = 50 if bench.effort.quick else 500
    runs = []
    for _ in range(bench.effort.rounds("110m")):
        with tempfile.TemporaryDirectory(dir=places.data()) as folder:
            found = workers.once(bench.engine, "ledger-engine", "folder=%s" % folder, "blocks=%d" % blocks)
        runs.append(found["median"] / 1e6)
    return {"ledger/engine/empty-block": median(runs)}, {"ledger/engine/empty-block": runs}

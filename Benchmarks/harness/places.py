"""Where things lie."""

import os
import pathlib

BENCHMARKS = pathlib.Path(__file__).resolve().parent.parent
ROOT = BENCHMARKS.parent
VENV = BENCHMARKS / ".venv"
PYTHON = VENV / "bin" / "python"
RESULTS = BENCHMARKS / ".results"
DOCS = ROOT / "docs"


def data():
    """Models; gigabytes. RAZAO_BENCH_DATA moves them elsewhere."""
    folder = pathlib.Path(os.environ.get("RAZAO_BENCH_DATA", BENCHMARKS / ".data"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder

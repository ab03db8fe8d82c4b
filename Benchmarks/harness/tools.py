"""Builds what measures: the engine's bench executable, and llama.cpp for this very machine."""

import os
import pathlib
import subprocess
import sys

from . import places

PEER = "llama-cpp-python==0.3.36"
# Everything but the library itself is left out: it only costs time to build.
PEER_FLAGS = " ".join(
    "-D" + flag
    for flag in (
        "GGML_NATIVE=ON", "CMAKE_BUILD_TYPE=Release", "LLAVA_BUILD=OFF", "LLAMA_CURL=OFF", "LLAMA_BUILD_TOOLS=OFF",
        "LLAMA_BUILD_EXAMPLES=OFF", "LLAMA_BUILD_TESTS=OFF", "LLAMA_BUILD_SERVER=OFF",
    )
)


def say(line):
    print(line, file=sys.stderr, flush=True)


def built(product):
    """An executable of this package, built in release mode."""
    command = ["swift", "build", "-c", "release", "--product", product]
    say("building " + product)
    subprocess.run(command, cwd=places.ROOT, check=True, stdout=sys.stderr)
    command = command[:4] + ["--show-bin-path"]
    folder = subprocess.run(command, cwd=places.ROOT, check=True, capture_output=True, text=True)
    return str(pathlib.Path(folder.stdout.strip()) / product)


def engine():
    """The bench executable, built in release mode; RAZAO_BENCH names another one."""
    return os.environ.get("RAZAO_BENCH") or built("razao-bench")


def peer():
    """A Python that has llama.cpp, compiled from source for this machine's instructions."""
    probe = [str(places.PYTHON), "-c", "import llama_cpp, numpy"]
    if places.PYTHON.exists() and subprocess.run(probe, capture_output=True).returncode == 0:
        return str(places.PYTHON)
    say("building %s with %s (10 to 20 minutes, once)" % (PEER, PEER_FLAGS))
    subprocess.run([sys.executable, "-m", "venv", str(places.VENV)], check=True)
    environment = dict(os.environ, CMAKE_ARGS=PEER_FLAGS)
    command = [str(places.PYTHON), "-m", "pip", "install", "--quiet", "--no-binary", "llama-cpp-python", PEER, "numpy"]
    subprocess.run(command, check=True, env=environment, stdout=sys.stderr)
    return str(places.PYTHON)

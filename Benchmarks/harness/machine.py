"""What a table says about the machine and the versions behind it."""

import platform
import re
import subprocess
import time

from . import places


def output(*command):
    """The first line that a command prints, or "unknown"."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=places.ROOT)
        return (done.stdout or done.stderr).strip().splitlines()[0]
    except (OSError, IndexError):
        return "unknown"


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = re.findall(r"^model name\s*:\s*(.*)$", file.read(), re.MULTILINE)
    return "%d × %s" % (len(names), names[0]) if names else platform.machine()


def memory_gigabytes():
    with open("/proc/meminfo", encoding="utf-8") as file:
        return int(re.search(r"MemTotal:\s*(\d+)", file.read()).group(1)) / 1e6


def peer_line():
    """llama.cpp's own description of how it was built, or nothing where it is not."""
    if not places.PYTHON.exists():
        return ""
    script = "import llama_cpp as l; print(l.__version__, '|', l.llama_print_system_info().decode().strip(' |'))"
    # A bar would end a table's cell.
    return output(str(places.PYTHON), "-c", script).replace(" |", ",")


def description():
    """Name and text of each line."""
    return [
        ("processor", processor()),
        ("vector instructions", ", ".join(vector_instructions())),
        ("memory", "%.0f GB" % memory_gigabytes()),
        ("system", "%s, Linux %s" % (system(), platform.release())),
        ("Swift", output("swift", "--version").split("(")[0].strip()),
        ("C compiler of llama.cpp", output("gcc", "--version")),
        ("commit", output("git", "rev-parse", "--short=12", "HEAD")),
        ("llama-cpp-python", peer_line()),
    ]


def busy_share(seconds=2):
    """What part of all processors others use now."""
    def times():
        with open("/proc/stat", encoding="utf-8") as file:
            values = [int(word) for word in file.readline().split()[1:9]]
        return sum(values), values[3] + values[4]

    (total, idle), _ = times(), time.sleep(seconds)
    later_total, later_idle = times()
    return 1 - (later_idle - idle) / max(1, later_total - total)


def vector_instructions():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        flags = file.read().split()
    return [name for name in ("avx2", "avx512f", "avx512_vnni", "amx_int8", "asimddp") if name in flags]


def system():
    try:
        with open("/etc/os-release", encoding="utf-8") as file:
            return re.search(r'PRETTY_NAME="(.*)"', file.read()).group(1)
    except (OSError, AttributeError):
        return "unknown"

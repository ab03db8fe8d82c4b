"""What the checks share. Importing it moves to the package's Python environment and to the package's root."""
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
ENVIRONMENT = os.path.join(ROOT, ".venv")

if os.path.realpath(sys.prefix) != os.path.realpath(ENVIRONMENT):
    python = os.path.join(ENVIRONMENT, "bin", "python")
    if not os.path.exists(python):
        sys.exit("no .venv: run scripts/test, which makes it")
    os.execv(python, [python] + sys.argv)

os.chdir(ROOT)
sys.path.insert(0, os.path.join(ROOT, "Tests", "Independent"))

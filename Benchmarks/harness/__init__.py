"""Measures Razao against llama.cpp and against the machine; see ../README.md."""

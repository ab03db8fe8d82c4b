"""The models that are measured: sizes only, the weights are random."""

SHAPES = {
    "tiny": {"hidden": 256, "layers": 4, "heads": 4, "kv": 2, "width": 768, "vocabulary": 1024, "context": 1024},
    "110m": {"hidden": 768, "layers": 12, "heads": 12, "kv": 12, "width": 2048, "vocabulary": 32000, "context": 1024},
    "1b": {"hidden": 2048, "layers": 22, "heads": 32, "kv": 4, "width": 5632, "vocabulary": 32000, "context": 1024},
}

TITLES = {"tiny": "tiny", "110m": "110 M", "1b": "1.1 B"}
PEER_FORMATS = {"int8": "Q8_0", "int4": "Q4_0"}


def words(shape, weight_format):
    """The shape as `key=value` words for the generators."""
    return ["%s=%s" % pair for pair in SHAPES[shape].items()] + ["format=" + weight_format]

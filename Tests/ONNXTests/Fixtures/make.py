"""Makes small ONNX models, with inputs and the logits that ONNX Runtime finds for them, for ONNXTests.

Needs onnx, onnxruntime and numpy. `golden.json` holds, for each model, inputs (bytes of a picture, plane after plane, or a
sequence) and logits.
"""
import json
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

RNG = np.random.default_rng(5)
GOLDEN = {}


class Model:
    def __init__(self, name, shape, opset=13):
        self.name, self.shape, self.opset = name, shape, opset
        self.nodes, self.constants, self.count = [], [], 0

    def weight(self, *shape, scale=None):
        fan = int(np.prod(shape[1:])) or 1
        return self.constant(RNG.normal(0, scale or 1 / np.sqrt(fan), shape).astype(np.float32))

    def constant(self, values):
        name = "c%d" % len(self.constants)
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def add(self, operation, *inputs, **attributes):
        self.count += 1
        out = "t%d" % self.count
        self.nodes.append(helper.make_node(operation, list(inputs), [out], name="%s_%d" % (operation, self.count), **attributes))
        return out

    def save(self, output, classes, inputs, feed):
        graph = helper.make_graph(
            self.nodes, self.name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, classes)], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, self.name + ".onnx")
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        cases = [
            dict(input=one, logits=[round(float(v), 6) for v in session.run(None, {"input": feed(one)})[0].ravel()])
            for one in inputs
        ]
        GOLDEN[self.name] = cases


def pictures(channels, height, width, count=3):
    return [RNG.integers(0, 256, channels * height * width).tolist() for _ in range(count)]


def planes(*shape):
    return lambda one: np.array(one, np.float32).reshape(shape)


def norm(m, x, channels, spatial=True):
    """A batch normalisation with numbers of its own."""
    values = [RNG.uniform(0.5, 1.5, channels), RNG.normal(0, 0.5, channels), RNG.normal(0, 0.5, channels), RNG.uniform(0.3, 2, channels)]
    return m.add("BatchNormalization", x, *[m.constant(v.astype(np.float32)) for v in values], epsilon=1e-3)


def residual():
    """Scaled input, convolutions with strides and padding, normalisations, a residual sum, global average, softmax."""
    m = Model("residual", ["batch", 3, 12, 10])
    x = m.add("Div", "input", m.constant(np.float32(255)))
    x = m.add("Sub", x, m.constant(np.array([0.485, 0.456, 0.406], np.float32).reshape(1, 3, 1, 1)))
    x = m.add("Div", x, m.constant(np.array([0.229, 0.224, 0.225], np.float32).reshape(3, 1, 1)))
    x = m.add("Conv", x, m.weight(6, 3, 3, 3), kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 1])
    x = m.add("Relu", norm(m, x, 6))
    y = m.add("Conv", x, m.weight(6, 6, 3, 3), m.weight(6, scale=0.1), pads=[1, 1, 1, 1])
    y = m.add("Relu", norm(m, y, 6))
    y = norm(m, m.add("Conv", y, m.weight(6, 6, 3, 3), pads=[1, 1, 1, 1]), 6)
    x = m.add("Relu", m.add("Add", x, y))
    x = m.add("Flatten", m.add("GlobalAveragePool", x))
    x = m.add("Gemm", x, m.weight(7, 6), m.weight(7, scale=0.1), transB=1)
    m.save(x, [1, 7], pictures(3, 12, 10), planes(1, 3, 12, 10))


def grouped():
    """Depthwise and grouped convolutions, dilation, uneven padding, pools with padding, clip, dropout, a flat product."""
    m = Model("grouped", [1, 1, 16, 16], opset=11)
    x = m.add("Mul", m.constant(np.float32(1 / 128)), "input")
    x = m.add("Add", x, m.constant(np.float32(-1)))
    x = m.add("Conv", x, m.weight(4, 1, 3, 3), auto_pad="SAME_UPPER", strides=[2, 2])
    x = m.add("Clip", x, m.constant(np.float32(0)), m.constant(np.float32(6)))
    x = m.add("Conv", x, m.weight(4, 1, 3, 3), group=4, dilations=[2, 1], pads=[1, 0, 2, 1])
    x = m.add("Sigmoid", x)
    x = m.add("MaxPool", x, kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 0, 1])
    x = m.add("Conv", x, m.weight(6, 2, 1, 1), group=2)
    x = m.add("AveragePool", x, kernel_shape=[2, 2], pads=[0, 1, 1, 0])
    x = m.add("Dropout", m.add("Identity", x))
    shape = m.add("Constant", value=numpy_helper.from_array(np.array([0, -1], np.int64)))
    x = m.add("Reshape", x, shape)
    size = onnx_size(m, x)
    x = m.add("Add", m.add("MatMul", x, m.weight(size, 5, scale=0.1)), m.weight(5, scale=0.1))
    m.save(x, [1, 5], pictures(1, 16, 16), planes(1, 1, 16, 16))


def onnx_size(m, output):
    """Values of a tensor of an unfinished model."""
    graph = helper.make_graph(
        m.nodes, "part", [helper.make_tensor_value_info("input", TensorProto.FLOAT, m.shape)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)], m.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", m.opset)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    shape = [s if isinstance(s, int) else 1 for s in m.shape]
    return int(session.run(None, {"input": np.zeros(shape, np.float32)})[0].size)


def channels_last():
    """As converters from TensorFlow write it: transposed at the start and before the flatten, padded average, softmax."""
    m = Model("channelslast", [None, 9, 8, 3], opset=17)
    x = m.add("Transpose", "input", perm=[0, 3, 1, 2])
    x = m.add("Mul", x, m.constant(np.float32(1 / 255)))
    x = m.add("Conv", x, m.weight(5, 3, 3, 3), m.weight(5, scale=0.1), auto_pad="SAME_LOWER", strides=[1, 2])
    x = m.add("Relu", x)
    x = m.add("AveragePool", x, kernel_shape=[2, 2], strides=[1, 1], pads=[1, 1, 0, 0], count_include_pad=1)
    x = m.add("Transpose", x, perm=[0, 2, 3, 1])
    x = m.add("Reshape", x, m.constant(np.array([1, -1], np.int64)))
    size = onnx_size(m, x)
    x = m.add("MatMul", x, m.add("Transpose", m.weight(4, size)))
    x = m.add("Add", x, m.weight(1, 4, scale=0.1))
    m.save(x, [1, 4], pictures(3, 9, 8), lambda one: np.array(one, np.float32).reshape(3, 9, 8).transpose(1, 2, 0)[None])


def sequence():
    """Convolutions in one dimension on bases, a normalisation that padding keeps from folding, global maximum."""
    m = Model("sequence", [1, 4, 20], opset=15)
    x = norm(m, m.add("Relu", m.add("Conv", "input", m.weight(8, 4, 5), m.weight(8, scale=0.1), pads=[2, 2])), 8)
    x = m.add("Conv", x, m.weight(8, 8, 3), m.weight(8, scale=0.1), pads=[1, 1])
    x = m.add("MaxPool", m.add("Relu", x), kernel_shape=[2], strides=[2])
    x = m.add("GlobalMaxPool", x)
    x = m.add("Squeeze", x, m.constant(np.array([2], np.int64)))
    x = m.add("Gemm", x, m.weight(8, 3), m.weight(3, scale=0.1), alpha=0.5, beta=2.0)
    texts = ["".join(RNG.choice(list("ACGT"), 20)) for _ in range(4)]
    m.save(x, [1, 3], texts, lambda one: np.array([[float(c == b) for c in one] for b in "ACGT"], np.float32)[None])


def normalized():
    """A normalisation between a ReLU and a flat product."""
    m = Model("normalized", [1, 1, 6, 6], opset=13)
    x = m.add("Mul", "input", m.constant(np.float32(0.01)))
    x = norm(m, m.add("Relu", m.add("Conv", x, m.weight(3, 1, 3, 3))), 3)
    x = m.add("Gemm", m.add("Flatten", x), m.weight(48, 4, scale=0.2))
    m.save(x, [1, 4], pictures(1, 6, 6), planes(1, 1, 6, 6))


residual()
grouped()
channels_last()
sequence()
normalized()
with open("golden.json", "w") as file:
    json.dump(GOLDEN, file, separators=(",", ":"))

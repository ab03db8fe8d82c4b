/// The structure of a network program: one picture or sequence in, one row of logits out (docs/spec-networks.md).
///
/// Tensor 0 is the prepared input, tensor i the output of `operators[i − 1]`, the last tensor the logits. A network is
/// data and nothing else. `check()` says whether it is legal, `encoded()` gives its canonical bytes.
package struct Network: Equatable, Sendable {
  /// Fraction bits of the logits.
  package static let logitFraction = 16

  package var input: InputFormat
  /// In topological order: each reads earlier tensors.
  package var operators: [NetworkOperator]
  /// What each logit stands for, UTF-8, shape (logits,), or empty.
  package var labels: [[UInt8]]

  package init(input: InputFormat, operators: [NetworkOperator], labels: [[UInt8]] = []) {
    self.input = input
    self.operators = operators
    self.labels = labels
    numberMatrices()
  }

  /// Tensors, the input included: the layers of a trace.
  package var tensorCount: Int { operators.count + 1 }
}

/// The greatest sizes that a network may claim; checked before anything is allocated for them.
package enum NetworkLimits {
  /// Operators, so that a trace has at most 1024 layers with the input's.
  package static let operatorCount = 1023
  /// Channels, height or width of a tensor; rows and columns of a matrix.
  package static let dimension = 1 << 18
  /// Values of one tensor.
  package static let tensorSize = 1 << 24
  /// Values of all tensors together.
  package static let totalSize = 1 << 26
  /// Values that all operators read together: a small file must not occupy a machine for hours.
  package static let work = 1 << 40
  /// Size, stride and dilation of a window along one axis.
  package static let window = 1024
  package static let fraction = 0...24
  package static let exponent = -120...120
  package static let inputShift = 0...40
  /// Logits, and so labels.
  package static let logitCount = 1 << 16
  /// Bytes of a label.
  package static let labelLength = 256
}

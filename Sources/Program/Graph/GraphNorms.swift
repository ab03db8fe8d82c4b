/// The norm before a quantiser, if any (SPEC.md, 3.2 and 3.10).
package enum InputNorm: Equatable, Sendable {
  /// The residual stream itself is quantised.
  case none
  /// RMS norm.
  case rms(RowScaleNorm)
  /// LayerNorm: the mean is taken off first. Its bias belongs to the matrices that follow.
  case layer(RowScaleNorm)

  /// Gains and ε, whichever kind.
  package var rowScale: RowScaleNorm? {
    switch self {
    case .none: nil
    case .rms(let norm), .layer(let norm): norm
    }
  }
}

/// A norm whose scalar stays in the row scale of the quantiser that follows (SPEC.md, 3.2, kinds 1 and 3).
package struct RowScaleNorm: Equatable, Sendable {
  /// RMS: E = round(n · ε · 2^(2F)). LayerNorm: E = round(n³ · ε · 2^(2F)).
  package var epsilon: UInt64
  /// Shape (n,), each in ±1…±127.
  package var gains: [Int8]

  package init(epsilon: UInt64, gains: [Int8]) {
    self.epsilon = epsilon
    self.gains = gains
  }
}

/// A norm whose values are formed (SPEC.md, 3.2, kinds 2 and 4).
package struct FormedNorm: Equatable, Sendable {
  /// Whether the mean is taken off first (LayerNorm).
  package var isCentred: Bool
  /// As in `RowScaleNorm`.
  package var epsilon: UInt64
  /// The real gain, √n included, is g · 2^−exponent.
  package var exponent: Int
  package var outputFraction: Int
  /// Shape (n,).
  package var gains: [Int16]
  /// Shape (n,), or empty.
  package var biases: [Int64]

  package init(
    isCentred: Bool = false, epsilon: UInt64, exponent: Int, outputFraction: Int, gains: [Int16], biases: [Int64] = []
  ) {
    self.isCentred = isCentred
    self.epsilon = epsilon
    self.exponent = exponent
    self.outputFraction = outputFraction
    self.gains = gains
    self.biases = biases
  }
}

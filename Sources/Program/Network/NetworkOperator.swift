/// One operator of a network. A source is the number of an earlier tensor: 0 is the input, i the output of operator i.
package enum NetworkOperator: Equatable, Sendable {
  case convolution(Convolution)
  case dense(Dense)
  /// max(x, 0).
  case relu(source: Int)
  /// min(max(x, low), high), at the source's fraction.
  case clamp(source: Int, low: Int64, high: Int64)
  case activation(source: Int, TableActivation)
  /// rs(a, F_a − fraction) + rs(b, F_b − fraction).
  case add(left: Int, right: Int, fraction: Int)
  case affine(ChannelAffine)
  /// The greatest value of each window; what lies beyond the tensor does not count.
  case maximumPool(source: Int, Window)
  /// The mean of each window, rounded half up; `countsPadding` divides by the window's size everywhere.
  case averagePool(source: Int, Window, countsPadding: Bool)
  /// The same values in the same order under another shape.
  case reshape(source: Int, TensorShape)

  /// The tensors that are read.
  package var sources: [Int] {
    switch self {
    case .convolution(let convolution): [convolution.source]
    case .dense(let dense): [dense.source]
    case .affine(let affine): [affine.source]
    case .add(let left, let right, _): [left, right]
    case .relu(let source), .clamp(let source, _, _), .activation(let source, _), .maximumPool(let source, _),
      .averagePool(let source, _, _), .reshape(let source, _):
      [source]
    }
  }

  /// For messages.
  package var name: String {
    switch self {
    case .convolution: "convolution"
    case .dense: "dense"
    case .relu: "relu"
    case .clamp: "clamp"
    case .activation: "activation"
    case .add: "add"
    case .affine: "affine"
    case .maximumPool: "maximum pool"
    case .averagePool: "average pool"
    case .reshape: "reshape"
    }
  }
}

/// A convolution in two dimensions, or in one where the tensor's height is 1.
package struct Convolution: Equatable, Sendable {
  package var source: Int
  package var window: Window
  /// int8 or two limbs, without a Hadamard block: the whole tensor is quantised as one row.
  package var site: QuantizerSite
  /// Shape (output channels, input channels · window height · window width), columns in that order.
  package var matrix: Matrix

  package init(source: Int, window: Window, site: QuantizerSite = QuantizerSite(block: 1), matrix: Matrix) {
    self.source = source
    self.window = window
    self.site = site
    self.matrix = matrix
  }
}

/// A matrix on the flattened tensor.
package struct Dense: Equatable, Sendable {
  package var source: Int
  package var site: QuantizerSite
  /// Shape (outputs, values of the source), columns in the tensor's order: channel, row, column.
  package var matrix: Matrix

  package init(source: Int, site: QuantizerSite, matrix: Matrix) {
    self.source = source
    self.site = site
    self.matrix = matrix
  }
}

/// A function from a table of 1024 entries over −8…8 (SPEC.md, 3.7).
package enum TableActivation: UInt8, Sendable, CaseIterable {
  /// x · σ(x), at the source's fraction.
  case silu = 1
  /// x · Φ(x), at the source's fraction.
  case gelu = 2
  /// σ(x), 16 fraction bits.
  case sigmoid = 3
}

/// A factor and an offset for each channel: out = rs(x · m_c, F + exponent − fraction) + b_c.
package struct ChannelAffine: Equatable, Sendable {
  package var source: Int
  /// Fraction bits of the output.
  package var fraction: Int
  /// The real factor is m_c · 2^−exponent.
  package var exponent: Int
  /// Shape (channels,).
  package var mantissas: [Int32]
  /// Shape (channels,), at the output's fraction.
  package var offsets: [Int64]

  package init(source: Int, fraction: Int, exponent: Int, mantissas: [Int32], offsets: [Int64]) {
    self.source = source
    self.fraction = fraction
    self.exponent = exponent
    self.mantissas = mantissas
    self.offsets = offsets
  }
}

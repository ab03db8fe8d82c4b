/// The structure of a program: which operators stand where, with which options (SPEC.md, sections 3 and 4).
///
/// A graph is data and nothing else. `check()` says whether it is legal, `encoded()` gives its canonical bytes.
package struct Graph: Equatable, Sendable {
  /// Fraction bits of the residual stream.
  package static let residualFraction = 16

  package var vocabularyCount: Int
  package var hiddenSize: Int
  /// Most positions that a sequence may have.
  package var contextLength: Int
  /// Tokens that end an answer, ascending.
  package var stopTokens: [UInt32]
  /// The token that starts a text, if the vocabulary has one.
  package var startToken: UInt32?
  package var embedding: Matrix
  package var layers: [Layer]
  package var finalNorm: RowScaleNorm
  package var headSite: QuantizerSite
  package var head: Matrix

  package init(
    vocabularyCount: Int, hiddenSize: Int, contextLength: Int, stopTokens: [UInt32], startToken: UInt32?,
    embedding: Matrix, layers: [Layer], finalNorm: RowScaleNorm, headSite: QuantizerSite, head: Matrix
  ) {
    self.vocabularyCount = vocabularyCount
    self.hiddenSize = hiddenSize
    self.contextLength = contextLength
    self.stopTokens = stopTokens
    self.startToken = startToken
    self.embedding = embedding
    self.layers = layers
    self.finalNorm = finalNorm
    self.headSite = headSite
    self.head = head
  }
}

/// One layer: attention, then the feed-forward network, each added to the residual stream.
package struct Layer: Equatable, Sendable {
  package var attention: Attention
  package var feedForward: FeedForward

  package init(attention: Attention, feedForward: FeedForward) {
    self.attention = attention
    self.feedForward = feedForward
  }
}

/// The shape and scales of one weight matrix; its content is a section of the program file.
package struct Matrix: Equatable, Sendable {
  /// How the weights lie in the file.
  package enum Layout: UInt8, Sendable {
    /// Row after row.
    case rows = 0
    /// Panels of 32 rows by groups of 4 columns.
    case panels = 1
  }

  /// Place in the order of the graph, which is the section's index.
  package var index = 0
  package var rows: Int
  package var columns: Int
  package var layout: Layout
  /// The real scale of row n is w_n · 2^−exponent.
  package var exponent: Int
  /// Fraction bits of the outputs.
  package var outputFraction: Int
  package var hasBias: Bool
  /// Bytes of an accumulator, 4 or 8: the narrowest that the bounds allow.
  package var accumulatorWidth: Int

  package init(
    rows: Int, columns: Int, layout: Layout = .panels, exponent: Int, outputFraction: Int, hasBias: Bool = false,
    accumulatorWidth: Int
  ) {
    self.rows = rows
    self.columns = columns
    self.layout = layout
    self.exponent = exponent
    self.outputFraction = outputFraction
    self.hasBias = hasBias
    self.accumulatorWidth = accumulatorWidth
  }
}

/// Where and how a row of values becomes small integers (SPEC.md, 3.3).
package struct QuantizerSite: Equatable, Sendable {
  /// How fine operands are.
  package enum Mode: UInt8, Sendable, CaseIterable {
    case int8 = 0
    case blockShift = 1
    case twoLimbs = 2

    /// Greatest |q| before block shifts.
    package var limit: Int64 { self == .twoLimbs ? 32_767 : 127 }
    /// Greatest |operand|.
    package var operandLimit: Int64 {
      switch self {
      case .int8: 127
      case .blockShift: 127 << 7
      case .twoLimbs: 32_767
      }
    }
  }

  /// Columns of a Hadamard block: a power of two up to 128 that divides the row, 1 for none.
  package var block: Int
  package var mode: Mode

  package init(block: Int, mode: Mode = .int8) {
    self.block = block
    self.mode = mode
  }

  /// The largest legal block for rows of `columns` values.
  package static func largestBlock(columns: Int) -> Int {
    1 << min(7, columns.trailingZeroBitCount)
  }
}

/// RMS norm whose scalar stays in the row scale of the quantiser that follows (SPEC.md, 3.2, kind 1).
package struct RowScaleNorm: Equatable, Sendable {
  /// E = round(n · ε · 2^(2F)).
  package var epsilon: UInt64
  /// Shape (n,), each in ±1…±127.
  package var gains: [Int8]

  package init(epsilon: UInt64, gains: [Int8]) {
    self.epsilon = epsilon
    self.gains = gains
  }
}

/// RMS norm whose values are formed (SPEC.md, 3.2, kind 2).
package struct FormedNorm: Equatable, Sendable {
  package var epsilon: UInt64
  /// The real gain, √n included, is g · 2^−exponent.
  package var exponent: Int
  package var outputFraction: Int
  /// Shape (n,).
  package var gains: [Int16]
  /// Shape (n,), or empty.
  package var biases: [Int64]

  package init(epsilon: UInt64, exponent: Int, outputFraction: Int, gains: [Int16], biases: [Int64] = []) {
    self.epsilon = epsilon
    self.exponent = exponent
    self.outputFraction = outputFraction
    self.gains = gains
    self.biases = biases
  }
}

/// Grouped-query attention over the quantised cache (SPEC.md, 3.6).
package struct Attention: Equatable, Sendable {
  package var norm: RowScaleNorm
  package var inputSite: QuantizerSite
  package var headCount: Int
  package var keyValueHeadCount: Int
  package var headSize: Int
  /// Positions that a token sees, itself included; 0 for all.
  package var window: Int
  package var query: Matrix
  package var key: Matrix
  package var value: Matrix
  package var queryNorm: FormedNorm?
  package var keyNorm: FormedNorm?
  /// Turns of 2^−64 per position, shape (headSize / 2,); `nil` for no rotation.
  package var frequencies: [UInt64]?
  /// Hadamard block on queries and keys: 1 or `headSize`.
  package var queryKeyBlock: Int
  package var queryLimbs: Int
  package var keyLimbs: Int
  /// log2(e)/√headSize (over the block) as scoreMantissa · 2^−scoreExponent.
  package var scoreMantissa: Int64
  package var scoreExponent: Int
  /// Fraction bits of a value at n = 0: real = v8 · 2^(n − cap).
  package var valueCap: Int
  /// Subtracted from rotated keys, shape (keyValueHeadCount · headSize,); `nil` for none.
  package var keyOffsets: [Int64]?
  package var outputSite: QuantizerSite
  package var output: Matrix

  /// Query heads that share one KV head.
  package var groupSize: Int { headCount / keyValueHeadCount }
  /// Fraction bits of queries and keys after rotation.
  package var rotatedQueryFraction: Int { (queryNorm?.outputFraction ?? query.outputFraction) + 15 }
  package var rotatedKeyFraction: Int { (keyNorm?.outputFraction ?? key.outputFraction) + 15 }
  /// Fraction bits of the attention output.
  package static let outputFraction = 12

  package init(
    norm: RowScaleNorm, inputSite: QuantizerSite, headCount: Int, keyValueHeadCount: Int, headSize: Int, window: Int,
    query: Matrix, key: Matrix, value: Matrix, queryNorm: FormedNorm?, keyNorm: FormedNorm?, frequencies: [UInt64]?,
    queryKeyBlock: Int, queryLimbs: Int, keyLimbs: Int, scoreMantissa: Int64, scoreExponent: Int, valueCap: Int,
    keyOffsets: [Int64]?, outputSite: QuantizerSite, output: Matrix
  ) {
    self.norm = norm
    self.inputSite = inputSite
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headSize = headSize
    self.window = window
    self.query = query
    self.key = key
    self.value = value
    self.queryNorm = queryNorm
    self.keyNorm = keyNorm
    self.frequencies = frequencies
    self.queryKeyBlock = queryKeyBlock
    self.queryLimbs = queryLimbs
    self.keyLimbs = keyLimbs
    self.scoreMantissa = scoreMantissa
    self.scoreExponent = scoreExponent
    self.valueCap = valueCap
    self.keyOffsets = keyOffsets
    self.outputSite = outputSite
    self.output = output
  }
}

/// `down(activation(gate) · up)` (SPEC.md, 3.7).
package struct FeedForward: Equatable, Sendable {
  /// What the gate goes through.
  package enum Activation: UInt8, Sendable {
    /// x · σ(x).
    case silu = 1
    /// x · Φ(x).
    case gelu = 2
  }

  package var norm: RowScaleNorm
  package var inputSite: QuantizerSite
  package var gate: Matrix
  package var up: Matrix
  package var activation: Activation
  package var downSite: QuantizerSite
  package var down: Matrix

  /// Fraction bits of the product that feeds `down`.
  package var productFraction: Int { gate.outputFraction + up.outputFraction }

  package init(
    norm: RowScaleNorm, inputSite: QuantizerSite, gate: Matrix, up: Matrix, activation: Activation,
    downSite: QuantizerSite, down: Matrix
  ) {
    self.norm = norm
    self.inputSite = inputSite
    self.gate = gate
    self.up = up
    self.activation = activation
    self.downSite = downSite
    self.down = down
  }
}

/// Grouped-query attention over the quantised cache (SPEC.md, 3.6).
package struct Attention: Equatable, Sendable {
  package var norm: InputNorm
  package var inputSite: QuantizerSite
  package var headCount: Int
  package var keyValueHeadCount: Int
  package var headSize: Int
  /// Positions that a token sees, itself included; 0 for all.
  package var window: Int
  /// Positions of a chunk; a token sees only its own chunk; 0 for no chunks.
  package var chunk: Int
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
  /// Scales queries by position; `nil` for none.
  package var temperature: AttentionTemperature?
  /// Subtracted from rotated keys, shape (keyValueHeadCount · headSize,); `nil` for none.
  package var keyOffsets: [Int64]?
  package var outputSite: QuantizerSite
  package var output: Matrix
  /// Formed norm of the sum with the residual stream, 16 fraction bits; `nil` for none.
  package var postNorm: FormedNorm?

  /// Query heads that share one KV head.
  package var groupSize: Int { headCount / keyValueHeadCount }
  /// Fraction bits of queries and keys after rotation.
  package var rotatedQueryFraction: Int { (queryNorm?.outputFraction ?? query.outputFraction) + 15 }
  package var rotatedKeyFraction: Int { (keyNorm?.outputFraction ?? key.outputFraction) + 15 }
  /// Fraction bits of the attention output.
  package static let outputFraction = 12

  package init(
    norm: InputNorm, inputSite: QuantizerSite, headCount: Int, keyValueHeadCount: Int, headSize: Int, window: Int,
    chunk: Int = 0,
    query: Matrix, key: Matrix, value: Matrix, queryNorm: FormedNorm?, keyNorm: FormedNorm?, frequencies: [UInt64]?,
    queryKeyBlock: Int, queryLimbs: Int, keyLimbs: Int, scoreMantissa: Int64, scoreExponent: Int, valueCap: Int,
    temperature: AttentionTemperature? = nil, keyOffsets: [Int64]?, outputSite: QuantizerSite, output: Matrix,
    postNorm: FormedNorm? = nil
  ) {
    self.norm = norm
    self.inputSite = inputSite
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headSize = headSize
    self.window = window
    self.chunk = chunk
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
    self.temperature = temperature
    self.keyOffsets = keyOffsets
    self.outputSite = outputSite
    self.output = output
    self.postNorm = postNorm
  }
}

/// A factor on queries that grows with the position, in steps (SPEC.md, 3.11).
package struct AttentionTemperature: Equatable, Sendable {
  /// Fraction bits of a factor.
  package static let fraction = 14

  /// Positions of one step.
  package var step: Int
  /// Factor τ of each step with 14 fraction bits; positions beyond the last step keep the last factor.
  /// Shape (1…4096,), each in 2^13…2^17.
  package var factors: [UInt32]

  package init(step: Int, factors: [UInt32]) {
    self.step = step
    self.factors = factors
  }

  /// The factor at a position: of step min(⌊(position + 1)/step⌋, count − 1).
  package func factor(at position: Int) -> Int64 {
    Int64(factors[min((position + 1) / step, factors.count - 1)])
  }
}

extension Attention {
  /// The first position that a causal token sees: the window's and the chunk's start, whichever is later.
  package func firstVisible(from position: Int) -> Int {
    let windowStart = window == 0 ? 0 : max(0, position - window + 1)
    return chunk == 0 ? windowStart : max(windowStart, position / chunk * chunk)
  }
}

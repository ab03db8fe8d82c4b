import Program

/// A gated decoder of any size with random weights, written without a checkpoint: for measurements, where a model's
/// shape decides and its sense does not matter.
///
/// The same description gives the same program on every machine. Options are those of the importer's defaults.
package struct RandomModel: Sendable, Equatable {
  package var vocabularyCount: Int
  package var hiddenSize: Int
  package var layerCount: Int
  package var headCount: Int
  package var keyValueHeadCount: Int
  package var feedForwardWidth: Int
  package var contextLength: Int
  /// Of every matrix but the embedding, which is always `int8`.
  package var format: Matrix.Format
  package var seed: UInt64

  package init(
    vocabularyCount: Int, hiddenSize: Int, layerCount: Int, headCount: Int, keyValueHeadCount: Int,
    feedForwardWidth: Int, contextLength: Int, format: Matrix.Format = .int8, seed: UInt64 = 1
  ) {
    self.vocabularyCount = vocabularyCount
    self.hiddenSize = hiddenSize
    self.layerCount = layerCount
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.feedForwardWidth = feedForwardWidth
    self.contextLength = contextLength
    self.format = format
    self.seed = seed
  }

  /// The program's structure.
  /// - Throws: `ProgramError` for sizes that no graph may have, or that do not go together.
  package func graph() throws(ProgramError) -> Graph {
    try checkSizes()
    let layers = (0..<layerCount).map { layer in
      var random = BlockRandom(seed: seed, stream: UInt64(layer) << 32)
      return Layer(attention: attention(&random), feedForward: feedForward(&random))
    }
    var random = BlockRandom(seed: seed, stream: UInt64(layerCount) << 32)
    var graph = Graph(
      vocabularyCount: vocabularyCount, hiddenSize: hiddenSize, contextLength: contextLength, stopTokens: [],
      startToken: nil,
      embedding: Matrix(
        rows: vocabularyCount, columns: hiddenSize, layout: .rows, exponent: 19, outputFraction: 16,
        accumulatorWidth: 4),
      layers: layers,
      output: .logits(
        Head(
          norm: .rms(norm(&random)), site: site(hiddenSize),
          matrix: matrix(vocabularyCount, hiddenSize, gain: -2, fraction: 16))))
    graph.numberMatrices()
    try graph.check()
    return graph
  }

  /// Writes the program file, one matrix in memory at a time.
  /// - Throws: `ProgramError` for an illegal shape or a file that cannot be written.
  /// - Complexity: one pass over the weights.
  package func write(to path: String) throws -> Program {
    let parts = ProgramParts(graph: try graph(), sources: Array("{\"random\":\(seed)}".utf8))
    return try ProgramWriter.write(parts, to: path) { _, matrix in
      var random = BlockRandom(seed: seed, stream: UInt64(1) << 63 | UInt64(matrix.index))
      return MatrixContent(matrix, &random)
    }
  }

  private func checkSizes() throws(ProgramError) {
    guard headCount > 0, keyValueHeadCount > 0, headCount.isMultiple(of: keyValueHeadCount),
      hiddenSize > 0, hiddenSize.isMultiple(of: 2 * headCount), feedForwardWidth > 0, layerCount > 0,
      vocabularyCount > 0, hiddenSize <= GraphLimits.width, feedForwardWidth <= GraphLimits.width,
      layerCount <= GraphLimits.layerCount, vocabularyCount <= GraphLimits.vocabularyCount
    else { throw .illegal(place: Place("random model"), reason: "sizes that no decoder has") }
  }

  private var headSize: Int { hiddenSize / headCount }

  private func site(_ columns: Int) -> QuantizerSite {
    QuantizerSite(block: QuantizerSite.largestBlock(columns: columns))
  }

  private func norm(_ random: inout BlockRandom) -> RowScaleNorm {
    RowScaleNorm(
      epsilon: UInt64(hiddenSize) * 42_950, gains: (0..<hiddenSize).map { _ in Int8(random.next(below: 127) + 1) })
  }

  /// Behind a norm: outputs of about one, times 2^−gain.
  private func matrix(_ rows: Int, _ columns: Int, gain: Int = 0, fraction: Int = 10) -> Matrix {
    let row = 7 - bitLength(Int64(columns)) / 2
    return matrix(rows, columns, rowBits: row + gain, fraction: fraction)
  }

  /// Onto the residual stream.
  private func residualMatrix(_ rows: Int, _ columns: Int) -> Matrix {
    matrix(rows, columns, rowBits: 1, fraction: 16)
  }

  /// The exponent takes back the length of a random row, the greatest scale, and the Hadamard block's factor.
  private func matrix(_ rows: Int, _ columns: Int, rowBits: Int, fraction: Int) -> Matrix {
    let squares = UInt128(columns) * 127 * 127 / 3
    let lengthBits = bitLength(Int64(integerSquareRootUp(squares))) + 12
    let blockBits = site(columns).block.trailingZeroBitCount / 2
    return Matrix(
      rows: rows, columns: columns, format: format, exponent: lengthBits + blockBits + rowBits,
      outputFraction: fraction, accumulatorWidth: columns * 127 * 127 < 1 << 31 ? 4 : 8)
  }

  private func attention(_ random: inout BlockRandom) -> Attention {
    let keyWidth = keyValueHeadCount * headSize
    let scale = scoreScale
    return Attention(
      norm: .rms(norm(&random)), inputSite: site(hiddenSize), headCount: headCount,
      keyValueHeadCount: keyValueHeadCount, headSize: headSize, window: 0, query: matrix(hiddenSize, hiddenSize),
      key: matrix(keyWidth, hiddenSize), value: matrix(keyWidth, hiddenSize), queryNorm: nil, keyNorm: nil,
      frequencies: Rotation.frequencies(theta: 10_000, headSize: headSize), queryKeyBlock: 1, queryLimbs: 1,
      keyLimbs: 1, scoreMantissa: scale.mantissa, scoreExponent: scale.exponent, valueCap: 8,
      keyOffsets: (0..<keyWidth).map { _ in Int64(random.next(below: 1 << 25)) - 1 << 24 },
      outputSite: site(hiddenSize), output: residualMatrix(hiddenSize, hiddenSize))
  }

  /// log2(e)/√headSize, the mantissa of 16 bits.
  private var scoreScale: (mantissa: Int64, exponent: Int) {
    let logarithm = UInt128(FixedPoint.log2e >> 32)
    let value = Int64(integerSquareRoot(logarithm * logarithm / UInt128(headSize)))
    let shift = bitLength(value) - 16
    return (value >> Int64(shift), 30 - shift)
  }

  private func feedForward(_ random: inout BlockRandom) -> FeedForward {
    FeedForward(
      norm: .rms(norm(&random)), inputSite: site(hiddenSize),
      body: .gated(
        GatedNetwork(
          gate: matrix(feedForwardWidth, hiddenSize), up: matrix(feedForwardWidth, hiddenSize), activation: .silu,
          downSite: site(feedForwardWidth), down: residualMatrix(hiddenSize, feedForwardWidth))))
  }
}

extension MatrixContent {
  /// Random weights −127…127, or σ·c, and scales 1500…4095.
  fileprivate init(_ matrix: Matrix, _ random: inout BlockRandom) {
    let scales = (0..<matrix.rows).map { _ in UInt16(1500 + random.next(below: 2596)) }
    var weights = random.weights(matrix.rows * matrix.columns)
    var groupScales: [UInt8] = []
    if matrix.format == .int4 {
      let columns = Int4Block.columns
      for row in 0..<matrix.rows {
        for first in stride(from: row * matrix.columns, to: (row + 1) * matrix.columns, by: columns) {
          let scale = Int8(1 + random.next(below: UInt64(Int4Block.scaleRange.upperBound)))
          groupScales.append(UInt8(scale))
          for index in first..<min(first + columns, (row + 1) * matrix.columns) {
            weights[index] = max(Int4Block.nibbleRange.lowerBound, weights[index] >> 4) * scale
          }
        }
      }
    }
    self.init(weights: weights, scales: scales, groupScales: groupScales)
  }
}

/// Random 64-bit words, told apart by seed and stream (SplitMix64: a counter, mixed).
struct BlockRandom {
  private var state: UInt64

  init(seed: UInt64, stream: UInt64) {
    state = Self.mix(seed) ^ Self.mix(stream &+ 0x2545_f491_4f6c_dd1d)
  }

  private static func mix(_ word: UInt64) -> UInt64 {
    var z = word
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.mix(state)
  }

  /// - Precondition: 0 < `bound` < 2^32, so that no bound is noticeably uneven.
  mutating func next(below bound: UInt64) -> UInt64 {
    ((next() >> 32) * bound) >> 32
  }

  /// Weights in −127…127, eight from each word.
  mutating func weights(_ count: Int) -> [Int8] {
    let wordCount = (count + 7) / 8
    return [Int8](unsafeUninitializedCapacity: wordCount * 8) { buffer, initialized in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      for index in 0..<wordCount {
        bytes.storeBytes(of: next().littleEndian, toByteOffset: index * 8, as: UInt64.self)
      }
      for index in 0..<count { buffer[index] = max(-127, buffer[index]) }
      initialized = count
    }
  }
}

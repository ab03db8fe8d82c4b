import Hashing

extension Graph {
  /// Decodes the graph section and checks that it is legal.
  /// - Throws: `ProgramError.graph` with the offset of a malformed field, or `.illegal` with the place of a broken constraint.
  package init(decoding bytes: [UInt8]) throws(ProgramError) {
    do {
      var reader = ByteReader(bytes)
      self = try reader.readGraph()
      try reader.finish()
    } catch {
      throw .graph(error)
    }
    numberMatrices()
    try check()
  }
}

extension ByteReader {
  fileprivate mutating func readGraph() throws(ByteReaderError) -> Graph {
    guard try read(UInt32.self) == 1 else { throw failure("an unknown graph version") }
    guard try read(UInt32.self) == 1 else { throw failure("an unknown kind of program") }
    let vocabularyCount = try readCount(limit: GraphLimits.vocabularyCount)
    let hiddenSize = try readCount(limit: GraphLimits.width)
    let layerCount = try readCount(limit: GraphLimits.layerCount)
    let contextLength = try readCount(limit: GraphLimits.contextLength)
    let stopTokens = try read(count: Int(try read(UInt32.self)), UInt32.self)
    let startToken = try read(UInt32.self)
    let embedding = try readMatrix()
    var layers: [Layer] = []
    for _ in 0..<layerCount { layers.append(Layer(attention: try readAttention(), feedForward: try readFeedForward())) }
    return Graph(
      vocabularyCount: vocabularyCount, hiddenSize: hiddenSize, contextLength: contextLength, stopTokens: stopTokens,
      startToken: startToken == Graph.noStartToken ? nil : startToken, embedding: embedding, layers: layers,
      finalNorm: try readRowScaleNorm(), headSite: try readSite(), head: try readMatrix())
  }

  /// A count in 1…limit.
  fileprivate mutating func readCount(limit: Int) throws(ByteReaderError) -> Int {
    let count = Int(try read(UInt32.self))
    guard count >= 1, count <= limit else { throw failure("a count of \(count), limit \(limit)") }
    return count
  }

  fileprivate mutating func expect(_ tag: UInt8, _ what: String) throws(ByteReaderError) {
    let found = try read(UInt8.self)
    guard found == tag else { throw failure("\(found) where \(what) begins with \(tag)") }
  }

  fileprivate mutating func readMatrix() throws(ByteReaderError) -> Matrix {
    let rows = try readCount(limit: GraphLimits.vocabularyCount)
    let columns = try readCount(limit: GraphLimits.width)
    try expect(1, "an int8 matrix's format")
    guard let layout = Matrix.Layout(rawValue: try read()) else { throw failure("an unknown layout") }
    let exponent = Int(try read(Int16.self))
    let outputFraction = Int(try read(UInt8.self))
    let hasBias = try readFlag()
    let accumulatorWidth = Int(try read(UInt8.self))
    try readZeros(1)
    return Matrix(
      rows: rows, columns: columns, layout: layout, exponent: exponent, outputFraction: outputFraction,
      hasBias: hasBias, accumulatorWidth: accumulatorWidth)
  }

  fileprivate mutating func readSite() throws(ByteReaderError) -> QuantizerSite {
    let logarithm = try read(UInt8.self)
    guard logarithm <= 7 else { throw failure("a Hadamard block of 2^\(logarithm)") }
    guard let mode = QuantizerSite.Mode(rawValue: try read()) else { throw failure("an unknown quantiser mode") }
    return QuantizerSite(block: 1 << Int(logarithm), mode: mode)
  }

  fileprivate mutating func readRowScaleNorm() throws(ByteReaderError) -> RowScaleNorm {
    try expect(1, "a norm in the row scale")
    let count = try readCount(limit: GraphLimits.width)
    let epsilon = try read(UInt64.self)
    return RowScaleNorm(epsilon: epsilon, gains: try read(count: count))
  }

  fileprivate mutating func readFormedNorm() throws(ByteReaderError) -> FormedNorm {
    try expect(2, "a formed norm")
    let count = try readCount(limit: GraphLimits.width)
    let epsilon = try read(UInt64.self)
    let exponent = Int(try read(Int16.self))
    let outputFraction = Int(try read(UInt8.self))
    let hasBias = try readFlag()
    let gains = try read(count: count, Int16.self)
    return FormedNorm(
      epsilon: epsilon, exponent: exponent, outputFraction: outputFraction, gains: gains,
      biases: try read(count: hasBias ? count : 0))
  }

  fileprivate mutating func readAttention() throws(ByteReaderError) -> Attention {
    try expect(1, "attention")
    let norm = try readRowScaleNorm()
    let inputSite = try readSite()
    let headCount = try readCount(limit: GraphLimits.headCount)
    let keyValueHeadCount = try readCount(limit: GraphLimits.headCount)
    let headSize = try readCount(limit: GraphLimits.headSize)
    let window = Int(try read(UInt32.self))
    let (query, key, value) = (try readMatrix(), try readMatrix(), try readMatrix())
    let hasNorms = try readFlag()
    let queryNorm = hasNorms ? try readFormedNorm() : nil
    let keyNorm = hasNorms ? try readFormedNorm() : nil
    let frequencies = try readFlag() ? try read(count: headSize / 2, UInt64.self) : nil
    let block = try read(UInt8.self)
    guard block <= 10 else { throw failure("a Hadamard block of 2^\(block)") }
    let (queryLimbs, keyLimbs) = (Int(try read(UInt8.self)), Int(try read(UInt8.self)))
    try readZeros(1)
    let scoreMantissa = Int64(try read(UInt32.self))
    let scoreExponent = Int(try read(Int16.self))
    let valueCap = Int(try read(Int16.self))
    let keyOffsets = try readFlag() ? try read(count: keyValueHeadCount * headSize, Int64.self) : nil
    return Attention(
      norm: norm, inputSite: inputSite, headCount: headCount, keyValueHeadCount: keyValueHeadCount,
      headSize: headSize, window: window, query: query, key: key, value: value, queryNorm: queryNorm,
      keyNorm: keyNorm, frequencies: frequencies, queryKeyBlock: 1 << Int(block), queryLimbs: queryLimbs,
      keyLimbs: keyLimbs, scoreMantissa: scoreMantissa, scoreExponent: scoreExponent, valueCap: valueCap,
      keyOffsets: keyOffsets, outputSite: try readSite(), output: try readMatrix())
  }

  fileprivate mutating func readFeedForward() throws(ByteReaderError) -> FeedForward {
    try expect(2, "a feed-forward network")
    let norm = try readRowScaleNorm()
    let inputSite = try readSite()
    let (gate, up) = (try readMatrix(), try readMatrix())
    guard let activation = FeedForward.Activation(rawValue: try read()) else { throw failure("an unknown activation") }
    return FeedForward(
      norm: norm, inputSite: inputSite, gate: gate, up: up, activation: activation, downSite: try readSite(),
      down: try readMatrix())
  }
}

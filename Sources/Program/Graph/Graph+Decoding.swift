import Hashing

extension Graph {
  /// Decodes the graph section and checks that it is legal and canonical.
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
    // Reading is the same for both versions wherever it can be, so what version 1 has no words for is noticed here.
    guard encoded() == bytes else {
      throw .graph(ByteReaderError(.invalid("not the version that this graph is written in"), offset: 0))
    }
  }
}

extension ByteReader {
  fileprivate mutating func readGraph() throws(ByteReaderError) -> Graph {
    let version = try read(UInt32.self)
    guard version == 1 || version == 2 else { throw failure("an unknown graph version") }
    let kind = StructureKind(rawValue: try read())
    guard kind == .decoder || kind == .encoder && version > 1 else { throw failure("an unknown kind of program") }
    let vocabularyCount = try readCount(limit: GraphLimits.vocabularyCount)
    let hiddenSize = try readCount(limit: GraphLimits.width)
    let layerCount = try readCount(limit: GraphLimits.layerCount)
    let contextLength = try readCount(limit: GraphLimits.contextLength)
    let stopTokens = try read(count: Int(try read(UInt32.self)), UInt32.self)
    let startToken = try read(UInt32.self)
    let embedding = try readMatrix()
    let hasPositions = version > 1 ? try readFlag() : false
    let positions = hasPositions ? try readMatrix() : nil
    let embeddingNorm = version > 1 ? try readOptionalFormedNorm() : nil
    var layers: [Layer] = []
    for _ in 0..<layerCount {
      layers.append(
        Layer(attention: try readAttention(version: version), feedForward: try readFeedForward(version: version)))
    }
    return Graph(
      vocabularyCount: vocabularyCount, hiddenSize: hiddenSize, contextLength: contextLength, stopTokens: stopTokens,
      startToken: startToken == Graph.noStartToken ? nil : startToken, embedding: embedding, positions: positions,
      embeddingNorm: embeddingNorm, layers: layers,
      output: kind == .encoder ? .embedding(try readPooling()) : .logits(try readHead()))
  }

  private mutating func readHead() throws(ByteReaderError) -> Head {
    Head(norm: try readInputNorm(), site: try readSite(), matrix: try readMatrix())
  }

  private mutating func readPooling() throws(ByteReaderError) -> Pooling {
    guard let pooling = Pooling(rawValue: try read()) else { throw failure("an unknown pooling") }
    return pooling
  }

  private mutating func readAttention(version: UInt32) throws(ByteReaderError) -> Attention {
    try expect(1, "attention")
    let norm = try readInputNorm()
    let inputSite = try readSite()
    let headCount = try readCount(limit: GraphLimits.headCount)
    let keyValueHeadCount = try readCount(limit: GraphLimits.headCount)
    let headSize = try readCount(limit: GraphLimits.headSize)
    let window = Int(try read(UInt32.self))
    let chunk = version > 1 ? Int(try read(UInt32.self)) : 0
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
    let temperature = version > 1 ? try readTemperature() : nil
    let keyOffsets = try readFlag() ? try read(count: keyValueHeadCount * headSize, Int64.self) : nil
    return Attention(
      norm: norm, inputSite: inputSite, headCount: headCount, keyValueHeadCount: keyValueHeadCount,
      headSize: headSize, window: window, chunk: chunk, query: query, key: key, value: value, queryNorm: queryNorm,
      keyNorm: keyNorm, frequencies: frequencies, queryKeyBlock: 1 << Int(block), queryLimbs: queryLimbs,
      keyLimbs: keyLimbs, scoreMantissa: scoreMantissa, scoreExponent: scoreExponent, valueCap: valueCap,
      temperature: temperature, keyOffsets: keyOffsets, outputSite: try readSite(), output: try readMatrix(),
      postNorm: version > 1 ? try readOptionalFormedNorm() : nil)
  }

  private mutating func readTemperature() throws(ByteReaderError) -> AttentionTemperature? {
    guard try readFlag() else { return nil }
    let step = try readCount(limit: GraphLimits.contextLength)
    let count = try readCount(limit: GraphLimits.temperatureCount)
    return AttentionTemperature(step: step, factors: try read(count: count))
  }

  private mutating func readFeedForward(version: UInt32) throws(ByteReaderError) -> FeedForward {
    let tag = try read(UInt8.self)
    guard version == 1 ? tag == 2 : (2...4).contains(tag) else {
      throw failure("\(tag) where a feed-forward network begins")
    }
    let norm = try readInputNorm()
    let inputSite = try readSite()
    let body: FeedForward.Body =
      switch tag {
      case 2: .gated(try readGatedNetwork())
      case 3: .plain(try readPlainNetwork())
      default: .experts(try readExperts())
      }
    let postNorm = version > 1 ? try readOptionalFormedNorm() : nil
    return FeedForward(norm: norm, inputSite: inputSite, body: body, postNorm: postNorm)
  }

  private mutating func readGatedNetwork() throws(ByteReaderError) -> GatedNetwork {
    GatedNetwork(
      gate: try readMatrix(), up: try readMatrix(), activation: try readActivation(), downSite: try readSite(),
      down: try readMatrix())
  }

  private mutating func readPlainNetwork() throws(ByteReaderError) -> PlainNetwork {
    PlainNetwork(
      up: try readMatrix(), activation: try readActivation(), downSite: try readSite(), down: try readMatrix())
  }

  private mutating func readExperts() throws(ByteReaderError) -> Experts {
    let router = try readMatrix()
    let count = try readCount(limit: GraphLimits.expertCount)
    let chosenCount = try readCount(limit: GraphLimits.expertCount)
    guard let weighting = Experts.Weighting(rawValue: try read()) else { throw failure("an unknown weighting") }
    guard let placement = Experts.Placement(rawValue: try read()) else { throw failure("an unknown placement") }
    var networks: [GatedNetwork] = []
    for _ in 0..<count { networks.append(try readGatedNetwork()) }
    return Experts(
      router: router, chosenCount: chosenCount, weighting: weighting, placement: placement, networks: networks,
      shared: try readFlag() ? try readGatedNetwork() : nil)
  }
}

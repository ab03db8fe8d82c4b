import Hashing

/// What a structure section describes: its second number.
enum StructureKind: UInt32 {
  case decoder = 1
  case encoder = 2
  case network = 3
}

extension Graph {
  static let noStartToken = UInt32.max

  /// The graph section's canonical bytes (SPEC.md, section 4): of version 1 wherever that can say it.
  package func encoded() -> [UInt8] {
    let version: UInt32 = fitsVersionOne ? 1 : 2
    let kind: StructureKind = isBidirectional ? .encoder : .decoder
    var writer = ByteWriter()
    for value in [version, kind.rawValue] { writer.write(value) }
    for value in [vocabularyCount, hiddenSize, layers.count, contextLength, stopTokens.count] {
      writer.write(UInt32(value))
    }
    writer.write(stopTokens)
    writer.write(startToken ?? Self.noStartToken)
    writer.write(embedding)
    if version > 1 { writer.writeInput(positions, embeddingNorm) }
    for layer in layers {
      writer.write(layer.attention, version: version)
      writer.write(layer.feedForward, version: version)
    }
    switch output {
    case .logits(let head):
      writer.write(head.norm)
      writer.write(head.site)
      writer.write(head.matrix)
    case .embedding(let pooling): writer.write(pooling.rawValue)
    }
    return writer.bytes
  }

  /// Whether nothing is used that version 1 has no words for.
  private var fitsVersionOne: Bool {
    guard let head, case .rms = head.norm else { return false }
    guard positions == nil, embeddingNorm == nil else { return false }
    return layers.allSatisfy { $0.attention.fitsVersionOne && $0.feedForward.fitsVersionOne }
      && matrices.allSatisfy { $0.matrix.format == .int8 }
  }
}

extension Attention {
  fileprivate var fitsVersionOne: Bool {
    guard case .rms = norm, chunk == 0, temperature == nil, postNorm == nil else { return false }
    return [queryNorm, keyNorm].allSatisfy { !($0?.isCentred ?? false) }
  }
}

extension FeedForward {
  fileprivate var fitsVersionOne: Bool {
    guard case .rms = norm, postNorm == nil, case .gated(let network) = body else { return false }
    return network.activation != .relu
  }
}

extension ByteWriter {
  fileprivate mutating func writeInput(_ positions: Matrix?, _ norm: FormedNorm?) {
    write(positions != nil)
    if let positions { write(positions) }
    write(optional: norm)
  }

  fileprivate mutating func write(_ attention: Attention, version: UInt32) {
    write(UInt8(1))
    write(attention.norm)
    write(attention.inputSite)
    for value in [attention.headCount, attention.keyValueHeadCount, attention.headSize, attention.window] {
      write(UInt32(value))
    }
    if version > 1 { write(UInt32(attention.chunk)) }
    write(attention.query)
    write(attention.key)
    write(attention.value)
    write(attention.queryNorm != nil)
    if let queryNorm = attention.queryNorm, let keyNorm = attention.keyNorm {
      write(queryNorm)
      write(keyNorm)
    }
    write(attention.frequencies != nil)
    write(attention.frequencies ?? [])
    writeScores(attention)
    if version > 1 { write(attention.temperature) }
    write(attention.keyOffsets != nil)
    write(attention.keyOffsets ?? [])
    write(attention.outputSite)
    write(attention.output)
    if version > 1 { write(optional: attention.postNorm) }
  }

  private mutating func writeScores(_ attention: Attention) {
    write(UInt8(attention.queryKeyBlock.trailingZeroBitCount))
    write(UInt8(attention.queryLimbs))
    write(UInt8(attention.keyLimbs))
    writeZeros(1)
    write(UInt32(attention.scoreMantissa))
    write(Int16(attention.scoreExponent))
    write(Int16(attention.valueCap))
  }

  private mutating func write(_ temperature: AttentionTemperature?) {
    write(temperature != nil)
    guard let temperature else { return }
    write(UInt32(temperature.step))
    write(UInt32(temperature.factors.count))
    write(temperature.factors)
  }

  fileprivate mutating func write(_ feedForward: FeedForward, version: UInt32) {
    let tag: UInt8 =
      switch feedForward.body {
      case .gated: 2
      case .plain: 3
      case .experts: 4
      }
    write(tag)
    write(feedForward.norm)
    write(feedForward.inputSite)
    switch feedForward.body {
    case .gated(let network): write(network)
    case .plain(let network): write(network)
    case .experts(let experts): write(experts)
    }
    if version > 1 { write(optional: feedForward.postNorm) }
  }

  private mutating func write(_ network: GatedNetwork) {
    write(network.gate)
    write(network.up)
    write(network.activation.rawValue)
    write(network.downSite)
    write(network.down)
  }

  private mutating func write(_ network: PlainNetwork) {
    write(network.up)
    write(network.activation.rawValue)
    write(network.downSite)
    write(network.down)
  }

  private mutating func write(_ experts: Experts) {
    write(experts.router)
    write(UInt32(experts.networks.count))
    write(UInt32(experts.chosenCount))
    write(experts.weighting.rawValue)
    write(experts.placement.rawValue)
    for network in experts.networks { write(network) }
    write(experts.shared != nil)
    if let shared = experts.shared { write(shared) }
  }
}

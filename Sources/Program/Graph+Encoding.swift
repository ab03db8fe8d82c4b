import Hashing

extension Graph {
  static let noStartToken = UInt32.max

  /// The graph section's canonical bytes (SPEC.md, section 4).
  package func encoded() -> [UInt8] {
    var writer = ByteWriter()
    for value in [1, 1, vocabularyCount, hiddenSize, layers.count, contextLength, stopTokens.count] {
      writer.write(UInt32(value))
    }
    writer.write(stopTokens)
    writer.write(startToken ?? Self.noStartToken)
    writer.write(embedding)
    for layer in layers {
      writer.write(layer.attention)
      writer.write(layer.feedForward)
    }
    writer.write(finalNorm)
    writer.write(headSite)
    writer.write(head)
    return writer.bytes
  }
}

extension ByteWriter {
  fileprivate mutating func write(_ matrix: Matrix) {
    write(UInt32(matrix.rows))
    write(UInt32(matrix.columns))
    write(UInt8(1))
    write(matrix.layout.rawValue)
    write(Int16(matrix.exponent))
    write(UInt8(matrix.outputFraction))
    write(matrix.hasBias)
    write(UInt8(matrix.accumulatorWidth))
    writeZeros(1)
  }

  fileprivate mutating func write(_ site: QuantizerSite) {
    write(UInt8(site.block.trailingZeroBitCount))
    write(site.mode.rawValue)
  }

  fileprivate mutating func write(_ norm: RowScaleNorm) {
    write(UInt8(1))
    write(UInt32(norm.gains.count))
    write(norm.epsilon)
    write(norm.gains)
  }

  fileprivate mutating func write(_ norm: FormedNorm) {
    write(UInt8(2))
    write(UInt32(norm.gains.count))
    write(norm.epsilon)
    write(Int16(norm.exponent))
    write(UInt8(norm.outputFraction))
    write(!norm.biases.isEmpty)
    write(norm.gains)
    write(norm.biases)
  }

  fileprivate mutating func write(_ attention: Attention) {
    write(UInt8(1))
    write(attention.norm)
    write(attention.inputSite)
    for value in [attention.headCount, attention.keyValueHeadCount, attention.headSize, attention.window] {
      write(UInt32(value))
    }
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
    write(UInt8(attention.queryKeyBlock.trailingZeroBitCount))
    write(UInt8(attention.queryLimbs))
    write(UInt8(attention.keyLimbs))
    writeZeros(1)
    write(UInt32(attention.scoreMantissa))
    write(Int16(attention.scoreExponent))
    write(Int16(attention.valueCap))
    write(attention.keyOffsets != nil)
    write(attention.keyOffsets ?? [])
    write(attention.outputSite)
    write(attention.output)
  }

  fileprivate mutating func write(_ feedForward: FeedForward) {
    write(UInt8(2))
    write(feedForward.norm)
    write(feedForward.inputSite)
    write(feedForward.gate)
    write(feedForward.up)
    write(feedForward.activation.rawValue)
    write(feedForward.downSite)
    write(feedForward.down)
  }
}

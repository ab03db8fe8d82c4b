import Hashing

/// The elements that structures of every kind are made of (SPEC.md, section 4).
extension ByteReader {
  /// A count in 1…limit.
  mutating func readCount(limit: Int) throws(ByteReaderError) -> Int {
    let count = Int(try read(UInt32.self))
    guard count >= 1, count <= limit else { throw failure("a count of \(count), limit \(limit)") }
    return count
  }

  mutating func expect(_ tag: UInt8, _ what: String) throws(ByteReaderError) {
    let found = try read(UInt8.self)
    guard found == tag else { throw failure("\(found) where \(what) begins with \(tag)") }
  }

  mutating func readMatrix() throws(ByteReaderError) -> Matrix {
    let rows = try readCount(limit: GraphLimits.vocabularyCount)
    let columns = try readCount(limit: GraphLimits.width)
    guard let format = Matrix.Format(rawValue: try read()) else { throw failure("an unknown format") }
    guard let layout = Matrix.Layout(rawValue: try read()) else { throw failure("an unknown layout") }
    let exponent = Int(try read(Int16.self))
    let outputFraction = Int(try read(UInt8.self))
    let hasBias = try readFlag()
    let accumulatorWidth = Int(try read(UInt8.self))
    try readZeros(1)
    return Matrix(
      rows: rows, columns: columns, format: format, layout: layout, exponent: exponent,
      outputFraction: outputFraction, hasBias: hasBias, accumulatorWidth: accumulatorWidth)
  }

  mutating func readSite() throws(ByteReaderError) -> QuantizerSite {
    let logarithm = try read(UInt8.self)
    guard logarithm <= 7 else { throw failure("a Hadamard block of 2^\(logarithm)") }
    guard let mode = QuantizerSite.Mode(rawValue: try read()) else { throw failure("an unknown quantiser mode") }
    return QuantizerSite(block: 1 << Int(logarithm), mode: mode)
  }

  mutating func readActivation() throws(ByteReaderError) -> FeedForward.Activation {
    guard let activation = FeedForward.Activation(rawValue: try read()) else { throw failure("an unknown activation") }
    return activation
  }

  mutating func readInputNorm() throws(ByteReaderError) -> InputNorm {
    switch try read(UInt8.self) {
    case 0: return .none
    case 1: return .rms(try readRowScaleNorm())
    case 3: return .layer(try readRowScaleNorm())
    case let tag: throw failure("\(tag) where a norm in the row scale begins with 0, 1 or 3")
    }
  }

  private mutating func readRowScaleNorm() throws(ByteReaderError) -> RowScaleNorm {
    let count = try readCount(limit: GraphLimits.width)
    let epsilon = try read(UInt64.self)
    return RowScaleNorm(epsilon: epsilon, gains: try read(count: count))
  }

  mutating func readFormedNorm() throws(ByteReaderError) -> FormedNorm {
    let tag = try read(UInt8.self)
    guard tag == 2 || tag == 4 else { throw failure("\(tag) where a formed norm begins with 2 or 4") }
    let count = try readCount(limit: GraphLimits.width)
    let epsilon = try read(UInt64.self)
    let exponent = Int(try read(Int16.self))
    let outputFraction = Int(try read(UInt8.self))
    let hasBias = try readFlag()
    let gains = try read(count: count, Int16.self)
    return FormedNorm(
      isCentred: tag == 4, epsilon: epsilon, exponent: exponent, outputFraction: outputFraction, gains: gains,
      biases: try read(count: hasBias ? count : 0))
  }

  mutating func readOptionalFormedNorm() throws(ByteReaderError) -> FormedNorm? {
    try readFlag() ? try readFormedNorm() : nil
  }
}

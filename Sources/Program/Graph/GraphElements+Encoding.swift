import Hashing

/// The elements that structures of every kind are made of (SPEC.md, section 4).
extension ByteWriter {
  mutating func write(_ matrix: Matrix) {
    write(UInt32(matrix.rows))
    write(UInt32(matrix.columns))
    write(matrix.format.rawValue)
    write(matrix.layout.rawValue)
    write(Int16(matrix.exponent))
    write(UInt8(matrix.outputFraction))
    write(matrix.hasBias)
    write(UInt8(matrix.accumulatorWidth))
    writeZeros(1)
  }

  mutating func write(_ site: QuantizerSite) {
    write(UInt8(site.block.trailingZeroBitCount))
    write(site.mode.rawValue)
  }

  mutating func write(_ norm: InputNorm) {
    switch norm {
    case .none: write(UInt8(0))
    case .rms(let norm): write(norm, tag: 1)
    case .layer(let norm): write(norm, tag: 3)
    }
  }

  private mutating func write(_ norm: RowScaleNorm, tag: UInt8) {
    write(tag)
    write(UInt32(norm.gains.count))
    write(norm.epsilon)
    write(norm.gains)
  }

  mutating func write(_ norm: FormedNorm) {
    write(UInt8(norm.isCentred ? 4 : 2))
    write(UInt32(norm.gains.count))
    write(norm.epsilon)
    write(Int16(norm.exponent))
    write(UInt8(norm.outputFraction))
    write(!norm.biases.isEmpty)
    write(norm.gains)
    write(norm.biases)
  }

  /// A flag, then the norm if there is one.
  mutating func write(optional norm: FormedNorm?) {
    write(norm != nil)
    if let norm { write(norm) }
  }
}

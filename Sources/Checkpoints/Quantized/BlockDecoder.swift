/// Values of the block types, as binary32.
///
/// Every product of a scale with integers is exact in binary32; where a minimum is subtracted or added, that is the one
/// rounding (to nearest, ties to even). So the values do not depend on whether products and sums are fused.
/// - Source: ggml, src/ggml-quants.c (`dequantize_row_*`) and src/ggml-common.h (`block_*`).
struct BlockDecoder {
  let type: ElementType

  /// Values of consecutive blocks.
  /// - Parameters:
  ///   - bytes: whole blocks.
  ///   - scales: of `microscaledPairs`, one byte for each block; not used otherwise.
  func values(_ bytes: [UInt8], scales: [UInt8]) -> [Float] {
    let (length, size) = (type.blockLength, type.blockByteCount)
    precondition(bytes.count.isMultiple(of: size))
    let count = bytes.count / size
    return [Float](unsafeUninitializedCapacity: count * length) { buffer, initializedCount in
      buffer.initialize(repeating: 0)
      for block in 0..<count {
        let target = UnsafeMutableBufferPointer(rebasing: buffer[block * length..<(block + 1) * length])
        decode(BlockBytes(bytes: bytes, start: block * size), scale: scales.isEmpty ? 0 : scales[block], into: target)
      }
      initializedCount = count * length
    }
  }

  private func decode(_ block: BlockBytes, scale: UInt8, into values: UnsafeMutableBufferPointer<Float>) {
    switch type {
    case .q40: SmallBlocks.q40(block, values)
    case .q41: SmallBlocks.q41(block, values)
    case .q50: SmallBlocks.q50(block, values)
    case .q51: SmallBlocks.q51(block, values)
    case .q80: SmallBlocks.q80(block, values)
    case .q2K: LargeBlocks.q2K(block, values)
    case .q3K: LargeBlocks.q3K(block, values)
    case .q4K: LargeBlocks.q4K(block, values)
    case .q5K: LargeBlocks.q5K(block, values)
    case .q6K: LargeBlocks.q6K(block, values)
    case .mxfp4: Microscaling.halves(block, values)
    case .microscaledPairs: Microscaling.pairs(block, scale: scale, values)
    case .binary32, .binary16, .brain16, .unsignedBytes, .signedBytes, .powersOfTwo, .indices:
      preconditionFailure("\(type.rawValue) has no blocks")
    }
  }
}

/// The bytes of one block among those of many.
struct BlockBytes {
  let bytes: [UInt8]
  let start: Int

  subscript(offset: Int) -> Int { Int(bytes[start + offset]) }

  /// Two's complement.
  func signed(_ offset: Int) -> Int { Int(Int8(bitPattern: bytes[start + offset])) }

  /// A little-endian binary16 value.
  func half(_ offset: Int) -> Float {
    Float(bitPattern: Widening.binary16(UInt16(bytes[start + offset]) | UInt16(bytes[start + offset + 1]) << 8))
  }
}

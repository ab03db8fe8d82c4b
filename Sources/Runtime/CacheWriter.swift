import CKernels
import Program

/// Writes one token's keys and values of one layer into its sequence's cache (SPEC.md, 3.6, K and V).
struct CacheWriter {
  let attention: Attention
  let layer: Int
  let rotations: Rotations
  /// Index of the layer's frequencies, `nil` for no rotation.
  let rotation: Int?

  /// - Parameters:
  ///   - keys: the key projection, shape (KV heads · headSize,); overwritten.
  ///   - values: the value projection, same shape.
  ///   - token: place in the block of tokens.
  ///   - position: its place in the sequence that `cache` belongs to.
  ///   - calibration: told of values and rotated keys before they are quantised.
  func append(
    keys: UnsafeMutablePointer<Int64>, values: UnsafeMutablePointer<Int64>, token: Int, position: Int,
    cache: KeyValueCache, calibration: Calibration?
  ) {
    let size = attention.headSize
    for head in 0..<attention.keyValueHeadCount {
      let span = cache.blocks[position / CacheBlock.positionCount].head(
        head, layer: layer, from: position % CacheBlock.positionCount)
      let key = keys + head * size
      if let norm = attention.keyNorm { RowNorm.apply(norm, to: key) }
      rotations.rotate(key, size: size, token: token, list: rotation)
      calibration?.record(layer: layer, head: head, rotatedKey: key, value: values + head * size, count: size)
      write(key: key, head: head, to: span, width: cache.layout.layers[layer].keyWidth)
      write(value: values + head * size, to: span)
    }
  }

  private func write(key: UnsafeMutablePointer<Int64>, head: Int, to span: HeadSpan, width: Int) {
    let size = attention.headSize
    if let offsets = attention.keyOffsets {
      for index in 0..<size { key[index] &-= offsets[head * size + index] }
    }
    Hadamard.transform(key, count: size, block: attention.queryKeyBlock)
    let step = RowQuantizer.step(key, size, limit: attention.keyLimbs == 2 ? 32_767 : 127)
    if width == 2 {
      RowQuantizer.quantize(key, size, step, into: span.wideKeys)
    } else {
      RowQuantizer.quantize(key, size, step, into: span.narrowKeys)
    }
    let scale = step.scale(exponent: 23 + attention.rotatedKeyFraction)
    span.mantissas[0] = Int32(scale.mantissa)
    span.exponents[0] = Int16(scale.exponent)
    span.steps[0] = (UInt8(step.k), UInt8(step.j))
  }

  /// The smallest shift that clamps nothing, else 7; `rs` is monotone, so the extremes decide.
  private func write(value: UnsafeMutablePointer<Int64>, to span: HeadSpan) {
    let (greatest, least) = RowQuantizer.reach(value, attention.headSize)
    let fraction = attention.value.outputFraction - attention.valueCap
    var n = 0
    while n < 7, rs(greatest, fraction + n) > 127 || rs(-least, fraction + n) < -127 { n += 1 }
    span.shifts[0] = UInt8(n)
    let isClamped = rs(greatest, fraction + n) > 127 || rs(-least, fraction + n) < -127
    guard isClamped || fraction + n < 1 || fraction + n > 62 else {
      razao_quantize_i8(value, attention.headSize, 1, Int64(fraction + n), span.values)
      return
    }
    for index in 0..<attention.headSize {
      span.values[index] = Int8(max(-127, min(127, rs(value[index], fraction + n))))
    }
  }
}

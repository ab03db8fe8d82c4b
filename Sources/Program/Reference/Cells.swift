import Hashing

/// The payloads of one trace cell and their hashes (SPEC.md, section 7).
package enum Cell {
  /// Payload 0: a width byte, then the values in that many bytes each.
  /// - Parameter residual: shape (hiddenSize,), |x| < 2^47.
  package static func payload(residual: [Int64]) -> [UInt8] {
    let bits = residual.map { 65 - ($0 < 0 ? ~$0 : $0).leadingZeroBitCount }.max() ?? 1
    let width = max(1, (bits + 7) / 8)
    var bytes: [UInt8] = [UInt8(width)]
    bytes.reserveCapacity(1 + width * residual.count)
    for value in residual {
      for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> Int64(8 * byte))) }
    }
    return bytes
  }

  /// Payloads of a K head: values, k, j.
  package static func payload(key: QuantizedRow, limbs: Int) -> [UInt8] {
    var writer = ByteWriter()
    for value in key.values {
      if limbs == 2 { writer.write(Int16(value)) } else { writer.write(Int8(value)) }
    }
    writer.write(UInt8(key.k))
    writer.write(UInt8(key.j))
    return writer.bytes
  }

  /// Payloads of a V head: values, n.
  package static func payload(values: [Int64], shift: Int) -> [UInt8] {
    values.map { UInt8(bitPattern: Int8($0)) } + [UInt8(shift)]
  }

  /// The hash of payload i of cell (t, l).
  package static func hash(_ payload: [UInt8], salt: Digest, position: Int, layer: Int, index: Int) -> Digest {
    var hasher = Merkle.leafHasher()
    hasher.update(salt.bytes)
    hasher.update(littleEndian: UInt32(position))
    hasher.update(littleEndian: UInt32(layer))
    hasher.update(littleEndian: UInt32(index))
    hasher.update(payload)
    return hasher.finalize()
  }
}

extension ReferenceAttention {
  /// The hash of the cell of a position that is in the cache.
  func cellHash(residual: [Int64], layer: Int, position: Int, salt: Digest) -> Digest {
    let heads = cache[position]
    var payloads = [Cell.payload(residual: residual)]
    payloads += heads.map { Cell.payload(key: $0.key, limbs: attention.keyLimbs) }
    payloads += heads.map { Cell.payload(values: $0.values, shift: $0.valueShift) }
    return Merkle.root(
      of: payloads.enumerated().map { index, payload in
        Cell.hash(payload, salt: salt, position: position, layer: layer, index: index)
      })
  }
}

extension Reference {
  /// The hash of the cell of `layer` at the last position.
  /// - Parameter residual: the residual out of that layer, as `append` returned it.
  package func cellHash(layer: Int, residual: [Int64], salt: Digest) -> Digest {
    attentions[layer].cellHash(residual: residual, layer: layer, position: count - 1, salt: salt)
  }
}

import Hashing

/// The tables of arithmetic version 1 (SPEC.md, section 2), by exact integer generators.
package enum Tables {
  /// u_j = round(2^23 / (128 + j)): the reciprocal of a quantiser's step, shape (128,).
  package static let ladder: [Int64] = (0..<128).map { (Int64(1 << 24) + 128 + $0) / (2 * (128 + $0)) }

  /// EXP[d] = 2^(24 − d/128), 24 bits; 0 from 3201. Shape (4096,).
  package static let exp: [UInt32] = (0..<4096).map { index in
    guard index < 3201 else { return 0 }
    return UInt32(min(powerOfTwo(24 << 7 - index, fractionBits: 7), 1 << 24 - 1))
  }

  /// SIG[i] = 2^16 · σ((i − 512)/64). Shape (1024,).
  package static let sigmoid: [UInt32] = (0..<1024).map { index in
    switch index {
    case 0: 0
    case 1023: 1 << 16
    default: UInt32(sigmoid(sixtyFourths: index - 512))
    }
  }

  /// PHI[i] = 2^16 · Φ((i − 512)/64), the standard normal distribution. Shape (1024,).
  package static let normal: [UInt32] = (0..<1024).map { index in
    switch index {
    case 0: 0
    case 1023: 1 << 16
    default: UInt32(normal(sixtyFourths: index - 512))
    }
  }

  /// EXPF[f] = 2^(31 − f/4096), 31 bits. Shape (4096,).
  package static let expFraction: [UInt32] = (0..<4096).map { index in
    UInt32(min(powerOfTwo(31 << 12 - index, fractionBits: 12), 1 << 31 - 1))
  }

  /// The tables section: EXP, SIG, PHI, EXPF as u32, little-endian; 40,960 bytes.
  package static let encoded: [UInt8] = {
    var writer = ByteWriter()
    for table in [exp, sigmoid, normal, expFraction] { writer.write(table) }
    return writer.bytes
  }()

  /// SHA-256 of `encoded`, as published in SPEC.md.
  package static let publishedHash = "93ca020a2f728f12e101696c297d9d07168db566b23469a40ede6277d366a68b"

  /// round(2^(exponent / 2^fractionBits)), for results below 2^32.
  private static func powerOfTwo(_ exponent: Int, fractionBits: Int) -> UInt64 {
    let whole = exponent >> fractionBits
    let fraction = UInt64(exponent - whole << fractionBits)
    let power = FixedPoint.exp2(fraction: fraction << UInt64(62 - fractionBits))
    let shift = UInt64(62 - whole)
    return shift >= 64 ? 0 : (power + (shift == 0 ? 0 : UInt64(1) << (shift - 1))) >> shift
  }

  /// e^(−n/4096) with 62 fraction bits, n ≥ 0.
  private static func decay(_ n: Int) -> UInt64 {
    let exponent = (UInt128(n) * UInt128(FixedPoint.log2e)) >> 12
    let whole = UInt64(exponent >> 62)
    let fraction = UInt64(exponent & (UInt128(FixedPoint.one) - 1))
    guard whole < 62 else { return 0 }
    guard fraction > 0 else { return FixedPoint.one >> whole }
    // 2^−(whole + fraction) = 2^(1 − fraction) / 2^(whole + 1)
    return FixedPoint.exp2(fraction: FixedPoint.one - fraction) >> (whole + 1)
  }

  /// round(2^16 / (1 + e^−x)), x = n/64.
  private static func sigmoid(sixtyFourths n: Int) -> UInt64 {
    let tail = UInt128(decay(64 * abs(n)))
    let one = UInt128(FixedPoint.one)
    let numerator = (n >= 0 ? one : tail) << 17
    let denominator = one + tail
    return UInt64((numerator / denominator + 1) >> 1)
  }

  /// round(2^16 · Φ(x)), x = n/64: ½ ± φ(x)·(x + x³/3 + x⁵/15 + …); beyond |x| = 5 the tail rounds to nothing.
  private static func normal(sixtyFourths n: Int) -> UInt64 {
    let magnitude = UInt128(abs(n))
    guard magnitude < 5 * 64 else { return n < 0 ? 0 : 1 << 16 }
    var term = magnitude << 56
    var sum = term
    var odd: UInt128 = 3
    while term > 0 {
      term = term * magnitude * magnitude / (odd << 12)
      sum += term
      odd += 2
    }
    // e^(−x²/2) = e^(−n²/8192), and decay counts in 1/4096.
    let exponential = n.magnitude.isMultiple(of: 2) ? decay(Int(magnitude * magnitude / 2)) : halfStepDecay(magnitude)
    let density = UInt128(FixedPoint.multiply(exponential, FixedPoint.inverseRootOfTwoPi))
    let half = UInt128(1) << 77
    let area = (density * sum) >> (62 - 16)
    return UInt64(((n < 0 ? half - area : half + area) + (half >> 16)) >> 62)
  }

  /// e^(−n²/8192) for odd n.
  private static func halfStepDecay(_ n: UInt128) -> UInt64 {
    FixedPoint.multiply(decay(Int((n * n - 1) / 2)), decayOfHalfStep)
  }

  /// e^(−1/8192), by its series.
  private static let decayOfHalfStep: UInt64 = {
    var term = UInt128(FixedPoint.one)
    var sum = Int128(FixedPoint.one)
    var index: UInt128 = 1
    while term > 0 {
      term = term / (index << 13)
      sum += index.isMultiple(of: 2) ? Int128(term) : -Int128(term)
      index += 1
    }
    return UInt64(sum)
  }()
}

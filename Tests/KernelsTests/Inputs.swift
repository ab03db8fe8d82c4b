import Kernels

/// SplitMix64: the same numbers on every machine.
struct RandomNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

/// What a case is filled with.
enum Filling: CaseIterable {
  case random, greatest, least, alternating, sparse

  /// `count` values in −limit…limit.
  func values<Value: FixedWidthInteger & SignedInteger>(_ count: Int, limit: Int64, seed: UInt64) -> [Value] {
    var random = RandomNumbers(seed: seed)
    return (0..<count).map { index in
      switch self {
      case .random: Value(Int64.random(in: -limit...limit, using: &random))
      case .greatest: Value(limit)
      case .least: Value(-limit)
      case .alternating: Value(index.isMultiple(of: 2) ? limit : -limit)
      case .sparse: random.next() % 5 == 0 ? Value(Int64.random(in: -limit...limit, using: &random)) : 0
      }
    }
  }
}

/// A tier with one filling.
struct TierCase: CustomStringConvertible {
  let tier: KernelTier
  let filling: Filling

  static let all = Kernels.available.flatMap { tier in
    Filling.allCases.map { TierCase(tier: tier, filling: $0) }
  }

  var description: String { "\(tier) \(filling)" }
}

/// Lengths around the borders of vectors and tiles.
let rowLengths = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 128, 130, 768]

/// A small generator with a seed (SplitMix64), so that a failing case can be run again.
package struct RandomNumbers: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) {
    state = seed
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// True once in `n` draws.
  package mutating func oneIn(_ n: UInt64) -> Bool { next() % n == 0 }

  /// Tokens below a vocabulary's count.
  package mutating func tokens(_ count: Int, vocabularyCount: Int) -> [UInt32] {
    (0..<count).map { _ in UInt32.random(in: 0..<UInt32(vocabularyCount), using: &self) }
  }
}

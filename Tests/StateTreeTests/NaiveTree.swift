import Hashing

@testable import StateTree

/// The definition of the root, worked out from a set each time: what the tree is tested against.
enum NaiveTree {
  /// - Parameter entries: hashes of keys and their values, in any order.
  static func root(_ entries: [Digest: [UInt8]]) -> Digest {
    root(entries.map { (bits: bits($0.key), keyHash: $0.key, value: $0.value) }, depth: 0)
  }

  static func root(ofKeys entries: [[UInt8]: [UInt8]]) -> Digest {
    root(Dictionary(uniqueKeysWithValues: entries.map { (taggedHash("razao/state/key/1", $0.key), $0.value) }))
  }

  static func bits(_ digest: Digest) -> [Bool] {
    digest.bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 == 1 } }
  }

  private static func root(_ entries: [(bits: [Bool], keyHash: Digest, value: [UInt8])], depth: Int) -> Digest {
    switch entries.count {
    case 0: .zero
    case 1: taggedHash("razao/state/leaf/1", entries[0].keyHash.bytes, SHA256.hash(entries[0].value).bytes)
    default:
      taggedHash(
        "razao/state/node/1",
        root(entries.filter { !$0.bits[depth] }, depth: depth + 1).bytes,
        root(entries.filter { $0.bits[depth] }, depth: depth + 1).bytes)
    }
  }
}

/// Numbers from a seed, the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }

  mutating func entries(_ count: Int) -> [[UInt8]: [UInt8]] {
    var entries: [[UInt8]: [UInt8]] = [:]
    for _ in 0..<count {
      entries[bytes(Int.random(in: 0...40, using: &self))] = bytes(Int.random(in: 0...150, using: &self))
    }
    return entries
  }

  /// A hash that shares exactly `length` bits with another, 0…255; what follows is random.
  mutating func digest(sharing length: Int, with other: Digest) -> Digest {
    var random = bytes(32)
    let fixed = other.bytes
    for bit in 0...length {
      let mask = UInt8(128) >> (bit % 8)
      let differs: UInt8 = bit == length ? 255 : 0
      random[bit / 8] = random[bit / 8] & ~mask | (fixed[bit / 8] ^ differs) & mask
    }
    return Digest(random) ?? .zero
  }
}

extension StateTree {
  /// A tree whose keys lie where the test wants them; each key is its own hash's bytes.
  init(placing entries: [Digest: [UInt8]]) {
    self.init()
    place(entries.map { ($0.key, $0.value) })
  }

  mutating func place(_ entries: [(Digest, [UInt8]?)]) {
    apply(
      entries.map { place, value in
        let keyHash = KeyHash(place)
        return StateEdit(
          keyHash: keyHash, leaf: value.map { StateLeaf(keyHash: keyHash, key: place.bytes, value: $0) })
      })
  }
}

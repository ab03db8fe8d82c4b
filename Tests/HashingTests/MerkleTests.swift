import Hashing
import Testing

@Suite struct MerkleTests {
  /// The definition of SPEC.md, section 1, written as it stands there.
  private func definition(_ hashes: [Digest]) -> Digest {
    if hashes.isEmpty { return .zero }
    if hashes.count == 1 { return hashes[0] }
    var split = 1
    while split * 2 < hashes.count { split *= 2 }
    return Merkle.node(definition(Array(hashes[..<split])), definition(Array(hashes[split...])))
  }

  @Test func accumulatorEqualsTheDefinitionAtEverySize() {
    var accumulator = MerkleAccumulator()
    var hashes: [Digest] = []
    for index in 0..<70 {
      #expect(accumulator.root == definition(hashes))
      #expect(Merkle.root(of: hashes) == definition(hashes))
      let hash = Merkle.leaf([UInt8(index)])
      accumulator.append(hash)
      hashes.append(hash)
      #expect(accumulator.count == index + 1)
    }
  }

  @Test func aLeafIsNeverANode() {
    let (a, b) = (Merkle.leaf([1]), Merkle.leaf([2]))
    #expect(Merkle.node(a, b) != Merkle.leaf(a.bytes + b.bytes))
    #expect(Merkle.node(a, b) != Merkle.node(b, a))
  }

  @Test(arguments: [0, 1, 16_383, 16_384, 16_385, 40_000])
  func bytesRootIsTheRootOfItsChunks(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let chunks = stride(from: 0, to: count, by: 16_384).map { Merkle.leaf(bytes[$0..<min($0 + 16_384, count)]) }
    #expect(Merkle.bytesRoot(bytes) == definition(chunks))
  }
}

@Suite struct DigestTests {
  @Test func hexRoundTrips() {
    let digest = SHA256.hash([1, 2, 3])
    #expect(Digest(hex: digest.hex) == digest)
    #expect(Digest(hex: digest.hex.uppercased()) == digest)
  }

  @Test(arguments: ["", "00", "zz", String(repeating: "0", count: 63), String(repeating: "0", count: 66)])
  func malformedHexIsRefused(text: String) {
    #expect(Digest(hex: text) == nil)
  }

  @Test func lengthIsExactly32() {
    #expect(Digest([UInt8](repeating: 0, count: 31)) == nil)
    #expect(Digest([UInt8](repeating: 0, count: 32)) == .zero)
  }
}

import CKernels
import Hashing
import Testing

/// Known answers: FIPS 180-4 examples (NIST CSRC, "SHA256.pdf" and "SHA2_Additional.pdf").
@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func publishedExamples(message: String, digest: String) {
    #expect(SHA256.hash(Array(message.utf8)).hex == digest)
  }

  @Test func aMillionLettersA() {
    var hasher = SHA256()
    for _ in 0..<1000 { hasher.update([UInt8](repeating: UInt8(ascii: "a"), count: 1000)) }
    #expect(hasher.finalize().hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func anySplitOfAMessageGivesTheSameDigest() {
    let message = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let whole = SHA256.hash(message)
    for split in 0...message.count {
      var hasher = SHA256()
      hasher.update(message[..<split])
      hasher.update(message[split...])
      #expect(hasher.finalize() == whole)
    }
  }

  @Test func fastKernelEqualsThePortableOne() {
    var generator = SplitMix64(seed: 1)
    for blockCount in 0...9 {
      let blocks = (0..<64 * blockCount).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      var fast = (0..<8).map { _ in UInt32(truncatingIfNeeded: generator.next()) }
      var portable = fast
      razao_sha256_blocks(&fast, blocks, blockCount)
      razao_sha256_blocks_portable(&portable, blocks, blockCount)
      #expect(fast == portable)
    }
  }

  @Test func tagsSeparateHashes() {
    #expect(taggedHash("a", [1]) != taggedHash("b", [1]))
    #expect(taggedHash("a", [1]) == SHA256.hash([1, UInt8(ascii: "a"), 1]))
    #expect(taggedHash("a", [1], [2]) == taggedHash("a", [1, 2]))
  }
}

/// A small seeded generator (Steele, Lea, Flood 2014), so that a failing test can be repeated.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

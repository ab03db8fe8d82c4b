import Hashing
import Testing

@testable import StateTree

@Suite struct StateProofDecodingTests {
  private static let magic = Array("RAZAOSP1".utf8)

  private func reason(_ bytes: [UInt8]) -> String {
    do {
      _ = try StateProof(decoding: bytes)
      return "accepted"
    } catch {
      return error.description
    }
  }

  @Test func nothingElseBeginsSo() {
    #expect(reason([]) == "not a state proof: byte 0: 8 bytes needed, 0 left")
    #expect(reason(Array("RAZAOSP2".utf8) + [0, 0, 0]) == "not a state proof: byte 0: no state proof begins so")
  }

  @Test func depthBeyondTheKeyIsRefused() {
    #expect(reason(Self.magic + [1, 1]).hasSuffix("a depth of 257"))
    #expect(reason(Self.magic + [255, 255]).hasSuffix("a depth of 65535"))
  }

  @Test func bitsBeyondTheDepthAreRefused() {
    let sibling = SHA256.hash([1]).bytes
    #expect(reason(Self.magic + [1, 0, 1] + sibling + [0]) == "accepted")
    #expect(reason(Self.magic + [1, 0, 3] + sibling + [0]).hasSuffix("a bit for a sibling that is not there"))
  }

  @Test func zeroSiblingsAreNeverWrittenOut() {
    let sibling = SHA256.hash([1]).bytes
    let zeros = [UInt8](repeating: 0, count: 32)
    #expect(reason(Self.magic + [2, 0, 3] + zeros + sibling + [0]).hasSuffix("a sibling of zeros that is written out"))
    #expect(reason(Self.magic + [2, 0, 2] + sibling + [0]) == "accepted")
    #expect(reason(Self.magic + [2, 0, 1] + sibling + [0]).hasSuffix("a last sibling of zeros"))
  }

  @Test func unknownTerminalIsRefused() {
    #expect(reason(Self.magic + [0, 0, 3]).hasSuffix("a terminal of kind 3"))
  }

  @Test func hugeLengthsAreRefusedBeforeAllocation() {
    #expect(reason(Self.magic + [0, 0, 1, 1, 4, 0, 0]).hasSuffix("1025 bytes where 1024 are the most"))
    #expect(reason(Self.magic + [0, 0, 1, 0, 0, 0, 0, 255, 255, 255, 255]).hasSuffix("16777216 are the most"))
    #expect(reason(Self.magic + [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]).hasSuffix("16777216 bytes needed, 0 left"))
  }

  @Test func randomBytesNeverTrap() {
    var generator = SeededGenerator(state: 70)
    for _ in 0..<20_000 {
      let head = Bool.random(using: &generator) ? Self.magic + [UInt8.random(in: 0...3, using: &generator), 0] : []
      let bytes = head + generator.bytes(Int.random(in: 0...120, using: &generator))
      guard let proof = try? StateProof(decoding: bytes) else { continue }
      #expect(proof.encoded() == bytes)
      _ = try? proof.provenValue(root: .zero, key: [1])
    }
  }

  @Test func mutatedProofsEitherFailOrComeBackByteForByte() {
    var generator = SeededGenerator(state: 71)
    let tree = StateTree().applying(generator.entries(50).map { StateChange(key: $0.key, value: $0.value) })
    for _ in 0..<5_000 {
      var bytes = tree.proof(of: generator.bytes(6)).encoded()
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      if let proof = try? StateProof(decoding: bytes) { #expect(proof.encoded() == bytes) }
    }
  }
}

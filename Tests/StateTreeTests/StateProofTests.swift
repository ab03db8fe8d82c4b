import Hashing
import Testing

@testable import StateTree

@Suite struct StateProofTests {
  @Test(arguments: [0, 1, 2, 3, 17, 300])
  func everyKeyIsShownPresentOrAbsent(size: Int) throws {
    var generator = SeededGenerator(state: UInt64(40 + size))
    let entries = generator.entries(size)
    let tree = StateTree().applying(entries.map { StateChange(key: $0.key, value: $0.value) })
    for (key, value) in entries {
      let proof = try StateProof(decoding: tree.proof(of: key).encoded())
      try proof.verify(root: tree.root, key: key, value: value)
      #expect(try proof.provenValue(root: tree.root, key: key) == value)
      #expect(throws: StateProofError.keyIsPresent) { try proof.verify(root: tree.root, key: key, value: nil) }
      #expect(throws: StateProofError.otherValue) { try proof.verify(root: tree.root, key: key, value: value + [0]) }
    }
    for _ in 0..<100 {
      let key = generator.bytes(41)
      let proof = try StateProof(decoding: tree.proof(of: key).encoded())
      try proof.verify(root: tree.root, key: key, value: nil)
      #expect(throws: StateProofError.keyIsAbsent) { try proof.verify(root: tree.root, key: key, value: []) }
    }
  }

  @Test func emptyValueIsNotAbsence() throws {
    let tree = StateTree().applying([StateChange(key: [1], value: [])])
    try tree.proof(of: [1]).verify(root: tree.root, key: [1], value: [])
    #expect(throws: StateProofError.keyIsPresent) {
      try tree.proof(of: [1]).verify(root: tree.root, key: [1], value: nil)
    }
  }

  @Test func proofsOfManyKeysStaySmall() throws {
    var generator = SeededGenerator(state: 50)
    let tree = StateTree().applying(generator.entries(4_000).map { StateChange(key: $0.key, value: $0.value) })
    for _ in 0..<50 { #expect(tree.proof(of: generator.bytes(50)).encoded().count < 1_200) }
  }

  @Test func theBytesAreTheDocumentedOnes() throws {
    let only = StateTree().applying([StateChange(key: [7], value: [8, 9])])
    let head = Array("RAZAOSP1".utf8)
    #expect(StateTree().proof(of: [7]).encoded() == head + [0, 0, 0])
    #expect(only.proof(of: [7]).encoded() == head + [0, 0, 1, 1, 0, 0, 0, 7, 2, 0, 0, 0, 8, 9])
    let place = taggedHash("razao/state/key/1", [7]).bytes
    #expect(only.proof(of: [6]).encoded() == head + [0, 0, 2] + place + SHA256.hash([8, 9]).bytes)
  }

  @Test func everyErrorHasASentence() {
    let errors: [StateProofError] = [
      .malformed(ByteReaderError(.trailing(1), offset: 2)), .tooDeep, .notCompact, .otherKey, .otherPath, .otherRoot,
      .otherValue, .keyIsAbsent, .keyIsPresent,
    ]
    #expect(Set(errors.map(\.description)).count == errors.count)
  }
}

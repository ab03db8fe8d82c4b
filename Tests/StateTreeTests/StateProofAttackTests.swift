import Hashing
import Testing

@testable import StateTree

@Suite struct StateProofAttackTests {
  private let tree: StateTree
  private let entries: [[UInt8]: [UInt8]]
  private let keys: [[UInt8]]

  init() {
    var generator = SeededGenerator(state: 60)
    let entries = generator.entries(64)
    self.entries = entries
    keys = entries.keys.sorted { $0.lexicographicallyPrecedes($1) }
    tree = StateTree().applying(entries.map { StateChange(key: $0.key, value: $0.value) })
  }

  private func isAccepted(_ bytes: [UInt8], key: [UInt8], value: [UInt8]?) -> Bool {
    guard let proof = try? StateProof(decoding: bytes) else { return false }
    return (try? proof.verify(root: tree.root, key: key, value: value)) != nil
  }

  @Test func everyFlippedByteIsRefused() {
    var generator = SeededGenerator(state: 61)
    let absent = (0..<12).map { _ in generator.bytes(44) }
    for key in keys.prefix(24) + absent {
      let bytes = tree.proof(of: key).encoded()
      #expect(isAccepted(bytes, key: key, value: entries[key]))
      for index in bytes.indices {
        for bit in 0..<8 {
          var flipped = bytes
          flipped[index] ^= 1 << bit
          #expect(!isAccepted(flipped, key: key, value: entries[key]), "byte \(index) bit \(bit)")
        }
      }
    }
  }

  @Test func everyCutOrLengthenedProofIsRefused() {
    for key in keys.prefix(12) + [[1, 2, 3, 4, 5, 6, 7, 8, 9]] {
      let bytes = tree.proof(of: key).encoded()
      for length in bytes.indices {
        #expect(throws: StateProofError.self) { try StateProof(decoding: Array(bytes[..<length])) }
      }
      #expect(throws: StateProofError.self) { try StateProof(decoding: bytes + [0]) }
    }
  }

  @Test func proofOfAnotherKeyShowsNothing() {
    for (key, other) in zip(keys, keys.dropFirst()) {
      #expect(throws: StateProofError.otherKey) {
        try tree.proof(of: other).verify(root: tree.root, key: key, value: entries[other])
      }
      #expect(throws: StateProofError.otherKey) {
        try tree.proof(of: other).verify(root: tree.root, key: key, value: nil)
      }
    }
  }

  @Test func proofUnderAnotherRootShowsNothing() {
    let key = keys[0]
    let later = tree.applying([StateChange(key: keys[1], value: [1, 2, 3])])
    #expect(throws: StateProofError.otherRoot) {
      try tree.proof(of: key).verify(root: later.root, key: key, value: entries[key])
    }
    #expect(throws: StateProofError.otherRoot) {
      try tree.proof(of: key).verify(root: .zero, key: key, value: entries[key])
    }
  }

  @Test func absenceOfAPresentKeyCannotBeShown() throws {
    for key in keys {
      let honest = tree.proof(of: key)
      let place = StateTree.keyHash(of: key)
      let valueHash = SHA256.hash(entries[key] ?? [])
      var forgeries = (0...honest.siblings.count).map {
        StateProof(siblings: Array(honest.siblings.prefix($0)), terminal: .empty)
      }
      forgeries.append(
        StateProof(siblings: honest.siblings, terminal: .otherLeaf(keyHash: place, valueHash: valueHash)))
      for other in keys where other != key {
        let leaf = tree.proof(of: other)
        let terminal = StateProof.Terminal.otherLeaf(
          keyHash: StateTree.keyHash(of: other), valueHash: SHA256.hash(entries[other] ?? []))
        forgeries.append(StateProof(siblings: leaf.siblings, terminal: terminal))
        forgeries.append(StateProof(siblings: honest.siblings, terminal: terminal))
      }
      for forgery in forgeries {
        #expect(throws: StateProofError.self) { try forgery.verify(root: tree.root, key: key, value: nil) }
      }
    }
  }

  @Test func innerNodePassedOffAsALeafIsRefused() throws {
    // The root's two children given as key hash and value hash of a leaf: the tags differ.
    let key = keys[0]
    guard case .branch(let top) = tree.top else { return }
    let forgery = StateProof(
      siblings: [], terminal: .otherLeaf(keyHash: top.left.hash, valueHash: top.right.hash))
    #expect(throws: StateProofError.otherRoot) { try forgery.verify(root: tree.root, key: key, value: nil) }
  }

  @Test func leafHungBesideNothingIsRefused() {
    let only = StateTree().applying([StateChange(key: [1], value: [2])])
    let padded = StateProof(siblings: [.zero], terminal: .leaf(key: [1], value: [2]))
    #expect(throws: StateProofError.notCompact) { try padded.verify(root: only.root, key: [1], value: [2]) }
    #expect(throws: StateProofError.self) { try StateProof(decoding: padded.encoded()) }
  }

  @Test func leafOffThePathIsRefused() {
    let key = keys[0]
    let place = NaiveTree.bits(StateTree.keyHash(of: key))
    for other in keys where NaiveTree.bits(StateTree.keyHash(of: other))[0] != place[0] {
      let proof = StateProof(
        siblings: tree.proof(of: key).siblings,
        terminal: .otherLeaf(keyHash: StateTree.keyHash(of: other), valueHash: SHA256.hash(entries[other] ?? [])))
      #expect(throws: StateProofError.otherPath) { try proof.verify(root: tree.root, key: key, value: nil) }
    }
  }

  @Test func tooManySiblingsAreRefused() {
    let sibling = SHA256.hash([1])
    let proof = StateProof(siblings: Array(repeating: sibling, count: 257), terminal: .empty)
    #expect(throws: StateProofError.tooDeep) { try proof.verify(root: tree.root, key: [1], value: nil) }
    #expect(throws: StateProofError.self) { try StateProof(decoding: proof.encoded()) }
  }
}

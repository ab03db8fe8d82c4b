import Hashing
import Testing

@testable import StateTree

/// Keys placed where hashes would never put them: paths as deep as they go.
@Suite struct SharedPrefixTests {
  private static let depths = [0, 1, 7, 8, 63, 64, 127, 128, 191, 192, 254, 255]

  @Test(arguments: depths)
  func twoKeysPartAtEveryDepth(depth: Int) throws {
    var generator = SeededGenerator(state: UInt64(depth))
    let first = try #require(Digest(generator.bytes(32)))
    let second = generator.digest(sharing: depth, with: first)
    let entries = [first: [UInt8](repeating: 1, count: 3), second: [2]]
    let tree = StateTree(placing: entries)
    #expect(KeyHash(first).commonPrefix(with: KeyHash(second)) == depth)
    #expect(tree.root == NaiveTree.root(entries))
    for (place, value) in entries {
      let proof = try StateProof(decoding: tree.proof(at: KeyHash(place)).encoded())
      #expect(proof.siblings.count == depth + 1)
      #expect(try proof.provenValue(root: tree.root, keyHash: KeyHash(place)) == value)
    }
  }

  @Test func keysAreCutOffAtEveryDepthAndComeBack() throws {
    var generator = SeededGenerator(state: 77)
    let trunk = try #require(Digest(generator.bytes(32)))
    var entries: [Digest: [UInt8]] = [trunk: [0]]
    for depth in 0..<256 { entries[generator.digest(sharing: depth, with: trunk)] = [1] }
    var tree = StateTree(placing: entries)
    #expect(tree.root == NaiveTree.root(entries))
    for place in entries.keys.sorted().shuffled(using: &generator) where place != trunk {
      tree.place([(place, nil)])
      entries[place] = nil
      if entries.count.isMultiple(of: 16) { #expect(tree.root == NaiveTree.root(entries)) }
    }
    #expect(tree.root == NaiveTree.root([trunk: [0]]))
    tree.place([(trunk, nil)])
    #expect(tree.root == .zero)
  }

  @Test(arguments: 1...8)
  func clustersEqualTheDefinition(seed: Int) throws {
    var generator = SeededGenerator(state: UInt64(100 + seed))
    let trunks = try (0..<4).map { _ in try #require(Digest(generator.bytes(32))) }
    var (tree, entries) = (StateTree(), [Digest: [UInt8]]())
    for _ in 0..<12 {
      var changes: [(Digest, [UInt8]?)] = []
      for _ in 0..<20 {
        let trunk = trunks.randomElement(using: &generator) ?? .zero
        let known = entries.keys.sorted().randomElement(using: &generator)
        let new = generator.digest(sharing: Int.random(in: 200...255, using: &generator), with: trunk)
        let place = Bool.random(using: &generator) ? known ?? new : new
        let value = Int.random(in: 0...2, using: &generator) > 0 ? generator.bytes(4) : nil
        changes.append((place, value))
        entries[place] = value
      }
      tree.place(changes)
      #expect(tree.root == NaiveTree.root(entries))
      #expect(tree.count == entries.count)
    }
  }

  @Test func absenceIsShownAtEveryDepth() throws {
    var generator = SeededGenerator(state: 9)
    let trunk = try #require(Digest(generator.bytes(32)))
    let deep = generator.digest(sharing: 250, with: trunk)
    let tree = StateTree(placing: [trunk: [1], deep: [2]])
    for depth in 0..<256 {
      let absent = generator.digest(sharing: depth, with: trunk)
      guard absent != deep else { continue }
      let proof = try StateProof(decoding: tree.proof(at: KeyHash(absent)).encoded())
      #expect(try proof.provenValue(root: tree.root, keyHash: KeyHash(absent)) == nil)
      #expect(throws: (any Error).self) { try proof.provenValue(root: tree.root, keyHash: KeyHash(trunk)) }
    }
  }

  @Test func placesKeepTheirBits() throws {
    var generator = SeededGenerator(state: 10)
    for _ in 0..<50 {
      let digest = try #require(Digest(generator.bytes(32)))
      let place = KeyHash(digest)
      #expect(place.digest == digest)
      #expect((0..<256).map { place.goesRight(at: $0) } == NaiveTree.bits(digest))
      #expect(place.commonPrefix(with: place) == 256)
    }
  }
}

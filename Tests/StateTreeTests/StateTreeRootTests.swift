import Hashing
import Testing

@testable import StateTree

@Suite struct StateTreeRootTests {
  @Test func emptyTreeIsZero() {
    #expect(StateTree().root == .zero)
    #expect(StateTree().count == 0)
    #expect(StateTree()[[1]] == nil)
  }

  @Test func singleKeyIsItsLeaf() {
    let tree = StateTree().applying([StateChange(key: [1, 2], value: [3])])
    let keyHash = taggedHash("razao/state/key/1", [1, 2])
    #expect(tree.root == taggedHash("razao/state/leaf/1", keyHash.bytes, SHA256.hash([3]).bytes))
    #expect(StateTree.keyHash(of: [1, 2]) == keyHash)
  }

  @Test func everySubsetOfSmallKeysHasTheDefinedRoot() {
    for subset in 0..<256 {
      var entries: [[UInt8]: [UInt8]] = [:]
      for bit in 0..<8 where subset >> bit & 1 == 1 { entries[[UInt8(bit)]] = [UInt8(bit), 7] }
      let tree = StateTree().applying(entries.map { StateChange(key: $0.key, value: $0.value) })
      #expect(tree.root == NaiveTree.root(ofKeys: entries), "subset \(subset)")
      #expect(tree.count == entries.count)
      for key in 0..<9 { #expect(tree[[UInt8(key)]] == entries[[UInt8(key)]]) }
    }
  }

  @Test(arguments: [1, 2, 3, 10, 100, 1_000, 10_000])
  func randomSetsHaveTheDefinedRoot(size: Int) {
    var generator = SeededGenerator(state: UInt64(size))
    let entries = generator.entries(size)
    let tree = StateTree().applying(entries.map { StateChange(key: $0.key, value: $0.value) })
    #expect(tree.root == NaiveTree.root(ofKeys: entries))
    #expect(tree.count == entries.count)
    for (key, value) in entries { #expect(tree[key] == value) }
  }

  @Test func buildingAllAtOnceEqualsInsertion() throws {
    var generator = SeededGenerator(state: 5)
    let entries = generator.entries(3_000)
    let sorted = entries.map { (key: $0.key, value: $0.value) }
      .sorted { StateTree.keyHash(of: $0.key) < StateTree.keyHash(of: $1.key) }
    let inserted = StateTree().applying(entries.map { StateChange(key: $0.key, value: $0.value) })
    for order in [sorted, sorted.reversed(), sorted.shuffled(using: &generator)] {
      let tree = try #require(Self.build(order))
      #expect(tree.root == inserted.root)
      #expect(tree.count == entries.count)
    }
    var visited: [[UInt8]] = []
    inserted.visit { _, key, value in
      visited.append(key)
      #expect(entries[key] == value)
    }
    #expect(visited == sorted.map(\.key))
  }

  @Test func partsBuiltApartAreJoined() throws {
    var generator = SeededGenerator(state: 6)
    let entries = generator.entries(500).map { (key: $0.key, value: $0.value) }
    var (first, second) = (StateTreeBuilder(), StateTreeBuilder())
    for (key, value) in entries.prefix(200) { first.append(key: key, value: value) }
    for (key, value) in entries.dropFirst(200) { second.append(key: key, value: value) }
    first.append(second)
    #expect(try #require(first.finish()).root == Self.build(entries)?.root)
    #expect(StateTreeBuilder().finish()?.root == .zero)
  }

  @Test func aKeyThatComesTwiceIsNotBuilt() {
    #expect(Self.build([(key: [1], value: [1]), (key: [2], value: []), (key: [1], value: [2])])?.root == nil)
    #expect(Self.build([(key: [1], value: [1]), (key: [1], value: [1])])?.root == nil)
  }

  private static func build(_ entries: some Sequence<(key: [UInt8], value: [UInt8])>) -> StateTree? {
    var builder = StateTreeBuilder()
    for (key, value) in entries { builder.append(key: key, value: value) }
    return builder.finish()
  }

  @Test func valuesOfEveryBlockLengthCount() {
    for length in 0..<200 {
      let value = [UInt8](repeating: 9, count: length)
      let tree = StateTree().applying([StateChange(key: [5], value: value), StateChange(key: [6], value: value)])
      #expect(tree.root == NaiveTree.root(ofKeys: [[5]: value, [6]: value]))
    }
  }
}

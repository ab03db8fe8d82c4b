import Hashing
import Testing

@testable import StateTree

@Suite struct StateTreeUpdateTests {
  @Test(arguments: 1...12)
  func randomHistoriesEqualTheSetTheyEndIn(seed: Int) {
    var generator = SeededGenerator(state: UInt64(seed))
    let keys = (0..<120).map { _ in generator.bytes(8) }
    var (tree, entries) = (StateTree(), [[UInt8]: [UInt8]]())
    for _ in 0..<40 {
      var changes: [StateChange] = []
      for _ in 0..<Int.random(in: 0...30, using: &generator) {
        let key = keys.randomElement(using: &generator) ?? []
        let value = Bool.random(using: &generator) ? generator.bytes(5) : nil
        changes.append(StateChange(key: key, value: value))
        entries[key] = value
      }
      tree.apply(changes)
      #expect(tree.root == NaiveTree.root(ofKeys: entries))
      #expect(tree.count == entries.count)
    }
  }

  @Test func removalOfEverythingLeavesNothing() {
    var generator = SeededGenerator(state: 3)
    let entries = generator.entries(500)
    var tree = StateTree().applying(entries.map { StateChange(key: $0.key, value: $0.value) })
    tree.apply(entries.keys.map { StateChange(key: $0, value: nil) })
    #expect(tree.root == .zero)
    #expect(tree.count == 0)
  }

  @Test func removalOfAbsentKeysChangesNothing() {
    var generator = SeededGenerator(state: 4)
    let tree = StateTree().applying(generator.entries(200).map { StateChange(key: $0.key, value: $0.value) })
    let after = tree.applying((0..<300).map { _ in StateChange(key: generator.bytes(50), value: nil) })
    #expect(after.root == tree.root)
    #expect(after.count == tree.count)
    #expect(StateTree().applying([StateChange(key: [1], value: nil)]).root == .zero)
  }

  @Test func theLastChangeOfAKeyCounts() {
    let set = StateChange(key: [1], value: [1])
    let other = StateChange(key: [1], value: [2])
    let removal = StateChange(key: [1], value: nil)
    #expect(StateTree().applying([set, other])[[1]] == [2])
    #expect(StateTree().applying([set, other, removal]).count == 0)
    #expect(StateTree().applying([removal, set])[[1]] == [1])
  }

  @Test func aCopyKeepsWhatItHeld() {
    var generator = SeededGenerator(state: 6)
    let entries = generator.entries(300)
    let before = StateTree().applying(entries.map { StateChange(key: $0.key, value: $0.value) })
    let root = before.root
    var after = before
    after.apply(entries.keys.map { StateChange(key: $0, value: [1]) })
    #expect(before.root == root)
    #expect(after.root != root)
    for (key, value) in entries {
      #expect(before[key] == value)
      #expect(after[key] == [1])
    }
  }

  @Test func orderOfChangesDoesNotMatter() {
    var generator = SeededGenerator(state: 7)
    let changes = generator.entries(400).map { StateChange(key: $0.key, value: $0.value) }
    let root = StateTree().applying(changes).root
    for _ in 0..<5 { #expect(StateTree().applying(changes.shuffled(using: &generator)).root == root) }
    var single = StateTree()
    for change in changes { single.apply([change]) }
    #expect(single.root == root)
  }
}

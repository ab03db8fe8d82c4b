import Foundation
import Hashing
import Node
import Receipts
import Testing

/// Slots are given out once, under roots that the ledger has.
@Suite struct ContributionDeskTests {
  let folder: TemporaryFolder
  let ledger = MemoryLedger()

  init() throws { folder = try TemporaryFolder() }

  private func desk() throws -> ContributionDesk {
    ContributionDesk(store: try ContributionStore(home: folder.path), anchoring: ledger)
  }

  @Test func nothingIsGivenOutBeforeTheLedgerHasTheRoot() async throws {
    let desk = try self.desk()
    #expect(try desk.take() == nil)
    ledger.set { $0.isReachable = false }
    await #expect(throws: MemoryLedger.Unreachable.self) { try await desk.maintain() }
    #expect(try desk.take() == nil)
    ledger.set { $0.isReachable = true }
    try await desk.maintain()
    let taken = try #require(try desk.take())
    #expect(try await ledger.anchoredRoot(epoch: taken.named.epoch) == taken.named.root)
    #expect(ledger.anchorCount == 1)
  }

  @Test func oneSlotTwiceAcrossRestarts() async throws {
    try await desk().maintain()
    var seen: Set<ContributionSlot> = []
    for _ in 0..<5 {
      let desk = try self.desk()
      for _ in 0..<4 { #expect(seen.insert(try #require(try desk.take()).named).inserted) }
    }
    #expect(seen.map(\.slot).sorted() == Array(0..<20))
    #expect(Set(seen.map(\.epoch)) == [1])
  }

  /// Two providers started on one home by mistake.
  @Test func oneSlotTwiceFromTwoProcesses() async throws {
    let (first, second) = (try desk(), try desk())
    try await first.maintain()
    try await second.maintain()
    #expect(ledger.anchorCount == 1)
    var seen: Set<ContributionSlot> = []
    for _ in 0..<10 {
      for desk in [first, second] { #expect(seen.insert(try #require(try desk.take()).named).inserted) }
    }
  }

  @Test func oneSlotTwiceAtOnce() async throws {
    let desk = try self.desk()
    try await desk.maintain()
    let slots = try await withThrowingTaskGroup(of: ContributionSlot?.self) { group in
      for _ in 0..<50 { group.addTask { try desk.take()?.named } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(slots.compactMap(\.self)).count == 50)
  }

  @Test func anEpochThatRunsOutIsFollowedByAnother() async throws {
    let desk = try self.desk()
    try await desk.maintain()
    var seen: Set<ContributionSlot> = []
    for count in 0..<4_200 {
      if count % 100 == 0 { try await desk.maintain() }
      seen.insert(try #require(try desk.take()).named)
    }
    #expect(seen.count == 4_200)
    #expect(seen.filter { $0.epoch == 1 }.count == 4_096)
    #expect(ledger.anchorCount == 2)
    #expect(Set(seen.map(\.root)).count == 2)
  }

  @Test func aCrashAfterAnchoringLosesNothing() async throws {
    ledger.set { $0.forgetsToAnswer = true }
    await #expect(throws: MemoryLedger.Unreachable.self) { try await self.desk().maintain() }
    #expect(try self.desk().take() == nil)
    ledger.set { $0.forgetsToAnswer = false }
    let desk = try self.desk()
    try await desk.maintain()
    #expect(try desk.take()?.named.epoch == 1)
    #expect(ledger.anchorCount == 1)
  }

  /// The home was lost: the ledger remembers epochs that nobody has the secrets of.
  @Test func aLostHomeBeginsAboveTheLedgersEpochs() async throws {
    ledger.set { $0.roots = [7: .zero] }
    let desk = try self.desk()
    try await desk.maintain()
    #expect(try desk.take()?.named.epoch == 8)
  }

  /// Another process of the same key anchored this number first, or a later one.
  @Test(arguments: [[1], [1, 5], [5]] as [[UInt64]])
  func anEpochThatCanNeverBeAnchoredIsGivenUp(anchored: [UInt64]) async throws {
    let desk = try self.desk()
    try ContributionStore(home: folder.path).add(1, secret: .random())
    ledger.set { $0.roots = Dictionary(uniqueKeysWithValues: anchored.map { ($0, .random()) }) }
    try await desk.maintain()
    let named = try #require(try desk.take()).named
    #expect(try await ledger.anchoredRoot(epoch: named.epoch) == named.root)
    #expect(named.epoch == (anchored.max() ?? 0) + 1)
  }

  @Test func secretsAreTheirOwnersAlone() async throws {
    try await desk().maintain()
    let store = try ContributionStore(home: folder.path)
    let epoch = try #require(try store.latest())
    #expect(epoch.isAnchored && epoch.secret != .zero)
    #expect(throws: StoreError.self) { try store.add(1, secret: .random()) }
    #expect(throws: StoreError.self) { try store.add(.max, secret: .random()) }
    #expect(throws: StoreError.self) { try store.add(0, secret: .random()) }
    let mode = try #require(try Self.mode(of: store.path))
    #expect(mode & 0o077 == 0)
  }

  private static func mode(of path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }
}

import Foundation
import GRDB
import Hashing
import Ledger
import LedgerStore
import Testing

@Suite struct LedgerStoreTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("ledger.sqlite")
  }

  private func alter(_ sql: String) throws {
    try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
  }

  private func refusal(_ body: () throws -> Void) -> LedgerStoreError? {
    do { try body() } catch { return error as? LedgerStoreError }
    return nil
  }

  @Test func aNewFileHoldsNothing() throws {
    let store = try LedgerStore(path: path)
    #expect(try store.meta() == nil)
    #expect(try store.load() == nil)
    try store.close()
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
  }

  @Test func whatWasCommittedComesBack() throws {
    let (store, machine) = try TestLedger.stored(at: path)
    try store.close()
    let stored = try #require(try LedgerStore(path: path).load())
    #expect(stored.meta.height == 1)
    #expect(stored.meta.time == 6_000)
    #expect(stored.meta.blockHash == SHA256.hash([1]))
    #expect(stored.machine.appHash == machine.appHash)
    #expect(stored.state.count == machine.committed.count)
    #expect(try Conservation.total(records(of: LedgerStore(path: path))) == .none)
  }

  @Test func aLargeStateComesBackFromManyBatches() throws {
    let holders = (0..<30_000).map { Genesis.Holder(account: SHA256.hash("\($0)".utf8), raz: 5) }
    let first = try LedgerMachine.start(Genesis(chainID: "large", holders: holders)).first
    let store = try LedgerStore(path: path)
    try store.commit(first, chainID: "large", blockHash: .zero)
    let stored = try #require(try store.load())
    #expect(stored.machine.appHash == first.appHash)
    #expect(stored.state.count > 30_000)
  }

  @Test(arguments: [
    "UPDATE state SET value = value || x'00' WHERE key = (SELECT max(key) FROM state)",
    "UPDATE state SET key = key || x'00' WHERE key = (SELECT max(key) FROM state)",
    "DELETE FROM state WHERE key = (SELECT max(key) FROM state)",
    "INSERT INTO state (key, value) VALUES (x'10', x'00')",
    "UPDATE meta SET appHash = randomblob(32)",
    "DELETE FROM state",
  ])
  func anAlteredStateIsNeverStartedOn(sql: String) throws {
    try TestLedger.stored(at: path).store.close()
    try alter(sql)
    let error = try #require(refusal { _ = try LedgerStore(path: path).load() })
    guard case .otherState(let named, 1, _, _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(named == path)
    #expect(error.description.contains(path))
    #expect(!error.description.contains("\n"))
  }

  @Test func aFileThatIsNoDatabaseIsNamed() throws {
    try Data(repeating: 65, count: 8_192).write(to: URL(fileURLWithPath: path))
    let error = try #require(refusal { _ = try LedgerStore(path: path) })
    guard case .corrupt(path, _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.description.contains(path))
  }

  @Test func aFolderThatIsNotThereIsNamed() throws {
    let error = try #require(refusal { _ = try LedgerStore(path: folder.file("none/ledger")) })
    #expect(error == .unusable(path: folder.file("none/ledger"), reason: "No such file or directory"))
  }

  @Test func aFileOfAnotherVersionIsLeftAlone() throws {
    try TestLedger.stored(at: path).store.close()
    try alter("PRAGMA user_version = 9")
    #expect(refusal { _ = try LedgerStore(path: path) } == .foreign(path: path, version: 9))
  }

  @Test func aDatabaseOfAnotherProgramIsLeftAlone() throws {
    try alter("CREATE TABLE someones (x)")
    #expect(refusal { _ = try LedgerStore(path: path) } == .foreign(path: path, version: 0))
  }

  @Test func twoWritersDoNotMixTheirBlocks() throws {
    var (store, machine) = try TestLedger.stored(at: path)
    let other = try LedgerStore(path: path)
    let block = Block(height: 2, time: 7_000, hash: .zero, transactions: [])
    let result = try machine.finalizeBlock(block)
    try other.commit(result, chainID: "test-1", blockHash: .zero)
    #expect(
      refusal { try store.commit(result, chainID: "test-1", blockHash: .zero) }
        == .outOfStep(path: path, height: 2))
    #expect(try store.meta()?.height == 2)
  }

  @Test func blocksOfAnotherChainAreRefused() throws {
    var (store, machine) = try TestLedger.stored(at: path)
    let result = try machine.finalizeBlock(Block(height: 2, time: 7_000, hash: .zero, transactions: []))
    #expect(
      refusal { try store.commit(result, chainID: "test-2", blockHash: .zero) }
        == .otherChain(path: path, stored: "test-1", wanted: "test-2"))
  }

  @Test func aGenesisMayBeRepeatedUntilABlockFollows() throws {
    let genesis = TestLedger.genesis([try Holder(1), try Holder(2)])
    let store = try LedgerStore(path: path)
    let first = try LedgerMachine.start(genesis).first
    let other = try LedgerMachine.start(TestLedger.genesis([try Holder(3)])).first
    try store.commit(other, chainID: genesis.chainID, blockHash: .zero)
    try store.commit(first, chainID: genesis.chainID, blockHash: .zero)
    #expect(try store.load()?.meta.appHash == first.appHash)
    let later = folder.file("later.sqlite")
    let busy = try TestLedger.stored(at: later).store
    #expect(
      refusal { try busy.commit(first, chainID: "test-1", blockHash: .zero) } == .outOfStep(path: later, height: 0))
  }

  @Test func everyErrorIsOneLineThatNamesTheFile() {
    let errors: [LedgerStoreError] = [
      .unusable(path: "/p", reason: "r"), .readOnly(path: "/p"), .full(path: "/p"), .corrupt(path: "/p", reason: "r"),
      .foreign(path: "/p", version: 3), .otherChain(path: "/p", stored: "a", wanted: "b"),
      .otherState(path: "/p", height: 1, stored: .zero, rebuilt: .zero), .outOfStep(path: "/p", height: 4),
    ]
    #expect(Set(errors.map(\.description)).count == errors.count)
    for error in errors { #expect(error.description.contains("/p") && !error.description.contains("\n")) }
  }
}

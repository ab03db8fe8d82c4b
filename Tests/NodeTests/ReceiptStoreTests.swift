import Foundation
import Hashing
import Node
import Receipts
import Testing

@Suite struct ReceiptStoreTests {
  let folder: TemporaryFolder
  let id = RequestID.random()
  let provider = Digest.random()

  init() throws { folder = try TemporaryFolder() }

  private var path: String { folder.path + "/receipts.sqlite" }

  private func insert(_ bytes: [UInt8], _ id: RequestID, into store: ReceiptStore) throws {
    try store.insert(bundle: bytes, requestID: id, provider: provider, program: .zero, isPartial: false, now: 5)
  }

  @Test func whatIsStoredSurvivesAReopening() throws {
    let store = try ReceiptStore(path: path)
    try insert([1, 2, 3], id, into: store)
    try store.close()
    let again = try ReceiptStore(path: path)
    #expect(try again.bundle(id) == [1, 2, 3])
    #expect(try again.bundle(.random()) == nil)
    #expect(try again.bundles(after: 0, limit: 10).map(\.requestID) == [id])
  }

  /// The files as they lie on disk at any moment are what a killed process or a lost power supply leaves.
  @Test func whatIsStoredSurvivesAKill() throws {
    let store = try ReceiptStore(path: path)
    for count in 1...20 {
      try insert([UInt8(count)], .random(), into: store)
      let copy = "\(folder.path)/copy\(count).sqlite"
      for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
        try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
      }
      #expect(try ReceiptStore(path: copy).bundleCount() == count)
    }
  }

  @Test func theSameBundleMayComeTwiceAndAnotherMayNot() throws {
    let store = try ReceiptStore(path: path)
    try insert([1], id, into: store)
    try insert([1], id, into: store)
    #expect(throws: StoreError.conflict(requestID: id.description)) { try insert([2], id, into: store) }
    #expect(try store.bundle(id) == [1])
    #expect(try store.bundleCount() == 1)
  }

  @Test func theListContinuesWhereItWasLeft() throws {
    let store = try ReceiptStore(path: path)
    for value in 0..<5 { try insert([UInt8(value)], .random(), into: store) }
    let first = try store.bundles(after: 0, limit: 3)
    let rest = try store.bundles(after: try #require(first.last).sequence, limit: 3)
    #expect((first + rest).map(\.sequence) == [1, 2, 3, 4, 5])
    #expect(try store.bundles(after: 5, limit: 3).isEmpty)
  }

  @Test func aFullStoreSaysSoAndKeepsWhatItHas() throws {
    let store = try ReceiptStore(path: path, maximumByteCount: 100_000)
    try insert([1], id, into: store)
    #expect(throws: StoreError.full(path: path)) {
      try insert([UInt8](repeating: 7, count: 200_000), .random(), into: store)
    }
    #expect(try store.bundle(id) == [1])
    try insert([2], .random(), into: store)
  }

  @Test func aDamagedFileIsNamed() throws {
    try Data(repeating: 0x42, count: 8_192).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: StoreError.self) { try ReceiptStore(path: path) }
    guard case .corrupt? = error else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
  }

  @Test func aFileDamagedInTheMiddleIsNamedOnReading() throws {
    let store = try ReceiptStore(path: path)
    for value in 0..<50 { try insert([UInt8](repeating: UInt8(value), count: 3_000), .random(), into: store) }
    try store.close()
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    for index in stride(from: 4_096, to: bytes.count, by: 4_096) { bytes[index] = 0xFF }
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect(throws: StoreError.self) {
      let broken = try ReceiptStore(path: path)
      for bundle in try broken.bundles(after: 0, limit: 100) { _ = try broken.bundle(bundle.requestID) }
    }
  }

  @Test func aPlaceThatCannotBeWrittenIsNamed() {
    #expect(throws: StoreError.self) { try ReceiptStore(path: "/proc/none/receipts.sqlite") }
    #expect(throws: StoreError.self) { try ReceiptStore(path: folder.path) }
  }

  @Test func reportsAreKeptOncePerAuditor() throws {
    let store = try ReceiptStore(path: path)
    let auditor = Digest.random()
    try store.insert(report: [1], requestID: id, provider: provider, auditor: auditor, now: 1)
    try store.insert(report: [2], requestID: id, provider: provider, auditor: auditor, now: 2)
    try store.insert(report: [3], requestID: id, provider: provider, auditor: .random(), now: 3)
    let first = try #require(try store.report(after: 0))
    let second = try #require(try store.report(after: first.sequence))
    #expect(first.bytes == [1] && second.bytes == [3])
    #expect(try store.report(after: second.sequence) == nil)
  }

  @Test func nobodyElseCanReadTheStore() throws {
    let store = try ReceiptStore(path: path)
    try store.insert(report: [1], requestID: id, provider: provider, auditor: .random(), now: 1)
    for file in [path, path + "-wal", path + "-shm"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: file)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }
  }

  @Test func everyWriteIsFlushed() throws {
    let store = try ReceiptStore(path: path)
    #expect(try store.settings() == StoreSettings(journalMode: "wal", synchronous: 2))
  }
}

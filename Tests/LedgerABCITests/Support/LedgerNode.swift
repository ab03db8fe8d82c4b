import ABCI
import Hashing
import Ledger
import LedgerStore
import Logging
import Receipts

@testable import LedgerABCI

/// One node's ledger on disk, which applications come and go over, and the chain that it belongs to.
struct LedgerNode {
  static let chainID = "razao-test-1"

  let directory: TestDirectory
  let transport: Transport
  var snapshotInterval: UInt64 = 0

  init(_ transport: Transport = .unix) throws {
    directory = try TestDirectory()
    self.transport = transport
  }

  var databasePath: String { directory.path + "/ledger.sqlite" }

  var snapshots: SnapshotDirectory { SnapshotDirectory(path: directory.path + "/snapshots") }

  func application(chainID: String? = LedgerNode.chainID) throws -> LedgerApplication {
    try LedgerApplication(
      store: try LedgerStore(path: databasePath),
      configuration: .init(chainID: chainID, snapshots: snapshots, snapshotInterval: snapshotInterval),
      logger: Logger(label: "test") { _ in FolderKeeper(folder: directory) })
  }

  /// Runs `body` against a server over the ledger as it is on disk; the server dies afterwards.
  func run(_ body: (ABCIServer) async throws -> Void) async throws {
    try await run(try application()) { server, _ in try await body(server) }
  }

  func run(
    _ application: LedgerApplication, _ body: (ABCIServer, LedgerApplication) async throws -> Void
  ) async throws {
    defer { withExtendedLifetime(directory) {} }
    let configuration = ABCIServer.Configuration(address: transport.address(directory))
    let server = try await ABCIServer.start(application, configuration, logger: .silent)
    do {
      try await body(server, application)
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }
}

/// Logs nothing, and keeps a folder as long as whoever would log lives.
private struct FolderKeeper: LogHandler {
  let folder: TestDirectory
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.critical

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {}
}

/// The chain of the tests: `alice` holds RAZ, `validator` and `second` are bonded.
enum TestGenesis {
  static func key(_ name: String) throws -> SigningKey {
    guard let key = SigningKey(seed: taggedHash("razao/test/key/1", Array(name.utf8)).bytes) else {
      throw TestFailure("no key")
    }
    return key
  }

  static func account(_ name: String) throws -> Digest { try key(name).publicKey.account }

  static func genesis() throws -> Genesis {
    Genesis(
      chainID: LedgerNode.chainID,
      holders: [.init(account: try account("alice"), raz: 1_000_000_000_000_000)],
      validators: [
        .init(account: try account("validator"), key: try key("consensus").publicKey, bond: 5_000_000_000),
        .init(account: try account("second"), key: try key("second consensus").publicKey, bond: 3_000_000_000),
      ], time: 1_699_999_999_000)
  }

  static func request() throws -> InitChainRequest {
    let genesis = try genesis()
    return InitChainRequest {
      $0.time = Timestamp(milliseconds: genesis.time)
      $0.chainID = genesis.chainID
      $0.consensusParameters = ConsensusParameters { $0.version = VersionParameters { $0.app = 1 } }
      $0.appState = genesis.appState.encoded()
      $0.initialHeight = 1
    }
  }

  /// A signed transfer from alice.
  static func transfer(_ amount: UInt64, nonce: UInt64, to name: String = "bob") throws -> [UInt8] {
    let key = try key("alice")
    return try Transaction(
      chain: Genesis.chain(LedgerNode.chainID), account: try account("alice"), key: key.publicKey, nonce: nonce,
      fee: 1_000_000, messages: [Transfer(to: try account(name), amount: amount)]
    ).signed(with: key)
  }
}

import Dialects
import Hashing
import Ledger
import LedgerStore
import LightClient
import Receipts
import StrictJSON
import Wallet

/// Why a ledger at an address is not believed; one line each.
package enum LedgerTrustError: Error, Equatable, Sendable, CustomStringConvertible {
  case ledger(LedgerClientError)
  case home(HomeError)
  /// Neither interface answers at the address.
  case noLedger(endpoint: String, reason: String)
  /// The operator's key is another than the one that was pinned.
  case changedKey(pinned: PublicKey, stated: PublicKey, path: String)
  /// What is pinned for the chain is of the other engine.
  case changedEngine(path: String)
  /// Options that do not fit the ledger.
  case options(String)
  /// The trusted header is not this chain's, or leads nowhere.
  case root(String)

  package var description: String {
    switch self {
    case .ledger(let error): "\(error)"
    case .home(let error): "\(error)"
    case .noLedger(let endpoint, let reason): "there is no ledger at \(endpoint): \(reason)"
    case .changedKey(let pinned, let stated, let path):
      "the ledger's operator key is \(stated.bytes.hex.prefix(16))…, and \(pinned.bytes.hex.prefix(16))… is pinned in "
        + "\(path); it is another ledger, or its operator must explain the change"
    case .changedEngine(let path): "the ledger is driven otherwise than when it was pinned in \(path)"
    case .options(let what): what
    case .root(let what): "the trusted header: \(what)"
    }
  }
}

/// Opens a ledger at an address so that no node is trusted: what is trusted instead is said in words.
package struct LedgerTrust: Sendable {
  /// What the user knows from elsewhere.
  package struct Options: Equatable, Sendable {
    /// Of an embedded ledger.
    package var operatorKey: PublicKey?
    /// Of a header of a CometBFT chain; both or neither.
    package var trustedHeight: UInt64?
    package var trustedHash: Digest?
    /// How long a header is a ground to believe later ones; shorter than the unbonding of stake.
    package var trustingMilliseconds: UInt64 = 7 * 86_400_000

    package init() {}
  }

  let file: TrustFile
  let options: Options
  let clock: WallClock

  /// - Parameter home: what was trusted before lies in its folder `trust`.
  package init(home: String, options: Options = Options(), clock: WallClock = .system) {
    file = TrustFile(home: home)
    self.options = options
    self.clock = clock
  }

  /// Finds out what answers at an address, and what to trust of it.
  /// - Throws: `LedgerTrustError`.
  package func open(_ endpoint: String) async throws(LedgerTrustError) -> TrustedLedger {
    switch try await interface(at: endpoint) {
    case .razao(let status, let key): return try await openEmbedded(endpoint, status, key)
    case .comet(let connection, let status): return try await openReplicated(connection, status)
    }
  }

  private enum Interface {
    case razao(LedgerStatus, operatorKey: PublicKey?)
    case comet(CometConnection, NodeStatus)
  }

  /// Told apart by what answers for the status.
  private func interface(at endpoint: String) async throws(LedgerTrustError) -> Interface {
    let client = HTTPLedgerClient(endpoint: endpoint)
    do throws(LedgerClientError) {
      let answer = LedgerAnswer(json: try await client.json("/v1/status"))
      let status = try answer.status()
      return .razao(status, operatorKey: try answer.optionalBytes("operator_key").flatMap { PublicKey($0) })
    } catch {
      let connection = CometConnection(endpoint: endpoint)
      do throws(LedgerClientError) {
        return .comet(connection, try await connection.call(CometRPC.status))
      } catch let other {
        guard case .unverified = error else { throw .noLedger(endpoint: endpoint, reason: "\(error)") }
        throw .noLedger(endpoint: endpoint, reason: "\(other)")
      }
    }
  }

  private func openEmbedded(
    _ endpoint: String, _ status: LedgerStatus, _ stated: PublicKey?
  ) async throws(LedgerTrustError) -> TrustedLedger {
    guard status.engine == .embedded, let stated else {
      throw .options("this ledger is replicated: give the address of a CometBFT node's RPC instead, to verify it")
    }
    guard options.trustedHeight == nil, options.trustedHash == nil else {
      throw .options("a trusted header is for a CometBFT chain; this ledger has one operator, who is known by a key")
    }
    let (key, words, isFirstUse) = try pinnedKey(stated, of: status.chainID)
    let client = HTTPLedgerClient(endpoint: endpoint, expecting: .init(chain: status.chain, operatorKey: key))
    let (supply, header): (ProvenValue, SignedBlockHeader?)
    do { (supply, header) = try await client.proven(StateKey<Supply>.supply.bytes) } catch { throw .ledger(error) }
    if isFirstUse { try set(.operatorKey(key), of: status.chainID) }
    return TrustedLedger(
      chainID: status.chainID, engine: .embedded, height: supply.height, appHash: supply.appHash, client: client,
      words: [
        "one operator signs the blocks of \(status.chainID.withoutControls): key \(key.bytes.hex)", words,
        "block \(supply.height)\(age(header?.body.time)) carries its signature; nobody but that operator vouches for it",
      ])
  }

  /// How old a block is by its own time, in words.
  func age(_ time: UInt64?) -> String {
    guard let time else { return "" }
    let now = clock.now()
    let seconds = now > time ? (now - time) / 1_000 : 0
    switch seconds {
    case ..<120: return ", \(seconds) seconds old,"
    case ..<7_200: return ", \(seconds / 60) minutes old,"
    case ..<172_800: return ", \(seconds / 3_600) hours old,"
    default: return ", \(seconds / 86_400) days old,"
    }
  }

  private func pinnedKey(
    _ stated: PublicKey, of chainID: String
  ) throws(LedgerTrustError) -> (key: PublicKey, words: String, isFirstUse: Bool) {
    let path = file.path(chainID)
    if let known = options.operatorKey {
      guard known == stated else { throw .changedKey(pinned: known, stated: stated, path: "the options") }
      return (known, "the key is the one that was given", false)
    }
    switch try pin(of: chainID) {
    case .operatorKey(let pinned):
      guard pinned == stated else { throw .changedKey(pinned: pinned, stated: stated, path: path) }
      return (pinned, "the key is the one pinned in \(path)", false)
    case .root: throw .changedEngine(path: path)
    case nil:
      return (
        stated, "first use: the key was taken as the ledger stated it, and is pinned in \(path) from now on", true
      )
    }
  }

  func pin(of chainID: String) throws(LedgerTrustError) -> TrustFile.Pin? {
    do { return try file.pin(of: chainID) } catch { throw .home(error) }
  }

  func set(_ pin: TrustFile.Pin, of chainID: String) throws(LedgerTrustError) {
    do { try file.set(pin, of: chainID) } catch { throw .home(error) }
  }
}

/// A ledger whose state is verified before it is believed.
package struct TrustedLedger: Sendable {
  package let chainID: String
  package let engine: LedgerStatus.Engine
  /// The last state that was verified.
  package let height: UInt64
  package let appHash: Digest
  /// `query` and `get` verify what they give; listings and events are only told.
  package let client: any LedgerClient
  /// What was trusted, a sentence each.
  package let words: [String]

  /// The network that receipts of this ledger name.
  package var chain: Digest { Genesis.chain(chainID) }
}

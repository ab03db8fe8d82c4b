import Hashing
import Ledger
import Receipts
import StrictJSON
import Wallet

/// The genesis of a network on one machine: providers with stake, a gateway and a user with credits, and the ledger's
/// operator, who holds the rest and reports the price. Worth nothing outside.
enum LocalGenesis {
  /// 1 credit for 1 RAZ.
  static let price: UInt64 = 1_000_000
  private static let raz: UInt64 = 1_000_000_000
  private static let credit: UInt64 = 1_000_000

  static func path(_ configuration: NetworkConfiguration) -> String { "\(configuration.ledgerHome)/genesis.json" }

  /// Makes the genesis when there is none; one that is there is never changed.
  static func loadOrMake(_ configuration: NetworkConfiguration) throws -> Genesis {
    try PrivateFile.makeFolder(configuration.ledgerHome)
    let path = path(configuration)
    if let bytes = try PrivateFile.read(path) { return try GenesisFile.decode(bytes) }
    let genesis = try make(configuration, now: WallClock.system.now())
    _ = try PrivateFile.create(GenesisFile.encode(genesis), at: path)
    return genesis
  }

  /// A chain of a new name.
  private static func make(_ configuration: NetworkConfiguration, now: UInt64) throws -> Genesis {
    let account = { (home: String) in try IdentityFile.loadOrMake(home: home).publicKey.account }
    var genesis = Genesis(
      chainID: "razao-local-\(SystemRandom.bytes(4).hex)", parameters: parameters, price: price, time: now)
    let operatorAccount = try account(configuration.ledgerHome)
    genesis.reporters = [operatorAccount]
    genesis.holders = [.init(account: operatorAccount, raz: 1_000_000 * raz, credit: 0)]
    for home in [configuration.gatewayHome, configuration.purseHome] {
      genesis.holders.append(.init(account: try account(home), raz: 1_000 * raz, credit: 1_000 * credit))
    }
    // A few more than now: more providers, or one that cheats, can be started later.
    for number in 1...max(5, configuration.allProviders) {
      genesis.holders.append(
        .init(account: try account(configuration.providerHome(number)), raz: 100 * raz, stake: 1_000 * raz))
    }
    return genesis
  }

  /// A local network's prices do not go stale overnight.
  private static var parameters: Parameters {
    var parameters = Parameters()
    parameters.priceStaleness = 30 * 86_400_000
    return parameters
  }
}

/// The genesis file of an embedded ledger: JSON with the chain's id, its time, and the `app_state` of CometBFT's genesis.
package enum GenesisFile {
  package static func encode(_ genesis: Genesis) -> [UInt8] {
    let json: JSON = [
      "chain_id": .string(genesis.chainID), "time_ms": JSON(genesis.time), "app_state": genesis.appState,
    ]
    return json.encoded(indented: true) + [0x0A]
  }

  /// - Throws: `LedgerFault.genesis`.
  package static func decode(_ bytes: [UInt8]) throws(LedgerFault) -> Genesis {
    let json: JSON
    do { json = try JSON.parse(bytes, limits: JSONLimits(byteCount: 64 << 20, depth: 8)) } catch {
      throw .genesis("not JSON: \(error)")
    }
    guard let chainID = json["chain_id"]?.string else { throw .genesis("`chain_id` is missing") }
    guard let time = json["time_ms"]?.integer.flatMap({ UInt64(exactly: $0) }) else {
      throw .genesis("`time_ms` must be milliseconds since 1970")
    }
    guard let state = json["app_state"] else { throw .genesis("`app_state` is missing") }
    return try Genesis(chainID: chainID, time: time, appState: state.encoded())
  }
}

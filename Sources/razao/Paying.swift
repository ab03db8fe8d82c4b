import Foundation
import Hashing
import Ledger
import Node
import Receipts

/// Who pays for what is asked: the purse of this home where it has one on the asked network's ledger, the gateway
/// otherwise.
struct Paying {
  let home: String
  /// Whether the gateway is to pay and draw the seed in any case.
  var isPlain = false

  /// A requester that draws seeds together with the provider and pays by vouchers, if it can.
  func requester(_ route: Requester.Route) async throws -> Requester {
    let plain = Requester(route, profile: RequesterProfile(payerKind: .direct, payer: .zero))
    guard !isPlain, let client = LedgerAddress.client(home: home),
      FileManager.default.fileExists(atPath: "\(home)/purse/identity.json")
    else { return plain }
    let access: ServiceLedger
    do { access = ServiceLedger(client: client, chain: try await client.status().chain) } catch {
      if case .gateway = route { return plain }
      throw CommandFailure("\(error); the purse in \(home) pays on this ledger", status: 69)
    }
    let purse = try ChannelPurse(home: "\(home)/purse", client: client)
    let profile = RequesterProfile(
      network: access.chain, payerKind: .direct, payer: purse.account,
      contributions: LedgerLookup(client: client))
    guard case .gateway(let gateway) = route else { return Requester(route, profile: profile, purse: purse) }
    guard await Requester.network(of: gateway) == access.chain else { return plain }
    return Requester(.relay(gateway), profile: profile, purse: purse)
  }
}

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
    let plain = await plainRequester(route)
    guard !isPlain, let client = LedgerAddress.client(home: home),
      FileManager.default.fileExists(atPath: "\(home)/purse/identity.json")
    else { return plain }
    let access: ServiceLedger
    do { access = ServiceLedger(client: client, chain: try await client.status().chain) } catch {
      if case .gateway = route { return plain }
      throw CommandFailure("\(error); the purse in \(home) pays on this ledger", status: 69)
    }
    let purse: ChannelPurse
    do { purse = try ChannelPurse(home: "\(home)/purse", client: client) } catch PurseError.busy {
      guard case .gateway = route else { throw CommandFailure("\(PurseError.busy)", status: 69) }
      Terminal.note("the purse in \(home) is in use, by a proxy perhaps; the gateway pays")
      return plain
    }
    let profile = RequesterProfile(
      network: access.chain, payerKind: .direct, payer: purse.account,
      contributions: LedgerLookup(client: client))
    guard case .gateway(let gateway) = route else { return Requester(route, profile: profile, purse: purse) }
    guard await Requester.network(of: gateway) == access.chain else { return plain }
    return Requester(.relay(gateway), profile: profile, purse: purse)
  }

  /// A requester that pays nobody: of a gateway it expects receipts of the network that the gateway names.
  private func plainRequester(_ route: Requester.Route) async -> Requester {
    var profile = RequesterProfile(payerKind: .direct, payer: .zero)
    if case .gateway(let gateway) = route, let network = await Requester.network(of: gateway) {
      profile.network = network
    }
    return Requester(route, profile: profile)
  }
}

import Foundation
import Hashing
import Ledger
import Node
import Receipts

/// What a ledger says about a bundle: where its receipt is anchored, and what was paid for it.
struct LedgerFindings {
  /// One line of the report.
  struct Line {
    var check: String
    /// `passed`, `failed` or `cannot tell`.
    var verdict: String
    var detail: String
  }

  /// What was trusted, in words.
  var trust: [String] = []
  var lines: [Line] = []
  var isAnchored = false
  var isSettled = false

  /// The first contradiction.
  var refutation: String? { lines.first { $0.verdict == "failed" }.map { "\($0.check): \($0.detail)" } }

  /// `settled`, `anchored`, or nothing.
  var level: String? { isSettled ? "settled" : isAnchored ? "anchored" : nil }

  mutating func add(_ check: String, _ verdict: String, _ detail: String) {
    lines.append(Line(check: check, verdict: verdict, detail: detail))
  }
}

/// Compares bundles with a ledger; every value that counts is proven against a verified app hash.
struct LedgerComparison {
  let ledger: TrustedLedger

  func findings(_ bundle: Receipts.Bundle) async throws(LedgerClientError) -> LedgerFindings {
    var found = LedgerFindings(trust: ledger.words)
    let receipt = bundle.receipt.body
    guard receipt.network == ledger.chain else {
      found.add("ledger: chain", "failed", "the receipt is of another network than \(ledger.chainID)")
      return found
    }
    guard let provider = try await ledger.client.get(.provider(receipt.provider)) else {
      found.add("ledger: provider", "failed", "\(receipt.provider.hex) is not registered")
      return found
    }
    let stake = try await ledger.client.get(.stake(provider.owner))?.total ?? 0
    found.add(
      "ledger: provider", "passed", "registered at block \(provider.height), \(Self.raz(stake)) RAZ behind it")
    try await checkContribution(bundle, &found)
    try await checkAnchor(bundle, provider, &found)
    try await checkSettlement(bundle, &found)
    return found
  }

  /// Milliseconds that a provider's clock may be behind the blocks'.
  private static let clockTolerance: UInt64 = 60_000

  /// Whole RAZ and three decimals, cut off.
  private static func raz(_ grains: UInt64) -> String {
    let thousandths = grains / 1_000_000
    return "\(thousandths / 1_000).\(String(1_000 + thousandths % 1_000).dropFirst())"
  }

  private func checkContribution(
    _ bundle: Receipts.Bundle, _ found: inout LedgerFindings
  ) async throws(LedgerClientError) {
    let receipt = bundle.receipt.body
    guard receipt.seed.kind == .joint else { return }
    let slot = bundle.accept.body.contribution
    let anchored = try await ledger.client.get(.contributions(receipt.provider, epoch: slot.epoch))
    guard let anchored, anchored.root == slot.root else {
      found.add("ledger: seed", "failed", "the accept's contributions are not those of epoch \(slot.epoch)")
      return
    }
    guard anchored.time <= receipt.times.accepted.addingSaturating(Self.clockTolerance) else {
      found.add("ledger: seed", "failed", "epoch \(slot.epoch) was anchored after the request was accepted")
      return
    }
    found.add("ledger: seed", "passed", "slot \(slot.slot) of epoch \(slot.epoch), anchored before the request")
  }

  private func checkAnchor(
    _ bundle: Receipts.Bundle, _ provider: Provider, _ found: inout LedgerFindings
  ) async throws(LedgerClientError) {
    let receipt = bundle.receipt
    guard let inclusion = await inclusion(bundle, provider) else {
      found.add("ledger: anchor", "cannot tell", "no place on the ledger is known, and the provider shows none")
      return
    }
    guard let batch = try await ledger.client.get(.batch(receipt.body.provider, inclusion.batch)) else {
      found.add("ledger: anchor", "failed", "the ledger has no batch \(inclusion.batch) of this provider")
      return
    }
    let anchored = AnchoredBatch(
      number: inclusion.batch, height: batch.height, root: batch.root, count: batch.count)
    guard inclusion.chain == ledger.chain, inclusion.provider == receipt.body.provider,
      inclusion.holds(receipt, in: anchored)
    else {
      found.add("ledger: anchor", "failed", "the receipt is not in batch \(inclusion.batch) as the ledger has it")
      return
    }
    guard batch.latestExpiry >= receipt.body.expiry else {
      found.add("ledger: anchor", "failed", "batch \(inclusion.batch) understates how long its receipts live")
      return
    }
    found.isAnchored = true
    found.add(
      "ledger: anchor", "passed",
      "receipt \(inclusion.index + 1) of \(inclusion.count) in batch \(inclusion.batch), block \(batch.height)")
  }

  /// The bundle's own, or what the provider shows: the path proves itself.
  private func inclusion(_ bundle: Receipts.Bundle, _ provider: Provider) async -> Inclusion? {
    if let inclusion = bundle.inclusion { return inclusion }
    let address = "\(provider.endpoint)/razao/v1/inclusions/\(bundle.receipt.body.requestID)"
    guard let answer = try? await PeerHTTP.unpinned.send(.get, address, timeout: .seconds(5), limit: 1 << 16),
      answer.status == 200
    else { return nil }
    return Inclusion(field: answer.body)
  }

  private func checkSettlement(
    _ bundle: Receipts.Bundle, _ found: inout LedgerFindings
  ) async throws(LedgerClientError) {
    let receipt = bundle.receipt.body
    guard receipt.channel != .zero else { return }
    guard let paid = try await ledger.client.get(.settlement(receipt.provider, bundle.receipt.hash)) else {
      found.add("ledger: payment", "cannot tell", "\(receipt.amountOwed) microcredits are not redeemed yet")
      return
    }
    guard paid.channel == receipt.channel, paid.program == receipt.programRoot, paid.amount <= receipt.amountOwed
    else {
      found.add("ledger: payment", "failed", "the provider took another sum, program or channel than it signed for")
      return
    }
    found.isSettled = found.isAnchored
    found.add("ledger: payment", "passed", "\(paid.amount) microcredits paid in block \(paid.height)")
  }
}

import Hashing

/// The checks of what a bundle says about the ledger, as far as they need no ledger.
extension BundleVerifier {
  /// Without a channel there is nothing to say.
  func checkChannel() throws(Refutation) -> Outcome? {
    let least = receipt.channel == .zero ? 0 : receipt.amountOwed
    guard receipt.channelOwed >= least, receipt.channel != .zero || receipt.channelOwed == 0 else {
      throw .channel(owed: receipt.channelOwed, amount: receipt.amountOwed)
    }
    if receipt.channel == .zero { return nil }
    return Outcome(
      detail:
        "channel \(receipt.channel.bytes.prefix(8).hex)… owes \(receipt.channelOwed) millionths of a credit in all")
  }

  /// Without an inclusion there is nothing to say. That the ledger has the batch is only seen by who asks the ledger.
  func checkInclusion() throws(Refutation) -> Outcome? {
    guard let inclusion = bundle.inclusion else { return nil }
    guard inclusion.chain == receipt.network else { throw .inclusion(.chain) }
    guard inclusion.provider == receipt.provider else { throw .inclusion(.provider) }
    guard inclusion.batch > 0, let root = inclusion.root(of: bundle.receipt) else { throw .inclusion(.place) }
    let place = "receipt \(inclusion.index + 1) of \(inclusion.count) in batch \(inclusion.batch)"
    guard let anchor = expectation?.anchor else {
      return Outcome(
        isCertain: false,
        detail: "\(place) of root \(root); whether block \(inclusion.height) anchors it is for the ledger to say")
    }
    guard inclusion.holds(bundle.receipt, in: anchor) else { throw .inclusion(.anchor) }
    return Outcome(detail: "\(place), anchored at height \(inclusion.height)")
  }
}

import Hashing
import StrictJSON

/// The check of where the answer's randomness comes from.
extension BundleVerifier {
  func checkSeed() throws(Refutation) -> Outcome? {
    let seed = receipt.seed
    let named = try namedSeed()
    guard seed.kind == .joint || (accept.contribution == .none && bundle.joint == nil) else {
      throw .seed(.unasked)
    }
    if seed.kind == .explicit {
      guard let stated = seed.explicitSeed, seed.commitment == .zero else { throw .seed(.material) }
      guard let named else { throw .seed(.invented) }
      guard named == stated else { throw .seed(.ignored) }
      return Outcome(detail: "explicit: \(stated), as the request says")
    }
    guard SeedStatement.commitment(to: seed.material) == seed.commitment else { throw .seed(.commitment) }
    guard named == nil else { throw .seed(.ignored) }
    return seed.kind == .joint
      ? try checkContribution() : Outcome(detail: "gateway: committed before the accept, revealed after")
  }

  private func checkContribution() throws(Refutation) -> Outcome {
    let slot = accept.contribution
    guard slot.slot < ContributionSlot.count else { throw .seed(.slot) }
    guard let opening = bundle.joint else { throw .seed(.opening) }
    guard opening.opens(slot) else { throw .seed(.contribution) }
    return Outcome(
      detail: "joint: the requester's secret, committed before the accept, and contribution \(slot.slot) of epoch "
        + "\(slot.epoch) under root \(slot.root.bytes.prefix(8).hex)…")
  }

  /// The integer that the request's `seed` member holds; `nil` when it is absent or null.
  private func namedSeed() throws(Refutation) -> Int64? {
    guard let request = try? JSON.parse(bundle.requestBody, limits: Bundle.requestLimits), request.object != nil
    else { throw .seed(.unreadable) }
    guard let value = request["seed"], !value.isNull else { return nil }
    guard let integer = value.integer else { throw .seed(.unreadable) }
    return Int64(integer)
  }
}

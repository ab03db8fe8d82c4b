/// Why a tier of kernels cannot be used.
package enum KernelError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No tier has this name; where it was asked for.
  case unknownTier(String, source: String)
  /// This processor cannot run the tier; where it was asked for.
  case unavailableTier(KernelTier, source: String)

  package var description: String {
    let names = { (tiers: [KernelTier]) in tiers.map(\.rawValue).joined(separator: ", ") }
    let remedy = "use one of: \(names(Kernels.available)), or none for the fastest"
    return switch self {
    case .unknownTier(let name, let source):
      "\(source): there are no kernels named \"\(name)\" (known: \(names(KernelTier.allCases))); \(remedy)"
    case .unavailableTier(let tier, let source):
      "\(source): this processor cannot run the \(tier) kernels; \(remedy)"
    }
  }
}

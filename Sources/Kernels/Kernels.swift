import CKernels
import Glibc

/// The choice between tiers of kernels.
///
/// The fastest available tier is chosen when the first kernel runs, unless the environment variable `RAZAO_KERNELS`
/// names another. The choice never changes a result, only how long it takes.
package enum Kernels {
  /// The environment variable that forces a tier.
  package static let variable = "RAZAO_KERNELS"

  /// The tiers that this processor can run, the fastest last.
  package static var available: [KernelTier] { KernelTier.allCases.filter(\.isAvailable) }

  /// The tier that this thread uses.
  package static var selected: KernelTier {
    let number = razao_tier_selected()
    return KernelTier.allCases.first { $0.number == number } ?? .portable
  }

  /// Checks what the environment asks for; to be called once when a process begins, since kernels themselves ignore a
  /// name that they cannot follow.
  /// - Returns: the tier in use.
  /// - Throws: `KernelError` for an unknown name, or a tier that this processor cannot run.
  @discardableResult
  package static func checkEnvironment() throws(KernelError) -> KernelTier {
    guard let value = getenv(variable) else { return selected }
    _ = try tier(named: String(cString: value), source: "environment variable \(variable)")
    return selected
  }

  /// The available tier with a name.
  /// - Parameter source: where the name comes from, for the error.
  package static func tier(named name: String, source: String) throws(KernelError) -> KernelTier {
    // Names are ASCII, and `rawValue` compares whole strings; nothing else is equivalent to them.
    guard let tier = KernelTier(rawValue: name) else { throw .unknownTier(name, source: source) }
    guard tier.isAvailable else { throw .unavailableTier(tier, source: source) }
    return tier
  }

  /// Makes the whole process use another tier from now on, but for threads within `withTier`.
  package static func select(_ tier: KernelTier) throws(KernelError) {
    guard razao_tier_select(tier.number) != 0 else { throw .unavailableTier(tier, source: "kernels") }
  }

  /// Uses a tier on this thread, and on the threads that help it, while `body` runs.
  package static func withTier<Result>(_ tier: KernelTier, _ body: () throws -> Result) throws -> Result {
    let before = razao_tier_overridden()
    guard razao_tier_override(tier.number) != 0 else { throw KernelError.unavailableTier(tier, source: "kernels") }
    defer { razao_tier_override(before) }
    return try body()
  }
}

/// What running a bundle's job again says.
package enum RerunVerdict: Equatable, Sendable {
  /// The program gives exactly this answer and this trace.
  case agrees
  /// It does not; `reason` says where they part.
  case refuted(reason: String)
  /// It could not be run here: the program is not at hand, or the bundle is partial in a way that cannot be rerun.
  case cannotTell(reason: String)
}

/// Runs a bundle's job again (level 1): a pure function of the bundle and the programs at hand.
package typealias Rerun = @Sendable (_ bundle: [UInt8]) async -> RerunVerdict

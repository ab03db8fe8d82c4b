/// What running a bundle's job again says.
package enum RerunVerdict: Equatable, Sendable {
  /// The program gives exactly this answer and this trace.
  case agrees
  /// It does not; `reason` says where they part.
  case refuted(reason: String)
  /// It could not be run here: the program is not at hand, or the bundle is partial in a way that cannot be rerun.
  case cannotTell(reason: String)
}

/// Runs bundles' jobs again (level 1), together where they are of one program: a pure function of the bundles and the
/// programs at hand. One verdict for each bundle, in order.
package typealias Rerun = @Sendable (_ bundles: [[UInt8]]) async -> [RerunVerdict]

/// Why a node's home folder, or a file in it, cannot be used.
package enum HomeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The system refused; `reason` is its own word for it.
  case unusable(path: String, reason: String)
  /// A file that holds secrets is readable by others than its owner.
  case readableByOthers(path: String)
  /// A file is there but does not hold what it should.
  case malformed(path: String, what: String)

  package var description: String {
    switch self {
    case .unusable(let path, let reason): "\(path) cannot be used: \(reason)"
    case .readableByOthers(let path): "\(path) holds secrets and others can read it; run: chmod 600 \(path)"
    case .malformed(let path, let what): "\(path) is malformed: \(what); move it away and a new one is made"
    }
  }
}

import GRDB

/// Why a store cannot be read or written.
package enum StoreError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file or its folder cannot be opened or written.
  case unusable(path: String, reason: String)
  /// The file is there and is no database, or a broken one.
  case corrupt(path: String, reason: String)
  /// No space is left on the device, or the store reached its limit.
  case full(path: String)
  /// Another bundle with the same request id is stored already; the first one stays.
  case conflict(requestID: String)
  /// The file was written by a newer version.
  case tooNew(path: String)

  package var description: String {
    switch self {
    case .unusable(let path, let reason): "the store \(path) cannot be used: \(reason)"
    case .corrupt(let path, let reason):
      "the store \(path) is damaged (\(reason)); move it away, or repair it with: sqlite3 \(path) .recover"
    case .full(let path): "no space is left for the store \(path); free some, nothing stored is lost"
    case .conflict(let id): "another bundle of request \(id) is stored already"
    case .tooNew(let path): "the store \(path) was written by a newer version of razao"
    }
  }

  init(_ error: any Error, path: String) {
    guard let error = error as? DatabaseError else {
      self = (error as? StoreError) ?? .unusable(path: path, reason: "\(error)")
      return
    }
    let reason = error.message ?? "error \(error.resultCode.rawValue)"
    self =
      switch error.resultCode {
      case .SQLITE_FULL: .full(path: path)
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt(path: path, reason: reason)
      default: .unusable(path: path, reason: reason)
      }
  }
}

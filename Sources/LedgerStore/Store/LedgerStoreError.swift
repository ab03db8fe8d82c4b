import GRDB
import Glibc
import Hashing

/// Why a ledger's file cannot be read or written; one line that names the file.
package enum LedgerStoreError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file or its folder cannot be opened or written.
  case unusable(path: String, reason: String)
  /// The file may be read only.
  case readOnly(path: String)
  /// No space is left on the device. What was committed stands.
  case full(path: String)
  /// The file is no database, or a broken one.
  case corrupt(path: String, reason: String)
  /// The file was written by a newer version, or is of another program.
  case foreign(path: String, version: Int)
  /// The file holds another chain.
  case otherChain(path: String, stored: String, wanted: String)
  /// The records in the file do not make the state that was committed.
  case otherState(path: String, height: UInt64, stored: Digest, rebuilt: Digest)
  /// The file is not at the height that this commit follows: someone else writes to it.
  case outOfStep(path: String, height: UInt64)

  package var description: String {
    switch self {
    case .unusable(let path, let reason): "the ledger \(path) cannot be used: \(reason)"
    case .readOnly(let path): "the ledger \(path) cannot be written: it is read-only"
    case .full(let path): "no space is left for the ledger \(path); free some, nothing committed is lost"
    case .corrupt(let path, let reason): "the ledger \(path) is damaged (\(reason)); restore it from a peer"
    case .foreign(let path, let version):
      "the ledger \(path) is of version \(version), which this program does not know"
    case .otherChain(let path, let stored, let wanted): "the ledger \(path) is of chain \(stored), not of \(wanted)"
    case .otherState(let path, let height, let stored, let rebuilt):
      "the ledger \(path) is damaged: its records make the state \(rebuilt), block \(height) committed \(stored)"
    case .outOfStep(let path, let height):
      "the ledger \(path) is not where block \(height) begins; another process writes to it"
    }
  }

  init(_ error: any Error, path: String) {
    guard let error = error as? DatabaseError else {
      self = (error as? LedgerStoreError) ?? .unusable(path: path, reason: "\(error)")
      return
    }
    let reason = error.message ?? "error \(error.extendedResultCode.rawValue)"
    self =
      switch error.resultCode {
      case .SQLITE_FULL: .full(path: path)
      case .SQLITE_READONLY: .readOnly(path: path)
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt(path: path, reason: reason)
      default:
        Self.cause(path) ?? .unusable(path: path, reason: "\(reason) (\(error.extendedResultCode.rawValue))")
      }
  }

  /// What the file system says where SQLite knows only that a write failed: a small file beside the ledger's is tried.
  private static func cause(_ path: String) -> LedgerStoreError? {
    let probe = "\(path)-probe"
    let descriptor = open(probe, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return named(errno, path) }
    defer {
      close(descriptor)
      unlink(probe)
    }
    let bytes = [UInt8](repeating: 0, count: 4_096)
    guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
      return named(errno, path)
    }
    return nil
  }

  /// The error that the file system's number means; nil for one that has no case of its own.
  static func named(_ number: Int32, _ path: String) -> LedgerStoreError? {
    switch number {
    case EROFS, EACCES, EPERM: .readOnly(path: path)
    case ENOSPC, EDQUOT: .full(path: path)
    default: nil
    }
  }
}

import Hashing

/// Why a program could not be fetched; one line each.
package enum FetchError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Nobody was named to fetch from.
  case noPeers
  /// Nobody who was asked gave it, or the rest of it; what came already is kept.
  case nobodyHasIt(program: Digest, reasons: [String])
  /// The file is longer than what the caller allows.
  case tooLong(byteCount: Int, limit: Int)
  /// The disk has not so much room.
  case diskFull(path: String, needed: Int)
  /// The system refused something else.
  case file(path: String, reason: String)
  /// Another fetch writes there.
  case inUse(path: String)
  /// Something else lies where the program would go.
  case targetTaken(path: String)
  /// The fetched file has the file root that was stated, and yet is not the program.
  case otherProgram(expected: Digest, reason: String)

  package var description: String {
    switch self {
    case .noPeers: "no peer to fetch from; name one with --peer, or a ledger that knows some"
    case .nobodyHasIt(let program, let reasons):
      "nobody gave the program \(program.hex.prefix(16))…: \(reasons.joined(separator: "; "))"
    case .tooLong(let count, let limit): "the program's file has \(count) bytes; the limit is \(limit)"
    case .diskFull(let path, let needed):
      "no room for \(path), which needs \(needed) bytes; free some, then run this again"
    case .file(let path, let reason): "\(path) cannot be used: \(reason)"
    case .inUse(let path): "\(path) is being fetched by another process"
    case .targetTaken(let path): "\(path) holds something else; move it away, or fetch to another place"
    case .otherProgram(let expected, let reason):
      "the fetched file is not the program \(expected.hex.prefix(16))…: \(reason)"
    }
  }
}

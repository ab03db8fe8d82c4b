import HTTPTypes
import Hashing
import NIOCore
import StrictJSON

/// Somebody who hands out programs.
package protocol ProgramPeer: Sendable {
  /// How people call it: an address.
  var name: String { get }
  /// What the peer says of a program's file.
  /// - Throws: `ProgramPeerError`, `CancellationError`.
  func manifest(of program: Digest) async throws -> ProgramManifest
  /// One chunk, not yet verified.
  /// - Throws: `ProgramPeerError`, `CancellationError`.
  func chunk(_ index: Int, of manifest: ProgramManifest) async throws -> ProgramChunk
}

/// Why a peer did not give what it was asked for; each case is treated in its own way.
package enum ProgramPeerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No connection, or it broke, or the peer is busy: to be tried again.
  case unreachable(String)
  /// The peer does not have it: others are asked.
  case absent(String)
  /// The peer sent what cannot be right: it is not asked again.
  case wrong(String)

  package var description: String {
    switch self {
    case .unreachable(let reason): "cannot be reached: \(reason)"
    case .absent(let reason): "does not have it: \(reason)"
    case .wrong(let what): "sent \(what)"
    }
  }
}

/// A peer at an address. Nobody is believed: what comes is verified against the file's root, so any certificate will do.
package struct HTTPProgramPeer: ProgramPeer {
  /// `http://…` or `https://…`, without a slash at the end.
  package let endpoint: String
  private let http: PeerHTTP
  private let timeout: Duration

  package init(endpoint: String, http: PeerHTTP = .unpinned, timeout: Duration = .seconds(60)) {
    self.endpoint = endpoint
    self.http = http
    self.timeout = timeout
  }

  package var name: String { endpoint }

  package func manifest(of program: Digest) async throws -> ProgramManifest {
    let (body, _) = try await get("\(endpoint)\(ProgramRoutes.folder)/\(program.hex)", limit: 1 << 16)
    guard let json = try? JSON.parse(body, limits: JSONLimits(byteCount: 1 << 16, depth: 4)) else {
      throw ProgramPeerError.wrong("a manifest that is not JSON")
    }
    return try ProgramManifest(json: json, program: program)
  }

  package func chunk(_ index: Int, of manifest: ProgramManifest) async throws -> ProgramChunk {
    let expected = manifest.range(ofChunk: index).count
    let address = "\(endpoint)\(ProgramRoutes.folder)/\(manifest.program.hex)/chunks/\(index)"
    let (bytes, path) = try await get(address, limit: expected)
    guard let path = path.flatMap(ProgramRoutes.path) else { throw ProgramPeerError.wrong("a chunk without its path") }
    return ProgramChunk(bytes: bytes, path: path)
  }

  /// Body and path header of an answer.
  private func get(_ address: String, limit: Int) async throws -> (body: [UInt8], path: String?) {
    do {
      return try await PeerHTTP.within(timeout) {
        let response = try await http.open(.get, address, timeout: timeout)
        let status = Int(response.status.code)
        guard status == 200 else { throw Self.refusal(status) }
        let body = try await PeerHTTP.body(response, limit: limit, timeout: timeout)
        return (body, response.headers.first(name: ProgramRoutes.pathHeader))
      }
    } catch let error as PeerError {
      throw Self.failure(error)
    }
  }

  private static func refusal(_ status: Int) -> ProgramPeerError {
    switch status {
    case 404, 410, 400: .absent("status \(status)")
    default: .unreachable("status \(status)")
    }
  }

  private static func failure(_ error: PeerError) -> ProgramPeerError {
    switch error {
    case .malformed(let what): .wrong(what)
    default: .unreachable("\(error)")
    }
  }
}

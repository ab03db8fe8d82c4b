import AsyncHTTPClient
import Dialects
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Receipts

/// HTTP to one kind of peer: plain to a gateway, TLS to a provider whose certificate is pinned, or, to learn that
/// certificate, TLS that believes anybody.
package final class PeerHTTP: Sendable {
  private let client: HTTPClient

  /// To gateways, which are on the same machine or behind somebody's own TLS.
  package static let plain = PeerHTTP(tls: nil)

  /// To fetch an identity document, whose contents are verified and then pinned.
  package static let unpinned: PeerHTTP = {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.certificateVerification = .none
    return PeerHTTP(tls: tls)
  }()

  /// To the provider that holds the key of this certificate, whatever its address.
  /// - Throws: `PeerError.malformed` when the certificate cannot be parsed.
  package convenience init(pinning certificate: CertificateStatement) throws(PeerError) {
    var tls = TLSConfiguration.makeClientConfiguration()
    guard let trusted = try? NIOSSLCertificate(bytes: certificate.der, format: .der) else {
      throw .malformed("the certificate")
    }
    tls.trustRoots = .certificates([trusted])
    tls.certificateVerification = .noHostnameVerification
    tls.minimumTLSVersion = .tlsv13
    self.init(tls: tls)
  }

  private init(tls: TLSConfiguration?) {
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow,
      timeout: HTTPClient.Configuration.Timeout(connect: .seconds(8), read: .minutes(10)))
    configuration.httpVersion = .http1Only
    configuration.connectionPool.idleTimeout = .seconds(30)
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// Closes what is still open: a client may be forgotten on the way of an error, and must not be dropped while it runs.
  deinit {
    client.shutdown { _ in }
  }

  /// Closes all connections; to be called once, when nothing uses them any more.
  package func shutdown() async {
    try? await client.shutdown()
  }

  /// What came back, the body in memory.
  package struct Answer: Sendable {
    package var status: Int
    package var body: [UInt8]

    /// The error in a body, or a stand-in.
    package var refusal: RequestError {
      if case .failure(let error)? = try? AnswerEvent(body: body) {
        return RequestError(
          status: status, kind: error.kind, parameter: error.parameter, code: error.code, message: error.message)
      }
      return RequestError(.providerFailed, nil, "The peer answered with status \(status).")
    }
  }

  /// Sends a request and reads the whole answer, all within `timeout`.
  /// - Throws: `PeerError`.
  package func send(
    _ method: HTTPRequest.Method, _ url: String, headers: [(String, String)] = [], body: [UInt8] = [],
    type: String? = nil, timeout: Duration, limit: Int = 128 << 20
  ) async throws -> Answer {
    try await Self.within(timeout) {
      let response = try await self.open(method, url, headers: headers, body: body, type: type, timeout: timeout)
      return Answer(status: Int(response.status.code), body: try await Self.collect(response, limit: limit))
    }
  }

  /// Cancels an operation that takes too long: the client's own deadline ends with an answer's head, and a peer could
  /// send the body byte by byte for ever.
  /// - Throws: `PeerError.unreachable` then, and what the operation throws.
  static func within<Value: Sendable>(
    _ limit: Duration, _ operation: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
      group.addTask { try await operation() }
      group.addTask {
        try await Task.sleep(for: limit)
        throw PeerError.unreachable("no whole answer came within \(limit.components.seconds) seconds")
      }
      defer { group.cancelAll() }
      guard let value = try await group.next() else { throw CancellationError() }
      return value
    }
  }

  /// Sends a request and gives the answer's head, with the body to be read.
  package func open(
    _ method: HTTPRequest.Method, _ url: String, headers: [(String, String)] = [], body: [UInt8] = [],
    type: String? = nil, timeout: Duration
  ) async throws -> HTTPClientResponse {
    var request = HTTPClientRequest(url: url)
    request.method = NIOHTTP1.HTTPMethod(rawValue: method.rawValue)
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let type { request.headers.add(name: "content-type", value: type) }
    if !body.isEmpty { request.body = .bytes(ByteBuffer(bytes: body)) }
    do {
      return try await client.execute(request, timeout: TimeAmount(timeout))
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      throw PeerError(connection: error)
    }
  }

  /// The body of an answer that is not streamed: it comes in one go once its head is there.
  static func body(_ response: HTTPClientResponse, limit: Int, timeout: Duration = .seconds(60)) async throws -> [UInt8]
  {
    try await within(timeout) { try await collect(response, limit: limit) }
  }

  private static func collect(_ response: HTTPClientResponse, limit: Int) async throws -> [UInt8] {
    do {
      return Array(buffer: try await response.body.collect(upTo: limit))
    } catch is NIOTooManyBytesError {
      throw PeerError.malformed("an answer of more than \(limit) bytes")
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      throw PeerError(connection: error)
    }
  }
}

/// What went wrong with a peer.
package enum PeerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No connection, or it broke.
  case unreachable(String)
  /// The peer refused, and says why.
  case refused(RequestError)
  /// The peer's answer cannot be read.
  case malformed(String)
  /// The peer's statements do not verify: it is broken or it cheats.
  case unverified(String)
  /// The clocks disagree.
  case clock(ClockError)

  package var description: String {
    switch self {
    case .unreachable(let reason): "the connection failed: \(reason)"
    case .refused(let error): "refused with status \(error.status): \(error.message)"
    case .malformed(let what): "malformed: \(what)"
    case .unverified(let what): "not verified: \(what)"
    case .clock(let error): error.description
    }
  }

  init(connection error: any Error) {
    if let error = error as? PeerError {
      self = error
    } else {
      self = .unreachable(Self.words(error))
    }
  }

  private static func words(_ error: any Error) -> String {
    switch error {
    case let error as IOError: String(cString: strerror(error.errnoCode))
    case is NIOConnectionError: "nobody answers"
    case let error as HTTPClientError: error.description
    default: "\(error)"
    }
  }
}

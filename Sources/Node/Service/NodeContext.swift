import Dialects
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// What a request's handlers know besides the request.
package struct NodeContext: RequestContext {
  package var coreContext: CoreRequestContextStorage
  /// The connection to the peer; `nil` in router tests, which have none.
  private let connection: (any Channel)?

  package init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    connection = source.channel.remoteAddress == nil ? nil : source.channel
  }

  /// Runs a long computation that is cancelled when the peer goes away.
  /// - Throws: `CancellationError` then, and whatever the operation throws.
  func whilePeerStays<Value: Sendable>(_ operation: () async throws -> Value) async throws -> Value {
    guard let connection else { return try await operation() }
    let (isGone, gone) = AsyncStream<Void>.makeStream()
    connection.closeFuture.whenComplete { _ in gone.finish() }
    return try await withoutActuallyEscaping(operation) { operation in
      // Only the one child task below runs it, while this task waits and touches nothing that it captured.
      nonisolated(unsafe) let operation = operation
      return try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await operation() }
        group.addTask {
          for await _ in isGone {}
          throw CancellationError()
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
      }
    }
  }
}

/// Closes a connection when the peer has closed its half: nobody is left to read an answer.
///
/// Without it a peer that went away is only noticed when writes begin to fail, which after a TLS goodbye takes seconds.
/// And when this side closes, it goes on reading, or the peer's goodbye would be waited for and never be read.
final class PeerWatch: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = Any
  typealias OutboundIn = Any

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    context.fireUserInboundEventTriggered(event)
    if case .inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    context.close(mode: mode, promise: promise)
    context.read()
  }
}

extension HTTPServerBuilder {
  /// HTTP/1.1 whose connections end when the peer leaves, or sends nothing for a minute while a request is awaited.
  static var watched: HTTPServerBuilder {
    .http1(
      configuration: HTTP1Channel.Configuration(additionalChannelHandlers: [PeerWatch()], idleTimeout: .seconds(60)))
  }
}

extension ApplicationConfiguration {
  /// Connections that a node serves at once; others wait to be taken.
  static let connectionLimit = 256

  /// Where a node listens.
  static func node(host: String, port: Int) -> ApplicationConfiguration {
    ApplicationConfiguration(
      address: .hostname(host, port: port),
      availableConnectionsDelegate: MaximumAvailableConnections(connectionLimit))
  }
}

extension Request {
  /// The whole body, kept in the request too.
  /// - Throws: `RequestError` 413 beyond the limit.
  mutating func collectBytes(limit: Int = RequestLimits.byteCount) async throws -> [UInt8] {
    do {
      return Array(buffer: try await collectBody(upTo: limit))
    } catch let error as HTTPError where error.status == .contentTooLarge {
      throw RequestError(.bodyTooLarge, nil, "The body is longer than \(limit) bytes. Send less.")
    } catch is NIOTooManyBytesError {
      throw RequestError(.bodyTooLarge, nil, "The body is longer than \(limit) bytes. Send less.")
    }
  }
}

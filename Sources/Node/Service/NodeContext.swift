import Dialects
import Hummingbird
import Logging
import NIOCore

/// What a request's handlers know besides the request.
package struct NodeContext: RequestContext {
  package var coreContext: CoreRequestContextStorage
  /// Whether a peer is at the other end; router tests have none.
  package let hasPeer: Bool

  package init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    hasPeer = source.channel.remoteAddress != nil
  }
}

extension Request {
  /// Runs a long computation that is cancelled when the peer goes away. The body must have been collected.
  func whilePeerStays<Value: Sendable>(
    _ context: NodeContext, _ operation: @Sendable () async throws -> Value
  ) async throws -> Value {
    guard context.hasPeer else { return try await operation() }
    return try await body.consumeWithCancellationOnInboundClose { _ in try await operation() }
  }

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

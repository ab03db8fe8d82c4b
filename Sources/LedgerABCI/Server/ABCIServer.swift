import ABCI
import Glibc
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Serves an application to a consensus engine on a TCP port or a unix socket.
///
/// Any number of connections up to a bound; every method on any of them; on each, one response for each request in
/// the same order. Whoever can connect commands the ledger, so the address should be local: a unix socket is made
/// readable for its owner alone.
package final class ABCIServer: Sendable {
  /// Where engines connect, and what one may ask for at most.
  package struct Configuration: Sendable {
    package var address: ABCIAddress
    /// The longest message in bytes.
    package var frameLimit = FrameDecoder.defaultLimit
    /// An engine opens four; its command-line tool one.
    package var connectionLimit = 32
    package var threadCount = 8

    package init(address: ABCIAddress) {
      self.address = address
    }
  }

  /// Where the server listens; the port is the one that the system chose if 0 was asked for.
  package let address: ABCIAddress
  private let listener: any Channel
  private let connections: OpenConnections
  private let group: MultiThreadedEventLoopGroup
  private let pool: NIOThreadPool
  private let firstFault: FaultLatch
  private let hasStopped = Mutex(false)

  private init(
    address: ABCIAddress, listener: any Channel, connections: OpenConnections, group: MultiThreadedEventLoopGroup,
    pool: NIOThreadPool, firstFault: FaultLatch
  ) {
    self.address = address
    self.listener = listener
    self.connections = connections
    self.group = group
    self.pool = pool
    self.firstFault = firstFault
  }

  /// Starts to listen.
  /// - Throws: when the address is taken or cannot be listened at.
  package static func start(
    _ application: any ABCIApplication, _ configuration: Configuration, logger: Logger
  ) async throws(ABCIServerError) -> ABCIServer {
    let address = configuration.address
    if !address.isLocal {
      logger.warning("other machines may reach the ledger's engine port", metadata: ["address": "\(address)"])
    }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    let pool = NIOThreadPool(numberOfThreads: configuration.threadCount)
    pool.start()
    let firstFault = FaultLatch()
    let connections = OpenConnections(limit: configuration.connectionLimit)
    let bootstrap = bootstrap(
      ABCIResponder(application), configuration, group, pool, connections, logger, onFault: { firstFault.close($0) })
    do throws(ABCIServerError) {
      let listener = try await listen(bootstrap, at: address, group)
      return ABCIServer(
        address: Self.bound(listener, address), listener: listener, connections: connections, group: group,
        pool: pool, firstFault: firstFault)
    } catch {
      try? await pool.shutdownGracefully()
      try? await group.shutdownGracefully()
      throw error
    }
  }

  /// Waits until the application failed or a connection sent what is no ABCI.
  /// - Returns: the first fault; `nil` when the server was stopped without one.
  package func fault() async -> ABCIFault? {
    await firstFault.wait()
  }

  /// How many connections are open.
  package var connectionCount: Int { connections.count }

  /// Closes all connections and stops to listen; an engine ends with that. Once stopped it stays so.
  package func stop() async {
    let isFirst = hasStopped.withLock { hasStopped in
      defer { hasStopped = true }
      return !hasStopped
    }
    guard isFirst else { return }
    try? await listener.close()
    for channel in connections.all { try? await channel.close() }
    firstFault.close(nil)
    try? await pool.shutdownGracefully()
    try? await group.shutdownGracefully()
    if case .unix(let path) = address { unlink(path) }
  }
}

extension ABCIServer {
  private static func bootstrap(
    _ responder: ABCIResponder, _ configuration: Configuration, _ group: MultiThreadedEventLoopGroup,
    _ pool: NIOThreadPool, _ connections: OpenConnections, _ logger: Logger,
    onFault: @escaping @Sendable (ABCIFault) -> Void
  ) -> ServerBootstrap {
    ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 16)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        guard connections.admit(channel) else {
          logger.warning("a connection is refused: too many are open")
          return channel.close()
        }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            ABCIConnection(
              responder: responder, pool: pool, frameLimit: configuration.frameLimit, logger: logger, onFault: onFault))
        }
      }
  }

  private static func listen(
    _ bootstrap: ServerBootstrap, at address: ABCIAddress, _ group: MultiThreadedEventLoopGroup
  ) async throws(ABCIServerError) -> any Channel {
    do {
      switch address {
      case .tcp(let host, let port):
        return try await bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
          .bind(host: host, port: port).get()
      case .unix(let path):
        try await refuseLiveSocket(path, group)
        let channel = try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        guard chmod(path, 0o600) == 0 else {
          try? await channel.close()
          throw ABCIServerError.unavailable("\(address)", "its permissions cannot be set")
        }
        return channel
      }
    } catch let error as ABCIServerError {
      throw error
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw .taken("\(address)")
    } catch {
      throw .unavailable("\(address)", "\(error)")
    }
  }

  /// A socket file that a dead process left behind is replaced; one that answers is another server's.
  private static func refuseLiveSocket(_ path: String, _ group: MultiThreadedEventLoopGroup) async throws {
    let probe = try? await ClientBootstrap(group: group).connect(unixDomainSocketPath: path).get()
    guard let probe else { return }
    try? await probe.close()
    throw ABCIServerError.taken("unix://\(path)")
  }

  private static func bound(_ listener: any Channel, _ address: ABCIAddress) -> ABCIAddress {
    guard case .tcp(let host, _) = address, let port = listener.localAddress?.port else { return address }
    return .tcp(host: host, port: port)
  }
}

/// The open connections of a server.
private final class OpenConnections: Sendable {
  private let limit: Int
  private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

  init(limit: Int) {
    self.limit = limit
  }

  var count: Int { channels.withLock { $0.count } }

  var all: [any Channel] { channels.withLock { Array($0.values) } }

  /// Takes a connection in until it closes; false when there are enough.
  func admit(_ channel: any Channel) -> Bool {
    let key = ObjectIdentifier(channel)
    let isAdmitted = channels.withLock { channels in
      guard channels.count < limit else { return false }
      channels[key] = channel
      return true
    }
    if isAdmitted {
      channel.closeFuture.whenComplete { _ in self.channels.withLock { $0[key] = nil } }
    }
    return isAdmitted
  }
}

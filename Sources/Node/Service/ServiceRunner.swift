import Foundation
import Glibc
import Logging
import NIOCore
import ServiceLifecycle

/// Runs services until one fails, a signal asks for the end, or the parent process goes away.
enum ServiceRunner {
  /// - Parameters:
  ///   - endsWithInput: also ends when standard input does; a supervisor holds its other end, so that its death,
  ///     however sudden, ends its children.
  ///   - handlesSignals: SIGINT and SIGTERM end the services; off in tests and where the caller does it.
  static func run(
    _ services: [any Service], endsWithInput: Bool, handlesSignals: Bool, gracePeriod: Duration = .seconds(4),
    logger: Logger
  ) async throws {
    var entries = services.map { service in
      ServiceGroupConfiguration.ServiceConfiguration(
        service: service, successTerminationBehavior: .gracefullyShutdownGroup,
        failureTerminationBehavior: .gracefullyShutdownGroup)
    }
    if endsWithInput {
      entries.append(.init(service: InputWatch(), successTerminationBehavior: .gracefullyShutdownGroup))
    }
    var configuration = ServiceGroupConfiguration(
      services: entries, gracefulShutdownSignals: handlesSignals ? [.sigterm, .sigint] : [], logger: logger)
    configuration.maximumGracefulShutdownDuration = gracePeriod
    configuration.maximumCancellationDuration = .seconds(10)
    try await ServiceGroup(configuration: configuration).run()
  }

  /// Turns what a server throws when it cannot listen into one line.
  static func listenError(_ error: any Error, host: String, port: Int) -> any Error {
    guard let error = error as? IOError else { return error }
    if error.errnoCode == EADDRINUSE { return ServiceError.portTaken(host: host, port: port) }
    return ServiceError.addressUnusable(host: host, port: port, reason: String(cString: strerror(error.errnoCode)))
  }
}

/// Ends when standard input ends.
struct InputWatch: Service {
  func run() async throws {
    let (ends, end) = AsyncStream<Void>.makeStream()
    let thread = Thread {
      var byte: UInt8 = 0
      while read(STDIN_FILENO, &byte, 1) > 0 {}
      end.finish()
    }
    thread.stackSize = 1 << 18
    thread.start()
    await cancelWhenGracefulShutdown { for await _ in ends {} }
  }
}

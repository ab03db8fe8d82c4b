import ABCI
import Logging

@testable import LedgerABCI

extension Logger {
  /// Says nothing: faults are provoked on purpose.
  static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// Where the tests' servers listen.
enum Transport: String, CaseIterable, Sendable {
  case tcp, unix

  func address(_ directory: TestDirectory) -> ABCIAddress {
    switch self {
    case .tcp: .tcp(host: "127.0.0.1", port: 0)
    case .unix: .unix(path: directory.path + "/abci.sock")
    }
  }
}

/// Runs `body` against a server of `application`, which is stopped afterwards.
func withServer(
  _ application: any ABCIApplication, _ transport: Transport = .unix,
  connectionLimit: Int = 32,
  frameLimit: Int = FrameDecoder.defaultLimit, _ body: (ABCIServer) async throws -> Void
) async throws {
  let directory = try TestDirectory()
  defer { withExtendedLifetime(directory) {} }
  var configuration = ABCIServer.Configuration(address: transport.address(directory))
  configuration.connectionLimit = connectionLimit
  configuration.frameLimit = frameLimit
  let server = try await ABCIServer.start(application, configuration, logger: .silent)
  do {
    try await body(server)
  } catch {
    await server.stop()
    throw error
  }
  await server.stop()
}

import ABCI
import Glibc
import Hashing
import Ledger
import LedgerABCI
import LedgerStore
import Logging
import StrictJSON

/// Measures the ledger as an engine sees it: over a unix socket, every commit durable.
enum EngineRun {
  /// `ledger-engine folder= [blocks=500]`: blocks without transactions, FinalizeBlock and Commit each followed by Flush
  /// as CometBFT does, on a ledger that is begun in a new folder. Median and extremes of the time for both calls.
  static func emptyBlocks(_ command: Command) async throws -> JSON {
    let folder = try command.text("folder")
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw CommandError("\(folder) cannot be made") }
    let count = try command.count("blocks", default: 500)
    let logger = Logger(label: "razao-bench") { _ in SwiftLogNoOpLogHandler() }
    let application = try LedgerApplication(
      store: try LedgerStore(path: folder + "/ledger.sqlite"), configuration: .init(), logger: logger)
    let path = folder + "/abci.sock"
    let server = try await ABCIServer.start(application, .init(address: .unix(path: path)), logger: logger)
    let times = Result { try measure(path, count) }
    await server.stop()
    let sorted = try times.get().sorted()
    return [
      "blocks": JSON(count), "median": JSON(sorted[sorted.count / 2]), "least": JSON(sorted[0]),
      "most": JSON(sorted[sorted.count - 1]),
    ]
  }

  /// Nanoseconds of each block.
  private static func measure(_ path: String, _ count: Int) throws -> [Int] {
    let connection = try EngineConnection(path)
    let genesis = InitChainRequest {
      $0.chainID = "razao-bench"
      $0.appState = Array("{}".utf8)
      $0.initialHeight = 1
    }
    try connection.call(.initChain(genesis))
    return try (1...count).map { height in
      let block = BlockRequest {
        $0.height = Int64(height)
        $0.hash = [UInt8](repeating: 1, count: 32)
        $0.time = Timestamp(milliseconds: 1_700_000_000_000 + UInt64(height))
      }
      return try Stopwatch.nanoseconds {
        try connection.call(.finalizeBlock(block))
        try connection.call(.commit)
      }
    }
  }
}

/// A blocking connection to an application on a unix socket.
private final class EngineConnection {
  private let descriptor: Int32
  private var decoder = FrameDecoder()

  init(_ path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix(107)) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw CommandError("\(path) does not answer") }
  }

  deinit { close(descriptor) }

  /// Sends a request and Flush and waits for both answers.
  func call(_ request: ABCIRequest) throws {
    let bytes = request.frame() + ABCIRequest.flush.frame()
    guard write(descriptor, bytes, bytes.count) == bytes.count else { throw CommandError("the ledger does not listen") }
    for method in [request.method, .flush] {
      guard try ABCIResponse(decoding: receive()).method == method else { throw CommandError("another answer") }
    }
  }

  private func receive() throws -> [UInt8] {
    while true {
      if let message = try decoder.next() { return message }
      var buffer = [UInt8](repeating: 0, count: 4_096)
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { throw CommandError("the ledger closed the connection") }
      decoder.append(buffer[..<count])
    }
  }
}

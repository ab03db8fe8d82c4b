import Foundation
import StrictJSON
import Testing

@testable import ABCI

/// One recorded call: what a CometBFT 0.38.25 node sent and what a minimal application answered, whole frames.
struct RecordedCall: Sendable {
  let connection: Int
  let method: String
  let request: [UInt8]
  let response: [UInt8]
}

/// The recordings beside the checkout; tests that need them are skipped without.
enum Recording {
  static let directory: String? = {
    if let named = ProcessInfo.processInfo.environment["RAZAO_SHARED_DATA"] { return named + "/abci" }
    var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    while folder.path != "/" {
      let candidate = folder.deletingLastPathComponent().appendingPathComponent("shared/data/abci").path
      if FileManager.default.fileExists(atPath: candidate + "/node-trace-a.jsonl") { return candidate }
      folder = folder.deletingLastPathComponent()
    }
    return nil
  }()

  static var isPresent: Bool { directory != nil }

  static let names = ["node-trace-a", "node-trace-b"]

  /// The calls of one recording in the order they were made.
  static func calls(_ name: String) throws -> [RecordedCall] {
    let directory = try #require(directory)
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name).jsonl"))
    return try data.split(separator: 0x0a).map { line in
      let row = try JSON.parse([UInt8](line))
      return RecordedCall(
        connection: try #require(row["conn"]?.integer), method: try #require(row["req"]?.string),
        request: try #require(row["req_hex"]?.string.flatMap(bytes(hexadecimal:))),
        response: try #require(row["resp_hex"]?.string.flatMap(bytes(hexadecimal:))))
    }
  }
}

/// The message of a frame that holds exactly one.
func message(inFrame frame: [UInt8]) throws -> [UInt8] {
  var decoder = FrameDecoder()
  decoder.append(frame)
  let message = try #require(try decoder.next())
  #expect(decoder.pendingByteCount == 0)
  return message
}

extension ABCIMethod {
  /// The method's name as the recordings write it.
  var recordedName: String {
    "\(self)".reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : String($1) }
  }
}

import ABCI
import Foundation
import StrictJSON
import Testing

/// One recorded call of a CometBFT 0.38.25 node: which of its connections, the method's name, the whole frame.
struct RecordedCall: Sendable {
  let connection: Int
  let method: String
  let request: [UInt8]
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
      let digits = try #require(row["req_hex"]?.string).compactMap(\.hexDigitValue)
      return RecordedCall(
        connection: try #require(row["conn"]?.integer), method: try #require(row["req"]?.string),
        request: stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
    }
  }

  /// The method's name as the recordings write it.
  static func name(of method: ABCIMethod) -> String {
    "\(method)".reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : String($1) }
  }
}

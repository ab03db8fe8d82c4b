import Foundation
import Testing

/// Finds the folder of published models that some tests read.
enum SharedData {
  /// `RAZAO_SHARED_DATA`, or `shared/data` beside a folder above this file.
  static let root: String? = {
    if let named = ProcessInfo.processInfo.environment["RAZAO_SHARED_DATA"] { return named }
    var folder = URL(fileURLWithPath: #filePath)
    while folder.path.count > 1 {
      folder.deleteLastPathComponent()
      let candidate = folder.appendingPathComponent("shared/data").path
      if FileManager.default.fileExists(atPath: candidate) { return candidate }
    }
    return nil
  }()

  static var isPresent: Bool { root != nil }

  static func path(_ relative: String) throws -> String {
    try #require(root) + "/" + relative
  }

  static func bytes(_ relative: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(relative))))
  }
}

/// Files that tests bring along.
enum Fixture {
  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/" + name).path
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }
}

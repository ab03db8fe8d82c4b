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
}

/// Runs a body with an empty folder, and removes it.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("import-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// The names in a folder, ascending.
func names(in folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}

func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

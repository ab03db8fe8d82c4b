import Foundation

/// Data beside the project, where it is.
enum SharedData {
  /// `RAZAO_SHARED_DATA`, or `../shared/data` from the package's root.
  static let folder: String = {
    if let folder = ProcessInfo.processInfo.environment["RAZAO_SHARED_DATA"] { return folder }
    return package + "/../shared/data"
  }()

  /// The package's root.
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  static let isPresent = FileManager.default.fileExists(atPath: folder + "/models/stories260K")

  static func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }
}

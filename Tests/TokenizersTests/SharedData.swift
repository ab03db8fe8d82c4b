import Foundation
import Testing

/// Finds the folder of real data that some tests read; it is not part of the project.
enum SharedData {
  /// `RAZAO_SHARED_DATA`, or `shared/data` beside a folder above this file.
  static let root: URL? = {
    if let named = ProcessInfo.processInfo.environment["RAZAO_SHARED_DATA"] { return URL(fileURLWithPath: named) }
    var folder = URL(fileURLWithPath: #filePath)
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let candidate = folder.appendingPathComponent("shared/data")
      if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
    }
    return nil
  }()

  static var isPresent: Bool { root != nil }

  static func path(_ name: String) throws -> String {
    try #require(root).appendingPathComponent(name).path
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: #require(root).appendingPathComponent(name)))
  }
}

/// Files beside the tests.
enum Fixture {
  static func text(_ name: String) throws -> String {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
    return try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }
}

/// A small reproducible generator (SplitMix64), so that a failing seed can be run again.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

import Foundation
import Program
import StrictJSON
import Testing

@testable import Import

/// A small random model and what transformers computes with it; made by scripts/family-fixtures.py.
struct FamilyFixture: CustomTestStringConvertible {
  let name: String
  let tokens: [UInt32]
  /// Logits for each position, or one vector of unit length.
  let expected: [[Double]]

  var testDescription: String { name }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/families")

  var path: String { Self.folder.appendingPathComponent(name).path }

  init(_ name: String) throws {
    self.name = name
    let folder = Self.folder.appendingPathComponent(name)
    let description = try JSON.parse(Array(Data(contentsOf: folder.appendingPathComponent("expected.json"))))
    tokens = (description["tokens"]?.array ?? []).compactMap { $0.integer.map { UInt32($0) } }
    let columns = description["columns"]?.integer ?? 1
    let values = Self.binary32(try Data(contentsOf: folder.appendingPathComponent("expected.f32")))
    expected = stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
  }

  static func binary32(_ data: Data) -> [Double] {
    let bytes = Array(data)
    return stride(from: 0, to: bytes.count, by: 4).map { start in
      let pattern = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
      return Double(Float(bitPattern: pattern))
    }
  }

  /// Imports the model and lends the program.
  func withProgram<Result>(
    _ options: ImportOptions = .fine, calibrate: CalibrationRun? = nil, _ body: (Program) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { folder in
      try body(importProgram(from: path, to: folder + "/program", options: options, calibrate: calibrate))
    }
  }
}

extension ImportOptions {
  /// Operands of 15 bits: what remains is the rounding of weights to 8 bits, so that a wrong operator cannot hide
  /// behind the rounding of values. Random weights have no redundancy, and rows of 32 leave it nowhere to average out.
  static var fine: ImportOptions {
    var options = ImportOptions()
    options.attentionInput.mode = .twoLimbs
    options.attentionOutput.mode = .twoLimbs
    options.feedForwardInput.mode = .twoLimbs
    options.feedForwardDown.mode = .twoLimbs
    options.head.mode = .twoLimbs
    options.queryLimbs = 2
    options.keyLimbs = 2
    return options
  }
}

/// How alike two vectors are.
func cosine(_ left: [Double], _ right: [Double]) -> Double {
  func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  return product(left, right) / (product(left, left) * product(right, right)).squareRoot()
}

/// Runs a body with an empty folder, and removes it.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("families-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

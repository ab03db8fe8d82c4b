import FileMapping
import Foundation
import Import
import Program
import Testing

/// A folder of its own for one test, removed at the end.
final class Folder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("onnx-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file.
  /// - Returns: its path.
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let target = path + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: target))
    return target
  }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }

  /// Imports a network and opens the program.
  func program(_ source: String, options: NetworkImportOptions = NetworkImportOptions()) throws -> Program {
    try importNetwork(from: source, to: path + "/\(UUID().uuidString).razao", options: options)
  }

  /// Imports a network from bytes.
  func program(
    _ bytes: [UInt8], name: String = "model.onnx", options: NetworkImportOptions = NetworkImportOptions()
  ) throws -> Program {
    try program(write(bytes, name), options: options)
  }

  /// The error that an import ends with; `nil` when it does not.
  func failure(
    _ bytes: [UInt8], name: String = "model.onnx", options: NetworkImportOptions = NetworkImportOptions()
  ) throws -> ImportError? {
    let source = try write(bytes, name)
    do {
      _ = try importNetwork(from: source, to: path + "/failed.razao", options: options)
      return nil
    } catch {
      return error
    }
  }
}

extension Program {
  /// What the slow interpreter says, as real numbers.
  func logits(_ input: NetworkInput) throws -> [Double] {
    let tensors = try ReferenceNetwork(self).run(input)
    return try #require(tensors.last).map { Double($0) / 65_536 }
  }
}

/// The index of the greatest value, the lowest in a tie.
func greatestIndex(_ values: [Double]) -> Int? {
  values.indices.max { values[$0] < values[$1] || values[$0] == values[$1] && $0 > $1 }
}

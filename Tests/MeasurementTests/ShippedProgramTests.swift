import FileMapping
import Foundation
import Import
import Measurement
import Program
import Testing

/// Whether `scripts/test --long` runs.
enum LongTier {
  static let isOn = ProcessInfo.processInfo.environment["RAZAO_LONG_TESTS"] != nil
}

/// The program that ships: no byte of it can change unnoticed.
@Suite struct ShippedProgramTests {
  private static let path = SharedData.package + "/Sources/razao/Resources/fabula.razao"

  @Test func itIsWhole() throws {
    let bytes = try SharedData.bytes(Self.path)
    #expect(bytes.count <= 8_000_000)
    try Program(path: Self.path).checkContent()
  }

  /// The file in the repository is the import of the model in the repository, byte for byte.
  @Test func itIsTheImportOfItsModel() throws {
    let path = FileManager.default.temporaryDirectory.path + "/shipped-\(UUID().uuidString).razao"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var options = ImportOptions()
    options.name = "fabula"
    let calibration = SelfCalibration()
    _ = try importProgram(
      from: SharedData.package + "/Training/model", to: path, options: options,
      calibrate: { try calibration.statistics(of: $0) })
    #expect(try SharedData.bytes(path) == SharedData.bytes(Self.path))
  }

  /// Every byte before the first weight: frame, graph, tables.
  @Test func anyChangedByteOfHeaderGraphAndTablesIsFound() throws {
    let bytes = try SharedData.bytes(Self.path)
    let program = try Program(path: Self.path)
    let firstMatrix = program.sections[2].range.lowerBound
    var unnoticed: [Int] = []
    var mutant = bytes
    for index in 0..<firstMatrix {
      mutant[index] ^= 1 << UInt8(index % 8)
      if let opened = try? Program(MappedFile(name: "mutant", bytes: mutant)), (try? opened.checkFrameAndTexts()) != nil
      {
        unnoticed.append(index)
      }
      mutant[index] = bytes[index]
    }
    #expect(unnoticed.isEmpty)
  }

  @Test func tenThousandChangedWeightsAreFound() throws {
    let bytes = try SharedData.bytes(Self.path)
    let program = try Program(path: Self.path)
    let matrices = try program.graph.matrices
    var state: UInt64 = 20_261_122
    var unnoticed: [Int] = []
    var mutant = bytes
    for _ in 0..<(LongTier.isOn ? 500_000 : 10_000) {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let (place, matrix) = matrices[Int(state >> 33) % matrices.count]
      let range = program.sections[matrix.index + 2].range
      let index = range.lowerBound + Int(state >> 20) % range.count
      mutant[index] ^= 1 << UInt8(state >> 60 & 7)
      let opened = try Program(MappedFile(name: "mutant", bytes: mutant))
      if (try? opened.checkMatrix(matrix, place)) != nil { unnoticed.append(index) }
      mutant[index] = bytes[index]
    }
    #expect(unnoticed.isEmpty)
  }
}

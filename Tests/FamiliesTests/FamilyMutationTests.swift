import Checkpoints
import Foundation
import Testing

/// Damaged models of the families are refused or read, never a reason to stop.
@Suite struct FamilyMutationTests {
  /// A small generator, so that a failure can be found again.
  private struct Generator {
    var state: UInt64

    mutating func next(below limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
  }

  /// Bytes that matter in JSON, and any others.
  private static let replacements = Array("0123456789-.,:\"[]{}truefalsn ".utf8)

  private func mutated(_ bytes: [UInt8], limit: Int, _ generator: inout Generator) -> [UInt8] {
    var bytes = bytes
    for _ in 0...generator.next(below: 3) {
      let place = generator.next(below: min(limit, bytes.count))
      let isAny = generator.next(below: 4) == 0
      bytes[place] =
        isAny ? UInt8(generator.next(below: 256)) : Self.replacements[generator.next(below: Self.replacements.count)]
    }
    return bytes
  }

  /// Opens the model and reads some rows of every tensor.
  private func read(_ folder: String) throws -> Bool {
    do throws(CheckpointError) {
      let checkpoint = try openCheckpoint(folder)
      for role in checkpoint.configuration.tensorRoles {
        let rows = try checkpoint.shape(of: role)[0]
        _ = try checkpoint.rows(role, 0..<min(rows, 2))
      }
      return true
    } catch {
      #expect(!"\(error)".isEmpty)
      return false
    }
  }

  @Test(arguments: FamilyAccuracyTests.decoders + FamilyAccuracyTests.encoders)
  func damagedModelsAreRefusedOrRead(name: String) throws {
    let fixture = try FamilyFixture(name)
    var generator = Generator(state: UInt64(name.utf8.reduce(0) { $0 * 31 + Int($1) }))
    try withTemporaryFolder { folder in
      let copy = folder + "/model"
      try FileManager.default.copyItem(atPath: fixture.path, toPath: copy)
      var readable = 0
      let files = ["config.json", "model.safetensors", "modules.json", "1_Pooling/config.json"]
      for file in files {
        guard let original = fileBytes(copy + "/" + file) else { continue }
        // The table of tensors, not the weights.
        let limit = file == "model.safetensors" ? 2_000 : original.count
        for _ in 0..<60 {
          let damaged = mutated(original, limit: limit, &generator)
          try Data(damaged).write(to: URL(fileURLWithPath: copy + "/" + file))
          if try read(copy) { readable += 1 }
        }
        try Data(original).write(to: URL(fileURLWithPath: copy + "/" + file))
      }
      let isWholeReadable = try read(copy)
      #expect(isWholeReadable && readable < 60 * files.count)
    }
  }
}

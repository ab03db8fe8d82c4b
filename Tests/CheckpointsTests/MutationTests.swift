import StrictJSON
import Testing

@testable import Checkpoints
@testable import FileMapping

/// Damaged files are refused or read, but never trap; reading all rows of whatever opens is part of it.
@Suite struct MutationTests {
  /// Every single-byte change (each bit, and all bits) below `end`, and every truncation.
  private func mutants(_ bytes: [UInt8], below end: Int, _ visit: ([UInt8]) -> Void) {
    for index in 0..<min(end, bytes.count) {
      for mask in [1, 2, 4, 8, 16, 32, 64, 128, 255] as [UInt8] {
        var mutant = bytes
        mutant[index] ^= mask
        visit(mutant)
      }
    }
    for count in 0..<bytes.count { visit(Array(bytes.prefix(count))) }
  }

  private func readAll(_ checkpoint: some Checkpoint) {
    for role in checkpoint.configuration.tensorRoles {
      guard let rows = try? checkpoint.shape(of: role).first else { continue }
      _ = try? checkpoint.rows(role, 0..<rows)
    }
  }

  @Test func damagedGGUFNeverTraps() throws {
    let bytes = TinyModel().gguf()
    let start = try #require(GGUFFile(MappedFile(name: "t", bytes: bytes)).tensors.first).byteRange.lowerBound
    var (refused, opened) = (0, 0)
    mutants(bytes, below: start) { mutant in
      if let file = try? GGUFCheckpoint(GGUFFile(MappedFile(name: "t", bytes: mutant))) {
        opened += 1
        readAll(file)
      } else {
        refused += 1
      }
    }
    #expect(refused > opened)
  }

  @Test func damagedSafetensorsNeverTraps() throws {
    let bytes = SafetensorsWriter(entries: Array(TinyModel().safetensorsEntries().prefix(6))).bytes()
    let start = try #require(SafetensorsFile(MappedFile(name: "t", bytes: bytes)).tensors.first).byteRange.lowerBound
    var (refused, opened) = (0, 0)
    mutants(bytes, below: start) { mutant in
      if let file = try? SafetensorsFile(MappedFile(name: "t", bytes: mutant)) {
        opened += 1
        for tensor in file.tensors { _ = try? tensor.elements(0..<tensor.elementCount, of: file.file) }
      } else {
        refused += 1
      }
    }
    #expect(refused > opened)
  }

  @Test func damagedLlama2CNeverTraps() {
    var opened = 0
    mutants(TinyModel().llama2c(), below: Llama2CFile.headerByteCount) { mutant in
      guard let file = try? Llama2CFile(MappedFile(name: "t", bytes: mutant)) else { return }
      opened += 1
      readAll(file)
    }
    // The size of the file follows from every field of the header.
    #expect(opened == 0)
  }

  @Test func damagedConfigurationNeverTraps() {
    mutants(JSON.object(TinyModel().config()).encoded(), below: .max) { mutant in
      guard let object = try? JSON.checkpointObject(mutant, file: "config.json"),
        let read = try? configuration(object)
      else { return }
      #expect(ConfigurationLimits.hiddenSize.contains(read.hiddenSize))
      #expect(read.headCount % read.keyValueHeadCount == 0)
    }
  }

  @Test func damagedIndexNeverTraps() {
    let text = #"{"weight_map":{"a":"x.safetensors","b":"y.safetensors"}}"#
    mutants(Array(text.utf8), below: .max) { mutant in
      guard let object = try? JSON.checkpointObject(mutant, file: "index"),
        let index = try? ShardIndex(object, file: "index")
      else { return }
      #expect(index.shards.allSatisfy { !$0.utf8.contains(UInt8(ascii: "/")) && !$0.isEmpty })
    }
  }

  /// Several bytes at once, among them the extreme values that lengths and offsets are made of.
  @Test(arguments: 0..<4) func severalDamagesAtOnceNeverTrap(seed: Int) {
    var state = UInt64(seed) &* 2_862_933_555_777_941_757 &+ 3_037_000_493
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let originals = [
      TinyModel().gguf(), TinyModel().llama2c(), SafetensorsWriter(entries: TinyModel().safetensorsEntries()).bytes(),
    ]
    for _ in 0..<1_000 {
      for (form, original) in originals.enumerated() {
        var mutant = original
        for _ in 0...next(4) {
          let start = next(min(mutant.count - 8, form == 1 ? 28 : 2_000))
          let value = [0x00, 0xFF, 0x7F, 0x80, 0x01, UInt8(next(256))][next(6)]
          for index in start..<start + 1 + next(8) { mutant[index] = value }
        }
        let file = MappedFile(name: "t", bytes: mutant)
        if let gguf = try? GGUFCheckpoint(GGUFFile(file)) { readAll(gguf) }
        if let bin = try? Llama2CFile(file) { readAll(bin) }
        if let table = try? SafetensorsFile(file) { #expect(table.tensors.allSatisfy { $0.elementCount >= 0 }) }
      }
    }
  }
}

import StrictJSON
import Testing

@testable import Checkpoints
@testable import FileMapping

/// MXFP4 in safetensors: nibbles in one tensor, scales in another.
@Suite struct QuantizedPairsTests {
  typealias Entry = SafetensorsWriter.Entry

  private static let values: [Float] = [0, 0.5, 1, 1.5, 2, 3, 4, 6, 0, -0.5, -1, -1.5, -2, -3, -4, -6]

  /// Nibbles of two rows of 64, and a scale for each 32 of them.
  private static let nibbles = (0..<64).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
  private static let scales: [UInt8] = [127, 120, 130, 1]

  private static var expected: [Float] {
    (0..<128).map { index in
      let byte = nibbles[index / 2]
      let code = index % 2 == 0 ? byte & 15 : byte >> 4
      var power = Float(1)
      for _ in 0..<abs(Int(scales[index / 32]) - 127) { power *= scales[index / 32] > 127 ? 2 : 0.5 }
      return values[Int(code)] * power
    }
  }

  private func tensors(_ entries: [Entry], file name: String = "w.safetensors") throws -> NamedTensors {
    let file = try SafetensorsFile(MappedFile(name: name, bytes: SafetensorsWriter(entries: entries).bytes()))
    var tensors = NamedTensors(source: name)
    try tensors.add(file.tensors, of: file.file)
    return tensors
  }

  private func joined(_ entries: [Entry]) throws -> NamedTensors { try MicroscaledPairs(tensors(entries)).joined() }

  private func blocks(_ shape: [Int] = [2, 2, 16], name: String = "a.w_blocks") -> Entry {
    .init(name: name, type: "U8", shape: shape, data: Array(Self.nibbles.prefix(shape.reduce(1, *))))
  }

  private func scales(_ shape: [Int] = [2, 2], name: String = "a.w_scales", type: String = "U8") -> Entry {
    .init(name: name, type: type, shape: shape, data: Array(Self.scales.prefix(shape.reduce(1, *))))
  }

  @Test func blocksAndScalesBecomeOneTensor() throws {
    let plain = Entry(name: "n", type: "F32", shape: [1], data: littleEndian(Float(2).bitPattern))
    let tensors = try joined([scales(), plain, blocks()])
    #expect(tensors.names == ["n", "a.w"])
    let entry = try #require(tensors["a.w"])
    #expect(entry.tensor.shape == [2, 64] && entry.tensor.elementType == .microscaledPairs)
    #expect(try entry.tensor.elements(0..<128, of: entry.file) == Self.expected)
    #expect(try entry.tensor.elements(40..<99, of: entry.file) == Array(Self.expected[40..<99]))
    #expect(tensors["a.w_blocks"] == nil && tensors["a.w_scales"] == nil)
  }

  @Test(arguments: ["I8", "U8"]) func bytesWithPowersOfTwoBesideBecomeOneTensor(type: String) throws {
    let weight = Entry(name: "a.weight", type: type, shape: [2, 32], data: Self.nibbles)
    let tensors = try joined([weight, scales(name: "a.scale", type: "F8_E8M0")])
    #expect(tensors.names == ["a.weight"])
    let entry = try #require(tensors["a.weight"])
    #expect(entry.tensor.shape == [2, 64])
    #expect(try entry.tensor.elements(0..<128, of: entry.file) == Self.expected)
  }

  @Test func expertsKeepTheirOuterDimension() throws {
    let tensors = try joined([blocks([2, 1, 2, 16]), scales([2, 1, 2])])
    #expect(tensors["a.w"]?.tensor.shape == [2, 1, 64])
  }

  @Test func scaleOf255IsNotANumber() throws {
    var bad = scales()
    bad.data[3] = 255
    let tensors = try joined([blocks(), bad])
    let entry = try #require(tensors["a.w"])
    #expect(try entry.tensor.elements(0..<96, of: entry.file).count == 96)
    let error = checkpointError { _ = try entry.tensor.elements(0..<128, of: entry.file) }
    #expect(error?.place == .element(tensor: "a.w", index: 96) && error?.reason == .nonFinite)
  }

  @Test func halfOfAPairIsNoWeight() {
    let lonely = checkpointError { _ = try joined([blocks()]) }
    #expect(lonely?.place == .tensor("a.w_blocks") && lonely?.reason == .unsupportedElementType("U8"))
    let scalesAlone = checkpointError { _ = try joined([scales(name: "a.scale", type: "F8_E8M0")]) }
    #expect(scalesAlone?.reason == .unsupportedElementType("F8_E8M0"))
  }

  @Test func shapesOfAPairMustAgree() {
    #expect(checkpointError { _ = try joined([blocks(), scales([2, 1])]) }?.place == .tensor("a.w_scales"))
    #expect(
      checkpointError { _ = try joined([blocks(), scales([4])]) }?.reason == .shape(expected: [2, 2], actual: [4]))
    #expect(checkpointError { _ = try joined([blocks([4, 16]), scales([4])]) }?.place == .tensor("a.w_blocks"))
    #expect(checkpointError { _ = try joined([blocks([2, 4, 8]), scales([2, 4])]) } != nil)
    let odd = Entry(name: "a.weight", type: "I8", shape: [2, 8], data: Array(Self.nibbles.prefix(16)))
    #expect(checkpointError { _ = try joined([odd, scales([2], name: "a.scale", type: "F8_E8M0")]) } != nil)
  }

  @Test func nameOfAPairMustBeFree() {
    let taken = Entry(name: "a.w", type: "F32", shape: [1], data: littleEndian(Float(2).bitPattern))
    #expect(checkpointError { _ = try joined([taken, blocks(), scales()]) }?.reason == .duplicate)
  }

  @Test func pairInTwoFilesIsRefused() throws {
    var tensors = try tensors([blocks()])
    let other = try SafetensorsFile(
      MappedFile(name: "v.safetensors", bytes: SafetensorsWriter(entries: [scales()]).bytes()))
    try tensors.add(other.tensors, of: other.file)
    let error = checkpointError { _ = try MicroscaledPairs(tensors).joined() }
    #expect(error?.file == "v.safetensors" && error?.place == .tensor("a.w_scales"))
  }

  @Test func modelWithMicroscaledMatricesOpens() throws {
    var model = TinyModel()
    model.configuration.hiddenSize = 32
    model.configuration.headSize = 16
    model.configuration.feedForwardSize = 32
    let matrices: [LayerTensor] = [.gate, .up, .down]
    let isMatrix = { (role: TensorRole) in
      if case .layer(_, let tensor) = role { matrices.contains(tensor) } else { false }
    }
    var entries: [Entry] = []
    for role in model.configuration.tensorRoles {
      let shape = model.configuration.shape(of: role)
      let name = HuggingFaceDirectory.name(role)
      guard isMatrix(role) else {
        entries.append(.init(name: name, type: "F32", shape: shape, data: encoded(model.values(role), .binary32)))
        continue
      }
      let data = [UInt8](repeating: 0x21, count: shape[0] * 16)
      entries.append(.init(name: name + "_blocks", type: "U8", shape: [shape[0], 1, 16], data: data))
      let scales = [UInt8](repeating: 128, count: shape[0])
      entries.append(.init(name: name + "_scales", type: "U8", shape: [shape[0], 1], data: scales))
    }
    var config = model.config()
    config.members.append(.init(name: "quantization_config", value: ["quant_method": "mxfp4"]))
    try withTemporaryFolder { folder in
      try write(JSON.object(config).encoded(), to: folder + "/config.json")
      try write(SafetensorsWriter(entries: entries).bytes(), to: folder + "/model.safetensors")
      let checkpoint = try openCheckpoint(folder)
      #expect(try checkpoint.rows(.layer(1, .down), 0..<1) == (0..<16).flatMap { _ in [Float(1), 2] })
      #expect(try checkpoint.rows(.layer(1, .query), 0..<32) == model.values(.layer(1, .query)))
    }
  }
}

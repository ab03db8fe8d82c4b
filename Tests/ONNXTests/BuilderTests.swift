import Program
import Testing

@testable import Import

@Suite("integers of a network")
struct BuilderTests {
  private func plan(
    _ pixels: ChannelMap, factor: Double = 1, options: NetworkImportOptions = NetworkImportOptions()
  ) throws(ImportError) -> NetworkPlan {
    var network = TrainedNetwork(input: .picture(TensorShape(channels: 1, height: 1, width: 2)))
    network.pixels = pixels
    let weights = [1, 0, 0, 1].map { $0 * factor }
    let linear = TrainedLinear(source: 0, window: nil, rows: 2, weights: weights, biases: [], name: "d")
    let first = network.append(.linear(linear), shape: TensorShape(channels: 2))
    let inverse = [1, 0, 0, 1].map { $0 / factor }
    let second = TrainedLinear(source: first, window: nil, rows: 2, weights: inverse, biases: [], name: "e")
    _ = network.append(.linear(second), shape: TensorShape(channels: 2))
    return try NetworkBuilder(network, options: options, limbs: 1, labels: []) { _ in }.plan()
  }

  @Test("bytes as they are: a factor of 2^16, exactly")
  func plainPixels() throws {
    guard case .picture(let format) = try plan(ChannelMap(channels: 1)).network.input else { throw Wrong() }
    #expect(format.shift == 14 && format.fraction == 16)
    #expect(format.channels == [PictureFormat.Channel(mantissa: 1 << 30, offset: 0)])
    #expect(try InputFormat.picture(format).values(of: picture(255, 1)) == [255 << 16, 1 << 16])
  }

  @Test("normalised bytes: the nearest values of 16 fraction bits")
  func normalizedPixels() throws {
    let map = ChannelMap(scales: [1 / 255.0 / 0.229], offsets: [-0.485 / 0.229])
    let input = try plan(map).network.input
    for byte in [0, 1, 77, 255] as [UInt8] {
      let exact = (Double(byte) / 255 - 0.485) / 0.229
      let value = Double(try input.values(of: picture(byte, 0))[0]) / 65_536
      #expect(abs(value - exact) <= 0x1p-16)
    }
  }

  @Test("factors that no format holds", arguments: [1e30, .infinity, .nan])
  func greatPixels(scale: Double) {
    #expect(throws: ImportError.self) { try plan(ChannelMap(scales: [scale], offsets: [0])) }
  }

  @Test("great values take fewer fraction bits, the logits keep sixteen")
  func fractions() throws {
    let small = try plan(ChannelMap(channels: 1)).network
    #expect(try small.tensors().map(\.fraction) == [16, 16, 16])
    // Values of up to 255·2^26 take 34 of 47 bits.
    let great = try plan(ChannelMap(channels: 1), factor: 0x1p26).network
    let fractions = try great.tensors().map(\.fraction)
    #expect((6...13).contains(fractions[1]) && fractions[fractions.count - 1] == 16)
  }

  @Test("modes and blocks are those chosen")
  func sites() throws {
    var options = NetworkImportOptions()
    options.dense = ImportOptions.Site(block: 1, mode: .int8)
    for element in try plan(ChannelMap(channels: 1), options: options).network.operators {
      #expect(element.site == QuantizerSite(block: 1, mode: .int8))
    }
    for element in try plan(ChannelMap(channels: 1)).network.operators {
      #expect(element.site == QuantizerSite(block: 2, mode: .twoLimbs))
    }
  }

  @Test("two limbs of weights up to 2^20, one beyond, or as chosen")
  func weightLimbs() {
    var options = NetworkImportOptions()
    #expect(options.weightLimbs(forWeights: 1 << 20) == 2)
    #expect(options.weightLimbs(forWeights: 1 << 20 + 1) == 1)
    options.weightLimbs = 2
    #expect(options.weightLimbs(forWeights: 1 << 30) == 2)
  }

  private func picture(_ first: UInt8, _ second: UInt8) -> NetworkInput {
    .picture(shape: TensorShape(channels: 1, height: 1, width: 2), bytes: [first, second])
  }

  struct Wrong: Error {}
}

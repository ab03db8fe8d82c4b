import Hashing
import Program
import Runtime
import Testing

/// The engine against the reference, bit for bit.
@Suite struct EqualityTests {
  @Test(arguments: 0..<120) func engineEqualsReference(seed: Int) throws {
    let (network, inputs) = RandomNetwork.draw(seed: UInt64(seed))
    let (model, reference) = (try network.model(), try network.reference())
    for input in inputs {
      let expected = try reference.run(input)
      let run = try NetworkRun(input, model: model, parallel: Parallel(threadCount: 1 + seed % 3))
      for (index, tensor) in expected.enumerated() {
        #expect(run.tensors[index] == tensor, "seed \(seed), tensor \(index)")
      }
      #expect(run.answer.logits == expected.last?.map { Int32($0) })
    }
  }

  @Test(arguments: 0..<60) func valuesStayWithinBounds(seed: Int) throws {
    let (network, inputs) = RandomNetwork.draw(seed: UInt64(1000 + seed))
    let bounds = try NetworkBounds(network: network.network, rowNorms: network.rowNorms)
    let reference = try network.reference()
    for input in inputs {
      for (bound, tensor) in zip(bounds.tensors, try reference.run(input)) {
        #expect(tensor.allSatisfy { Int64($0.magnitude) <= bound })
      }
    }
  }

  @Test(arguments: [QuantizerSite.Mode.int8, .twoLimbs])
  func threadCountsMoveNoBit(mode: QuantizerSite.Mode) throws {
    var random = RandomNumbers(seed: 7)
    let network = TestNetwork(.wide(mode), random: &random)
    let model = try network.model()
    let input = NetworkInput.picture(shape: TensorShape(channels: 3, height: 40, width: 40), bytes: random.bytes(4800))
    let options = TraceBuilder.Options(salt: .zero, keepsCells: true)
    let alone = try NetworkRun(input, model: model, trace: options, parallel: Parallel(threadCount: 1))
    for threadCount in [2, 3, 16, 1000] {
      let run = try NetworkRun(input, model: model, trace: options, parallel: Parallel(threadCount: threadCount))
      #expect(run.tensors == alone.tensors)
      #expect(run.traceRoot == alone.traceRoot)
    }
    #expect(alone.tensors == (try network.reference().run(input)))
  }
}

extension Network {
  /// Large enough for several threads: convolutions over 40×40 pixels.
  fileprivate static func wide(_ mode: QuantizerSite.Mode) -> Network {
    let axis = WindowAxis(size: 3, before: 1, after: 1)
    let window = Window(vertical: axis, horizontal: axis)
    let site = QuantizerSite(block: 1, mode: mode)
    return Network(
      input: .picture(
        PictureFormat(
          height: 40, width: 40, channels: Array(repeating: .init(mantissa: 257, offset: -32_768), count: 3),
          shift: 0, fraction: 16)),
      operators: [
        .convolution(Convolution(source: 0, window: window, site: site, matrix: Matrix(40, 27))),
        .relu(source: 1),
        .convolution(Convolution(source: 2, window: window, site: site, matrix: Matrix(33, 360))),
        .maximumPool(
          source: 3, Window(vertical: WindowAxis(size: 2, stride: 2), horizontal: WindowAxis(size: 2, stride: 2))),
        .dense(
          Dense(source: 4, site: QuantizerSite(block: 16, mode: mode), matrix: Matrix(10, 13_200, fraction: 16))),
      ])
  }
}

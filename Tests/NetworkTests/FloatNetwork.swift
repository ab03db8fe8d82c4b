import Glibc
import Program

/// A network in floating point, written straight from the definitions: what the integers should come near to.
struct FloatNetwork {
  let test: TestNetwork
  let tensors: [NetworkTensor]

  init(_ test: TestNetwork) throws {
    self.test = test
    tensors = try test.network.tensors()
  }

  /// All tensors, real values.
  func run(_ input: NetworkInput) throws -> [[Double]] {
    let scale = real(tensors[0].fraction)
    var values = [try test.network.input.values(of: input).map { Double($0) * scale }]
    for (index, element) in test.network.operators.enumerated() {
      values.append(apply(element, values, tensors[element.sources[0]].shape, tensors[index + 1].shape))
    }
    return values
  }

  private func real(_ fraction: Int) -> Double { pow(2, -Double(fraction)) }

  private func apply(
    _ element: NetworkOperator, _ values: [[Double]], _ from: TensorShape, _ to: TensorShape
  ) -> [Double] {
    let x = values[element.sources[0]]
    switch element {
    case .convolution(let convolution):
      return convolve(x, convolution.window, convolution.matrix, from, to)
    case .dense(let dense):
      let point = Window(horizontal: WindowAxis(size: 1))
      return convolve(x, point, dense.matrix, TensorShape(channels: x.count), to)
    case .relu: return x.map { max(0, $0) }
    case .clamp(let source, let low, let high):
      let scale = real(tensors[source].fraction)
      return x.map { min(max($0, Double(low) * scale), Double(high) * scale) }
    case .activation(_, let function): return x.map { Self.activated($0, function) }
    case .add(_, let right, _): return zip(x, values[right]).map { $0 + $1 }
    case .affine(let affine):
      return x.indices.map { index in
        let channel = index / from.area
        return x[index] * Double(affine.mantissas[channel]) * real(affine.exponent) + Double(affine.offsets[channel])
          * real(affine.fraction)
      }
    case .maximumPool(_, let window): return pool(x, window, from, to) { taps, _ in taps.max() ?? 0 }
    case .averagePool(_, let window, let countsPadding):
      return pool(x, window, from, to) { $0.reduce(0, +) / Double(countsPadding ? $1 : $0.count) }
    case .reshape: return x
    }
  }

  private static func activated(_ x: Double, _ function: TableActivation) -> Double {
    switch function {
    case .silu: x / (1 + exp(-x))
    case .gelu: x * 0.5 * (1 + erf(x / 2.0.squareRoot()))
    case .sigmoid: 1 / (1 + exp(-x))
    }
  }

  private func convolve(
    _ x: [Double], _ window: Window, _ matrix: Matrix, _ from: TensorShape, _ to: TensorShape
  ) -> [Double] {
    let content = test.contents[matrix.index]
    return (0..<to.count).map { index in
      let (row, place) = (index / to.area, index % to.area)
      let scale = Double(content.scales[row]) * real(matrix.exponent)
      var sum = 0.0
      for channel in 0..<from.channels {
        for tap in 0..<window.area {
          guard let value = Self.tap(x, window, from, channel, place / to.width, place % to.width, tap) else {
            continue
          }
          let column = channel * window.area + tap
          sum += value * Double(content.weights[row * matrix.columns + column]) * scale
        }
      }
      return sum + (content.biases.isEmpty ? 0 : Double(content.biases[row]) * real(matrix.outputFraction))
    }
  }

  private static func tap(
    _ x: [Double], _ window: Window, _ shape: TensorShape, _ channel: Int, _ row: Int, _ column: Int, _ tap: Int
  ) -> Double? {
    let (vertical, horizontal) = (window.vertical, window.horizontal)
    let y = row * vertical.stride - vertical.before + tap / horizontal.size * vertical.dilation
    let z = column * horizontal.stride - horizontal.before + tap % horizontal.size * horizontal.dilation
    guard (0..<shape.height).contains(y), (0..<shape.width).contains(z) else { return nil }
    return x[(channel * shape.height + y) * shape.width + z]
  }

  private func pool(
    _ x: [Double], _ window: Window, _ from: TensorShape, _ to: TensorShape, _ body: ([Double], Int) -> Double
  ) -> [Double] {
    (0..<to.count).map { index in
      let place = index % to.area
      let taps = (0..<window.area).compactMap {
        Self.tap(x, window, from, index / to.area, place / to.width, place % to.width, $0)
      }
      return body(taps, window.area)
    }
  }
}

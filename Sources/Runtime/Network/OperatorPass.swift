import Program

/// One operator of a network at work; `ReferenceNetwork` defines the same slowly.
struct OperatorPass {
  let element: NetworkOperator
  let sources: [NetworkTensor]
  let output: NetworkTensor
  let linear: Linear?
  let parallel: Parallel

  /// - Parameter index: of the operator.
  init(_ model: NetworkModel, index: Int, parallel: Parallel) {
    element = model.network.operators[index]
    sources = element.sources.map { model.tensors[$0] }
    output = model.tensors[index + 1]
    linear = model.linears[index]
    self.parallel = parallel
  }

  /// - Parameter tensors: all earlier ones.
  /// - Returns: the operator's output.
  func apply(_ tensors: [[Int64]]) -> [Int64] {
    let values = tensors[element.sources[0]]
    switch element {
    case .convolution(let convolution):
      guard let linear else { preconditionFailure("a convolution has a matrix") }
      return ConvolutionPass(convolution, linear, source: sources[0], output: output.shape, parallel).apply(values)
    case .dense(let dense): return multiply(values, dense.site)
    case .relu: return values.map { max($0, 0) }
    case .clamp(_, let low, let high): return values.map { min(max($0, low), high) }
    case .activation(_, let function): return activate(values, function)
    case .add(_, let right, let fraction): return add(values, tensors[right], fraction)
    case .affine(let affine): return transform(values, affine)
    case .maximumPool(_, let window):
      return PoolPass(window, source: sources[0].shape, output: output.shape).maxima(values)
    case .averagePool(_, let window, let countsPadding):
      return PoolPass(window, source: sources[0].shape, output: output.shape).means(values, countsPadding)
    case .reshape: return values
    }
  }

  private func multiply(_ values: [Int64], _ site: QuantizerSite) -> [Int64] {
    guard let linear else { preconditionFailure("a dense operator has a matrix") }
    let operands = Operands(tokens: 1, columns: values.count)
    operands.quantizeTensor(values, site: site, fraction: sources[0].fraction)
    return [Int64](unsafeUninitializedCapacity: output.shape.count) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      let place = Linear.Output(start: start, stride: output.shape.count)
      Linear.apply([(linear, place)], operands, tokens: 0..<1, parallel: parallel)
      count = output.shape.count
    }
  }

  private func activate(_ values: [Int64], _ function: TableActivation) -> [Int64] {
    let table = function == .gelu ? Tables.normal : Tables.sigmoid
    let shift = sources[0].fraction - 6
    return table.withUnsafeBufferPointer { table in
      values.map { value in
        let factor = Int64(table[Int(min(1023, max(0, rs(value, shift) &+ 512)))])
        return function == .sigmoid ? factor : rs(value &* factor, 16)
      }
    }
  }

  private func add(_ left: [Int64], _ right: [Int64], _ fraction: Int) -> [Int64] {
    let (leftShift, rightShift) = (sources[0].fraction - fraction, sources[1].fraction - fraction)
    return zip(left, right).map { rs($0, leftShift) &+ rs($1, rightShift) }
  }

  private func transform(_ values: [Int64], _ affine: ChannelAffine) -> [Int64] {
    let shift = sources[0].fraction + affine.exponent - affine.fraction
    let area = sources[0].shape.area
    var result: [Int64] = []
    result.reserveCapacity(values.count)
    for (channel, (mantissa, offset)) in zip(affine.mantissas, affine.offsets).enumerated() {
      for value in values[channel * area..<(channel + 1) * area] {
        result.append(rs(value &* Int64(mantissa), shift) &+ offset)
      }
    }
    return result
  }
}

extension Operands {
  /// Quantises a whole tensor as one row, token 0.
  func quantizeTensor(_ values: [Int64], site: QuantizerSite, fraction: Int) {
    var row = values
    prepare(columns: row.count, site: site)
    row.withUnsafeMutableBufferPointer { row in
      guard let start = row.baseAddress else { return }
      quantize(start, token: 0, exponent: 23 + fraction)
    }
  }
}

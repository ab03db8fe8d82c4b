import Program

/// A convolution as products of the matrix with patches: the tensor is quantised once, its operands are gathered for a
/// block of window positions, and the panel kernels multiply them like a block of tokens.
struct ConvolutionPass {
  let convolution: Convolution
  let linear: Linear
  let source: NetworkTensor
  let output: TensorShape
  let parallel: Parallel

  /// Window positions that are gathered at a time.
  static let blockSize = 32

  init(
    _ convolution: Convolution, _ linear: Linear, source: NetworkTensor, output: TensorShape, _ parallel: Parallel
  ) {
    self.convolution = convolution
    self.linear = linear
    self.source = source
    self.output = output
    self.parallel = parallel
  }

  private var columns: Int { convolution.matrix.columns }

  func apply(_ values: [Int64]) -> [Int64] {
    let tensor = Operands(tokens: 1, columns: values.count)
    tensor.quantizeTensor(values, site: convolution.site, fraction: source.fraction)
    let blockCount = (output.area + Self.blockSize - 1) / Self.blockSize
    var result = [Int64](repeating: 0, count: output.count)
    result.withUnsafeMutableBufferPointer { result in
      parallel.run(blockCount, work: output.count * columns) { blocks in
        let patches = Operands(tokens: Self.blockSize, columns: columns)
        patches.prepare(columns: columns, site: convolution.site)
        let products = Storage<Int64>(Self.blockSize * output.channels)
        for block in blocks {
          let start = block * Self.blockSize
          let places = start..<min(output.area, start + Self.blockSize)
          for (token, place) in places.enumerated() { patches.gather(place, of: self, from: tensor, token: token) }
          let rows = Linear.Output(start: products.start, stride: output.channels)
          let alone = Parallel(threadCount: 1)
          Linear.apply([(linear, rows)], patches, tokens: 0..<places.count, parallel: alone)
          scatter(products, places, into: result)
        }
      }
    }
    return result
  }

  /// From (position, channel) to (channel, position).
  private func scatter(_ products: Storage<Int64>, _ places: Range<Int>, into result: UnsafeMutableBufferPointer<Int64>)
  {
    for channel in 0..<output.channels {
      for (token, place) in places.enumerated() {
        result[channel * output.area + place] = products.start[token * output.channels + channel]
      }
    }
  }
}

extension Operands {
  /// Makes row `token` of the operands that the window at `place` covers; 0 in the padding.
  fileprivate func gather(_ place: Int, of pass: ConvolutionPass, from tensor: Operands, token: Int) {
    let (row, column) = (place / pass.output.width, place % pass.output.width)
    let taps = PatchTaps(pass.convolution.window, pass.source.shape, row, column)
    if isWide {
      taps.gather(from: tensor.words(0), into: words(token), stride: stride)
    } else {
      taps.gather(from: tensor.bytes(0), into: bytes(token), stride: stride)
    }
    mantissas.start[token] = tensor.mantissas.start[0]
    exponents.start[token] = tensor.exponents.start[0]
  }
}

/// The taps of one window over a tensor, channel after channel, row after row.
private struct PatchTaps {
  let window: Window
  let shape: TensorShape
  let row: Int
  let column: Int

  init(_ window: Window, _ shape: TensorShape, _ row: Int, _ column: Int) {
    self.window = window
    self.shape = shape
    self.row = row
    self.column = column
  }

  /// - Parameter stride: length of the target, zero beyond the taps.
  func gather<Operand: FixedWidthInteger>(
    from values: UnsafePointer<Operand>, into patch: UnsafeMutablePointer<Operand>, stride: Int
  ) {
    let (vertical, horizontal) = (window.vertical, window.horizontal)
    let (top, left) = (row * vertical.stride - vertical.before, column * horizontal.stride - horizontal.before)
    var next = 0
    for channel in 0..<shape.channels {
      for tap in 0..<vertical.size {
        let y = top + tap * vertical.dilation
        let start = channel * shape.area + y * shape.width
        for other in 0..<horizontal.size {
          let x = left + other * horizontal.dilation
          let isInside = y >= 0 && y < shape.height && x >= 0 && x < shape.width
          patch[next] = isInside ? values[start + x] : 0
          next += 1
        }
      }
    }
    while next < stride {
      patch[next] = 0
      next += 1
    }
  }
}

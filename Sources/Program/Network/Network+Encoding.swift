import Hashing

extension Network {
  /// The graph section's canonical bytes (docs/spec-networks.md, section 4).
  package func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(UInt32(2))
    writer.write(StructureKind.network.rawValue)
    writer.write(input)
    writer.write(UInt32(operators.count))
    for element in operators { writer.write(element) }
    writer.write(UInt32(labels.count))
    for label in labels {
      writer.write(UInt32(label.count))
      writer.write(contentsOf: label)
    }
    return writer.bytes
  }
}

extension ByteWriter {
  fileprivate mutating func write(_ input: InputFormat) {
    switch input {
    case .picture(let format):
      writeBytes(1, format.fraction, format.shift, format.channels.count)
      writeWords(format.height, format.width)
      for channel in format.channels {
        write(channel.mantissa)
        write(channel.offset)
      }
    case .nucleotides(let format):
      writeBytes(2, format.fraction)
      writeWords(format.length)
    }
  }

  fileprivate mutating func write(_ element: NetworkOperator) {
    writeBytes(element.tag)
    writeWords(element.sources[0])
    switch element {
    case .convolution(let convolution):
      write(convolution.window)
      write(convolution.site)
      write(convolution.matrix)
    case .dense(let dense):
      write(dense.site)
      write(dense.matrix)
    case .relu: break
    case .clamp(_, let low, let high): write([low, high])
    case .activation(_, let function): write(function.rawValue)
    case .add(_, let right, let fraction):
      writeWords(right)
      writeBytes(fraction)
    case .affine(let affine): write(affine)
    case .maximumPool(_, let window): write(window)
    case .averagePool(_, let window, let countsPadding):
      write(window)
      write(countsPadding)
    case .reshape(_, let shape): writeWords(shape.channels, shape.height, shape.width)
    }
  }

  private mutating func write(_ affine: ChannelAffine) {
    writeBytes(affine.fraction)
    write(Int16(truncatingIfNeeded: affine.exponent))
    writeWords(affine.mantissas.count)
    write(affine.mantissas)
    write(affine.offsets)
  }

  private mutating func write(_ window: Window) {
    for axis in [window.vertical, window.horizontal] {
      writeWords(axis.size, axis.stride, axis.dilation, axis.before, axis.after)
    }
  }

  private mutating func writeBytes(_ values: Int...) {
    for value in values { write(UInt8(truncatingIfNeeded: value)) }
  }

  private mutating func writeWords(_ values: Int...) {
    for value in values { write(UInt32(truncatingIfNeeded: value)) }
  }
}

extension NetworkOperator {
  fileprivate var tag: Int {
    switch self {
    case .convolution: 1
    case .dense: 2
    case .relu: 3
    case .clamp: 4
    case .activation: 5
    case .add: 6
    case .affine: 7
    case .maximumPool: 8
    case .averagePool: 9
    case .reshape: 10
    }
  }
}

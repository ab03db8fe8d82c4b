/// What a request gives a network, as bytes.
package enum NetworkInput: Equatable, Sendable {
  /// One byte a pixel and channel, shape (channels, height, width): plane after plane, row after row.
  case picture(shape: TensorShape, bytes: [UInt8])
  /// Letters A, C, G, T of either case, ASCII.
  case sequence([UInt8])
}

/// Why an input is none for a network.
package enum NetworkInputError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A picture where the network reads sequences, or the other way round.
  case wrongKind(expected: String, actual: String)
  /// A picture with colours where the network reads gray ones, or the other way round.
  case wrongChannelCount(expected: Int, actual: Int)
  /// A picture of another size.
  case wrongSize(expectedWidth: Int, expectedHeight: Int, width: Int, height: Int)
  /// Bytes that are more or fewer than the picture's shape needs.
  case wrongByteCount(expected: Int, actual: Int)
  /// A sequence that is too long or too short.
  case wrongLength(expected: Int, actual: Int)
  /// A letter that is not one base: an ambiguity code, a gap, a U, or no letter at all; indices count from 0.
  case unknownBase(index: Int, byte: UInt8)

  package var description: String {
    switch self {
    case .wrongKind(let expected, let actual): "the program reads \(expected), not \(actual)"
    case .wrongChannelCount(let expected, let actual):
      "the program reads pictures of \(expected) channel\(expected == 1 ? "" : "s"), this one has \(actual)"
    case .wrongSize(let expectedWidth, let expectedHeight, let width, let height):
      "the program reads pictures of \(expectedWidth)×\(expectedHeight) pixels, this one has \(width)×\(height)"
    case .wrongByteCount(let expected, let actual): "the picture needs \(expected) bytes, \(actual) are there"
    case .wrongLength(let expected, let actual):
      "the program reads sequences of \(expected) bases, this one has \(actual)"
    case .unknownBase(let index, let byte):
      "position \(index): \(Self.name(of: byte)) is not one of A, C, G and T"
    }
  }

  /// A printable ASCII character, or the byte's number.
  private static func name(of byte: UInt8) -> String {
    (0x21...0x7E).contains(byte) ? String(UnicodeScalar(byte)) : "byte \(byte)"
  }
}

extension InputFormat {
  /// The values of tensor 0, channel after channel, row after row (docs/spec-networks.md, section 2).
  /// - Throws: `NetworkInputError` for an input that is not of this format.
  package func values(of input: NetworkInput) throws(NetworkInputError) -> [Int64] {
    switch (self, input) {
    case (.picture(let format), .picture(let shape, let bytes)): try format.values(shape: shape, bytes: bytes)
    case (.nucleotides(let format), .sequence(let letters)): try format.values(of: letters)
    case (.picture, .sequence): throw .wrongKind(expected: "pictures", actual: "a sequence")
    case (.nucleotides, .picture): throw .wrongKind(expected: "sequences", actual: "a picture")
    }
  }
}

extension PictureFormat {
  fileprivate func values(shape: TensorShape, bytes: [UInt8]) throws(NetworkInputError) -> [Int64] {
    guard shape.channels == channels.count else {
      throw .wrongChannelCount(expected: channels.count, actual: shape.channels)
    }
    guard shape.width == width, shape.height == height else {
      throw .wrongSize(expectedWidth: width, expectedHeight: height, width: shape.width, height: shape.height)
    }
    guard bytes.count == shape.count else { throw .wrongByteCount(expected: shape.count, actual: bytes.count) }
    return bytes.indices.map { index in
      let channel = channels[index / shape.area]
      return rs(Int64(bytes[index]) * Int64(channel.mantissa), shift) + channel.offset
    }
  }
}

extension NucleotideFormat {
  fileprivate func values(of letters: [UInt8]) throws(NetworkInputError) -> [Int64] {
    guard letters.count == length else { throw .wrongLength(expected: length, actual: letters.count) }
    var values = [Int64](repeating: 0, count: Self.letters.count * length)
    for (index, letter) in letters.enumerated() {
      // Bit 5 tells lower from upper case.
      guard let channel = Self.letters.firstIndex(of: letter & ~0x20) else {
        throw .unknownBase(index: index, byte: letter)
      }
      values[channel * length + index] = 1 << Int64(fraction)
    }
    return values
  }
}

/// What a network reads, and how bytes become the values of tensor 0.
package enum InputFormat: Equatable, Sendable {
  case picture(PictureFormat)
  case nucleotides(NucleotideFormat)

  /// Tensor 0.
  package var tensor: NetworkTensor {
    switch self {
    case .picture(let format):
      NetworkTensor(
        shape: TensorShape(channels: format.channels.count, height: format.height, width: format.width),
        fraction: format.fraction)
    case .nucleotides(let format):
      NetworkTensor(
        shape: TensorShape(channels: NucleotideFormat.letters.count, width: format.length), fraction: format.fraction)
    }
  }
}

/// Pictures of one size, one byte a pixel and channel: value = rs(byte · mantissa, shift) + offset, for each channel.
package struct PictureFormat: Equatable, Sendable {
  /// How one channel's bytes become values.
  package struct Channel: Equatable, Sendable {
    package var mantissa: Int32
    package var offset: Int64

    package init(mantissa: Int32, offset: Int64) {
      self.mantissa = mantissa
      self.offset = offset
    }
  }

  package var height: Int
  package var width: Int
  /// One for gray, three for red, green, blue.
  package var channels: [Channel]
  package var shift: Int
  package var fraction: Int

  package init(height: Int, width: Int, channels: [Channel], shift: Int, fraction: Int) {
    self.height = height
    self.width = width
    self.channels = channels
    self.shift = shift
    self.fraction = fraction
  }
}

/// Sequences of one length: channel c is 2^fraction where letter c of ACGT stands, 0 elsewhere.
package struct NucleotideFormat: Equatable, Sendable {
  /// In the order of the channels.
  package static let letters = Array("ACGT".utf8)

  package var length: Int
  package var fraction: Int

  package init(length: Int, fraction: Int) {
    self.length = length
    self.fraction = fraction
  }
}

/// The shape of a tensor: values lie channel after channel, each row after row.
package struct TensorShape: Hashable, Sendable, CustomStringConvertible {
  package var channels: Int
  /// 1 for a sequence.
  package var height: Int
  package var width: Int

  package init(channels: Int, height: Int = 1, width: Int = 1) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Values of one channel.
  package var area: Int { height * width }
  package var count: Int { channels * height * width }
  package var description: String { "\(channels)×\(height)×\(width)" }

  /// Whether every dimension and the product are within `NetworkLimits`.
  var isWithinLimits: Bool {
    [channels, height, width].allSatisfy { (1...NetworkLimits.dimension).contains($0) }
      && count <= NetworkLimits.tensorSize
  }
}

/// What is known of a tensor before anything is computed.
package struct NetworkTensor: Equatable, Sendable {
  package var shape: TensorShape
  /// The real value is x · 2^−fraction.
  package var fraction: Int

  package init(shape: TensorShape, fraction: Int) {
    self.shape = shape
    self.fraction = fraction
  }
}

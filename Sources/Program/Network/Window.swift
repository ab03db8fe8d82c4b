/// A window that moves over height and width.
package struct Window: Equatable, Sendable {
  package var vertical: WindowAxis
  package var horizontal: WindowAxis

  package init(vertical: WindowAxis = WindowAxis(size: 1), horizontal: WindowAxis) {
    self.vertical = vertical
    self.horizontal = horizontal
  }

  /// Taps of one window.
  package var area: Int { vertical.size * horizontal.size }

  /// Window positions over a tensor.
  /// - Returns: `nil` when a window is greater than the padded tensor.
  package func positions(over shape: TensorShape) -> (height: Int, width: Int)? {
    guard let height = vertical.positions(over: shape.height), let width = horizontal.positions(over: shape.width)
    else { return nil }
    return (height, width)
  }
}

/// A window along one axis: tap i of position p reads index p · stride − before + i · dilation; what lies beyond the
/// tensor is padding.
package struct WindowAxis: Equatable, Sendable {
  package var size: Int
  package var stride: Int
  package var dilation: Int
  /// Padding before the first index.
  package var before: Int
  /// Padding after the last index.
  package var after: Int

  package init(size: Int, stride: Int = 1, dilation: Int = 1, before: Int = 0, after: Int = 0) {
    self.size = size
    self.stride = stride
    self.dilation = dilation
    self.before = before
    self.after = after
  }

  /// Indices from the first tap to the last.
  package var extent: Int { (size - 1) * dilation + 1 }

  /// Window positions over `count` indices, `nil` for none.
  package func positions(over count: Int) -> Int? {
    let room = count + before + after - extent
    return room < 0 ? nil : room / stride + 1
  }

  /// The index that a tap reads, or `nil` in the padding.
  package func index(position: Int, tap: Int, of count: Int) -> Int? {
    let index = position * stride - before + tap * dilation
    return (0..<count).contains(index) ? index : nil
  }

  /// Padding below the extent, so that no window lies wholly beyond the tensor (when taps stand close).
  var isWithinLimits: Bool {
    [size, stride, dilation].allSatisfy { (1...NetworkLimits.window).contains($0) }
      && [before, after].allSatisfy { (0..<extent).contains($0) }
  }
}

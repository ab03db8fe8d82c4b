import Program

/// How a window moves along one axis, as a model states it.
struct WindowAxisValues {
  var size: Int
  var stride: Int
  var dilation: Int
  var before = 0
  var after = 0

  init(size: Int, stride: Int, dilation: Int = 1) {
    self.size = size
    self.stride = stride
    self.dilation = dilation
  }

  /// Pads so that there are ⌈count/stride⌉ positions.
  /// - Parameter greaterBefore: where the greater half of an odd padding goes.
  mutating func pad(over count: Int, greaterBefore: Bool) {
    let positions = (count + stride - 1) / stride
    let padding = max(0, (positions - 1) * stride + (size - 1) * dilation + 1 - count)
    before = greaterBefore ? padding - padding / 2 : padding / 2
    after = padding - before
  }

  var axis: WindowAxis { WindowAxis(size: size, stride: stride, dilation: dilation, before: before, after: after) }
}

extension Window {
  /// - Parameter axes: height and width, or width alone.
  init(_ axes: [WindowAxisValues]) {
    precondition(axes.count == 1 || axes.count == 2)
    self.init(
      vertical: axes.count == 2 ? axes[0].axis : WindowAxis(size: 1), horizontal: axes[axes.count - 1].axis)
  }

  /// The whole of a tensor.
  init(whole shape: TensorShape) {
    self.init(vertical: WindowAxis(size: shape.height), horizontal: WindowAxis(size: shape.width))
  }
}

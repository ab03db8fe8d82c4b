import Program
import Testing

@testable import Import

@Suite("windows and views")
struct WindowTests {
  @Test("same padding keeps ⌈count/stride⌉ positions, the greater half on the stated side")
  func samePadding() {
    for count in 1...12 {
      for size in 1...5 {
        for stride in 1...4 {
          for dilation in 1...2 {
            for greaterBefore in [false, true] {
              var values = WindowAxisValues(size: size, stride: stride, dilation: dilation)
              values.pad(over: count, greaterBefore: greaterBefore)
              #expect(values.axis.positions(over: count) == (count + stride - 1) / stride)
              let difference = values.before - values.after
              #expect(greaterBefore ? (0...1).contains(difference) : (-1...0).contains(difference))
            }
          }
        }
      }
    }
  }

  @Test("a window of one dimension moves along the width")
  func oneDimension() {
    let window = Window([WindowAxisValues(size: 3, stride: 2)])
    #expect(window.vertical == WindowAxis(size: 1) && window.horizontal == WindowAxis(size: 3, stride: 2))
    let whole = Window(whole: TensorShape(channels: 2, height: 3, width: 4))
    #expect(whole.vertical.size == 3 && whole.horizontal.size == 4)
  }

  @Test("places after dimensions are exchanged")
  func transposition() {
    #expect(ONNXComputed.transposedIndices([2, 3], [1, 0]) == [0, 3, 1, 4, 2, 5])
    #expect(ONNXComputed.transposedIndices([2, 2, 2], [2, 0, 1]) == [0, 2, 4, 6, 1, 3, 5, 7])
    #expect(ONNXComputed.transposedIndices([], []) == [0])
  }

  @Test("back and forth is in order again")
  func backAndForth() {
    let value = ONNXComputed(tensor: 1, shape: [1, 2, 3, 4])
    let turned = value.transposed([0, 3, 1, 2])
    #expect(turned.shape == [1, 4, 2, 3] && turned.order != nil)
    let back = turned.transposed([0, 2, 3, 1])
    #expect(back.shape == value.shape && back.order == nil)
    // Dimensions of one may change places: nothing moves.
    #expect(value.transposed([1, 0, 2, 3]).order == nil)
  }

  @Test("which shapes are channels, rows and columns")
  func plainShapes() {
    func plain(_ shape: [Int]) -> TensorShape? { ONNXComputed(tensor: 0, shape: shape).plainShape }
    #expect(plain([1, 5]) == TensorShape(channels: 5))
    #expect(plain([1, 5, 6]) == TensorShape(channels: 5, width: 6))
    #expect(plain([1, 5, 6, 7]) == TensorShape(channels: 5, height: 6, width: 7))
    #expect(plain([2, 5]) == nil && plain([1]) == nil && plain([1, 1, 1, 1, 1]) == nil)
  }

  @Test("products that do not fit")
  func elementCounts() {
    #expect(elementCount([2, 3, 4]) == 24 && elementCount([]) == 1)
    #expect(elementCount([.max, 2]) == nil && elementCount([.max, 1]) == .max)
  }
}

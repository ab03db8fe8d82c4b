import Program
import Testing

/// Window arithmetic by hand.
@Suite struct WindowTests {
  @Test func positions() {
    #expect(WindowAxis(size: 5, before: 2, after: 2).positions(over: 28) == 28)
    #expect(WindowAxis(size: 2, stride: 2).positions(over: 28) == 14)
    #expect(WindowAxis(size: 3, stride: 3).positions(over: 14) == 4)
    #expect(WindowAxis(size: 3, dilation: 4).positions(over: 9) == 1)
    #expect(WindowAxis(size: 3, dilation: 4).positions(over: 8) == nil)
  }

  @Test func tapsInThePaddingReadNothing() {
    let axis = WindowAxis(size: 3, stride: 2, before: 1, after: 1)
    #expect((0..<3).map { axis.index(position: 0, tap: $0, of: 5) } == [nil, 0, 1])
    #expect((0..<3).map { axis.index(position: 2, tap: $0, of: 5) } == [3, 4, nil])
  }
}

/// Zeroed memory, aligned for vector loads, of a fixed size.
///
/// One sequence owns it; the threads of one step are lent disjoint parts.
final class Storage<Element: BitwiseCopyable> {
  let start: UnsafeMutablePointer<Element>
  let count: Int

  init(_ count: Int) {
    let byteCount = max(1, count) * MemoryLayout<Element>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    start = memory.bindMemory(to: Element.self, capacity: max(1, count))
    self.count = count
  }

  /// The values of an array.
  convenience init(_ values: [Element]) {
    self.init(values.count)
    start.update(from: values, count: values.count)
  }

  /// Takes over the values of storage of the same size.
  func copy(_ other: Storage) {
    precondition(count == other.count)
    start.update(from: other.start, count: count)
  }

  deinit {
    UnsafeMutableRawPointer(start).deallocate()
  }
}

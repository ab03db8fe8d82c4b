import FileMapping

/// Reads little-endian fields one after another, never past the end.
struct ByteReader {
  let file: MappedFile
  private(set) var position = 0

  init(_ file: MappedFile) {
    self.file = file
  }

  var remaining: Int { file.count - position }

  func failure(_ reason: CheckpointError.Reason) -> CheckpointError {
    CheckpointError(file: file.path, place: .offset(position), reason: reason)
  }

  private func require(_ byteCount: Int) throws(CheckpointError) {
    guard byteCount <= remaining else {
      throw failure(.truncated(needed: byteCount, available: remaining))
    }
  }

  mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type
  ) throws(CheckpointError) -> Value {
    try require(MemoryLayout<Value>.size)
    defer { position += MemoryLayout<Value>.size }
    return file.integer(at: position, as: type)
  }

  mutating func integers<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type, count: Int
  ) throws(CheckpointError) -> [Value] {
    let size = MemoryLayout<Value>.size
    guard count <= remaining / size else {
      throw failure(.truncated(needed: count.multipliedClamping(by: size), available: remaining))
    }
    defer { position += count * size }
    return file.integers(at: position, count: count, as: type)
  }

  mutating func bytes(count: Int) throws(CheckpointError) -> [UInt8] {
    try require(count)
    defer { position += count }
    return file.bytes(position..<position + count)
  }

  /// A 64-bit count of things that take at least `minimumSize` bytes each, so that no count can ask
  /// for more memory than the file's own size justifies.
  mutating func count(minimumSize: Int) throws(CheckpointError) -> Int {
    let start = position
    let value = try integer(UInt64.self)
    guard let count = Int(exactly: value), count <= remaining / minimumSize else {
      throw CheckpointError(
        file: file.path, place: .offset(start),
        reason: .truncated(
          needed: Int(clamping: value).multipliedClamping(by: minimumSize), available: remaining))
    }
    return count
  }
}

extension Int {
  /// The product of two non-negative numbers, or the largest integer where it does not fit.
  func multipliedClamping(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }

  /// The product of a shape's sizes, or `nil` where it does not fit. A size of zero makes it zero in any
  /// order, so that a shape and its reverse always agree.
  static func product(_ sizes: [Int]) -> Int? {
    if sizes.contains(0) { return 0 }
    var product = 1
    for size in sizes {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      if overflow { return nil }
      product = next
    }
    return product
  }
}

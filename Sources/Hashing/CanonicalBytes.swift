/// Why bytes are not a canonical encoding, and at which offset.
public struct ByteReaderError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was wrong.
  public enum Reason: Equatable, Sendable {
    /// Fewer bytes are left than the field needs.
    case truncated(needed: Int, left: Int)
    /// Bytes follow the last field.
    case trailing(Int)
    /// A field holds what its layout does not allow.
    case invalid(String)
  }

  public let reason: Reason
  public let offset: Int

  public init(_ reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  public var description: String {
    switch reason {
    case .truncated(let needed, let left): "byte \(offset): \(needed) bytes needed, \(left) left"
    case .trailing(let count): "byte \(offset): \(count) bytes follow the end"
    case .invalid(let what): "byte \(offset): \(what)"
    }
  }
}

/// Reads little-endian fields in order; every read is checked, nothing is allocated beyond what is there.
public struct ByteReader: Sendable {
  private let bytes: [UInt8]
  /// Offset of the next byte.
  public private(set) var offset = 0

  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Bytes not read yet.
  public var left: Int { bytes.count - offset }

  /// Reads one integer.
  public mutating func read<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(ByteReaderError) -> Value
  {
    let size = MemoryLayout<Value>.size
    try require(size)
    var bits: UInt64 = 0
    for index in 0..<size { bits |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
    offset += size
    return Value(truncatingIfNeeded: bits)
  }

  /// Reads `count` integers.
  public mutating func read<Value: FixedWidthInteger>(
    count: Int, _ type: Value.Type = Value.self
  ) throws(ByteReaderError) -> [Value] {
    let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Value>.size)
    guard !overflow, count >= 0 else { throw failure("a count that cannot be") }
    try require(size)
    var values: [Value] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try read()) }
    return values
  }

  /// Reads `count` bytes.
  public mutating func readBytes(_ count: Int) throws(ByteReaderError) -> [UInt8] {
    guard count >= 0 else { throw failure("a count that cannot be") }
    try require(count)
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  /// Reads a digest.
  public mutating func readDigest() throws(ByteReaderError) -> Digest {
    Digest(unchecked: try readBytes(32))
  }

  /// Reads a flag: 0 or 1, nothing else.
  public mutating func readFlag() throws(ByteReaderError) -> Bool {
    switch try read(UInt8.self) {
    case 0: return false
    case 1: return true
    case let value: throw ByteReaderError(.invalid("a flag of \(value)"), offset: offset - 1)
    }
  }

  /// Skips padding, which must be zero.
  public mutating func readZeros(_ count: Int) throws(ByteReaderError) {
    for byte in try readBytes(count) where byte != 0 { throw failure("padding that is not zero") }
  }

  /// Fails unless everything was read.
  public func finish() throws(ByteReaderError) {
    guard left == 0 else { throw ByteReaderError(.trailing(left), offset: offset) }
  }

  /// An error at the last byte read.
  public func failure(_ what: String) -> ByteReaderError {
    ByteReaderError(.invalid(what), offset: max(0, offset - 1))
  }

  private func require(_ count: Int) throws(ByteReaderError) {
    guard count <= left else { throw ByteReaderError(.truncated(needed: count, left: left), offset: offset) }
  }
}

/// Writes little-endian fields in order.
public struct ByteWriter: Sendable {
  /// What was written.
  public private(set) var bytes: [UInt8] = []

  public init() {}

  /// Writes one integer.
  public mutating func write(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Writes integers one after another.
  public mutating func write<Value: FixedWidthInteger>(_ values: [Value]) {
    for value in values { write(value) }
  }

  /// Writes a digest.
  public mutating func write(_ digest: Digest) {
    bytes.append(contentsOf: digest.bytes)
  }

  /// Writes 1 or 0.
  public mutating func write(_ flag: Bool) {
    bytes.append(flag ? 1 : 0)
  }

  /// Writes bytes as they are.
  public mutating func write(contentsOf other: some Sequence<UInt8>) {
    bytes.append(contentsOf: other)
  }

  /// Writes zeros.
  public mutating func writeZeros(_ count: Int) {
    bytes.append(contentsOf: repeatElement(0, count: count))
  }
}

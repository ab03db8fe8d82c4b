import Hashing

/// A value of the state with one canonical layout.
public protocol Record: Equatable, Sendable {
  init(reading reader: inout ByteReader) throws(ByteReaderError)
  func write(to writer: inout ByteWriter)
  /// What the record holds of each token; the sums of all records are what the supply says is out.
  var holdings: Holdings { get }
}

extension Record {
  public var holdings: Holdings { .none }

  /// The one encoding.
  public func encoded() -> [UInt8] {
    var writer = ByteWriter()
    write(to: &writer)
    return writer.bytes
  }

  /// Reads the one encoding; any other bytes are refused.
  public init(decoding bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes)
    try self.init(reading: &reader)
    try reader.finish()
  }
}

/// The two tokens.
public enum Token: UInt8, Sendable, CaseIterable {
  /// In grains, 10⁻⁹ RAZ.
  case raz = 1
  /// In microcredits, 10⁻⁶ credit.
  case credit = 2
}

/// Amounts of each token, signed, so that differences can be summed.
public struct Holdings: Equatable, Sendable {
  public var raz: Int128
  public var credit: Int128

  public static let none = Holdings(raz: 0, credit: 0)

  public init(raz: Int128 = 0, credit: Int128 = 0) {
    self.raz = raz
    self.credit = credit
  }

  public static func + (left: Holdings, right: Holdings) -> Holdings {
    Holdings(raz: left.raz + right.raz, credit: left.credit + right.credit)
  }

  public static func - (left: Holdings, right: Holdings) -> Holdings {
    Holdings(raz: left.raz - right.raz, credit: left.credit - right.credit)
  }
}

extension ByteReader {
  /// Reads a u32 length, at most `limit`, and so many bytes.
  public mutating func readBytes(limit: Int, _ name: String) throws(ByteReaderError) -> [UInt8] {
    let count = try read(UInt32.self)
    guard count <= UInt32(clamping: limit) else { throw failure("\(count) bytes of \(name), over \(limit)") }
    return try readBytes(Int(count))
  }

  /// Reads a u32 count, at most `limit`, and so many elements.
  public mutating func readList<Element>(
    limit: Int, _ name: String, _ element: (inout ByteReader) throws(ByteReaderError) -> Element
  ) throws(ByteReaderError) -> [Element] {
    let count = try read(UInt32.self)
    guard count <= UInt32(clamping: limit) else { throw failure("\(count) of \(name), over \(limit)") }
    var elements: [Element] = []
    for _ in 0..<count { elements.append(try element(&self)) }
    return elements
  }

  /// Reads UTF-8 text of at most `limit` bytes without control characters.
  public mutating func readText(limit: Int, _ name: String) throws(ByteReaderError) -> String {
    let bytes = try readBytes(limit: limit, name)
    guard let text = String(validating: bytes, as: UTF8.self), bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw failure("\(name) that is not plain text")
    }
    return text
  }
}

extension ByteWriter {
  /// Writes a u32 length and the bytes.
  public mutating func writeCounted(_ bytes: some Collection<UInt8>) {
    write(UInt32(clamping: bytes.count))
    write(contentsOf: bytes)
  }

  /// Writes a u32 count and the elements.
  public mutating func writeList<Element>(_ elements: [Element], _ element: (inout ByteWriter, Element) -> Void) {
    write(UInt32(clamping: elements.count))
    for each in elements { element(&self, each) }
  }
}

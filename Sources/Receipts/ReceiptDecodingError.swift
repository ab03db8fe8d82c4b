import Hashing

/// Why bytes are not the one encoding of a receipt, accept, checkpoint, voucher or bundle, and where.
public struct ReceiptDecodingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The layout that was being read: `receipt`, `accept`, `checkpoint`, `voucher` or `bundle`.
  public let layout: String
  /// The place and the reason.
  public let cause: ByteReaderError

  public var description: String { "malformed \(layout), \(cause.description)" }
}

extension ByteReader {
  /// Reads the eight bytes that name a layout, and its version.
  mutating func readHeading(_ magic: StaticString, version: UInt32) throws(ByteReaderError) {
    guard try readHeading(magic) == version else { throw failure("a version other than \(version)") }
  }

  /// Reads the eight bytes that name a layout; returns the version.
  mutating func readHeading(_ magic: StaticString) throws(ByteReaderError) -> UInt32 {
    let bytes = try readBytes(8)
    guard bytes.elementsEqual(UnsafeBufferPointer(start: magic.utf8Start, count: magic.utf8CodeUnitCount)) else {
      throw failure("not a \(magic) file")
    }
    return try read(UInt32.self)
  }

  /// Reads a one-byte code and the zeros that fill it up to `width` bytes.
  mutating func readCode<Code: RawRepresentable<UInt8>>(
    _ type: Code.Type = Code.self, width: Int = 8
  ) throws(ByteReaderError) -> Code {
    let raw = try read(UInt8.self)
    guard let code = Code(rawValue: raw) else { throw failure("\(raw) is no code of \(Code.self)") }
    try readZeros(width - 1)
    return code
  }

  /// Reads a field that later versions will use and this one requires to be zero.
  mutating func readReserved(_ count: Int, _ name: String) throws(ByteReaderError) {
    let start = offset
    for byte in try readBytes(count) where byte != 0 {
      throw ByteReaderError(.invalid("this version supports no \(name)"), offset: start)
    }
  }
}

extension ByteWriter {
  mutating func writeHeading(_ magic: StaticString, version: UInt32) {
    write(contentsOf: UnsafeBufferPointer(start: magic.utf8Start, count: magic.utf8CodeUnitCount))
    write(version)
  }

  mutating func writeCode(_ code: some RawRepresentable<UInt8>, width: Int = 8) {
    write(code.rawValue)
    writeZeros(width - 1)
  }
}

import Hashing

/// 16 bytes that the requester draws for one job.
public struct RequestID: Hashable, Sendable, CustomStringConvertible {
  /// Exactly 16 bytes.
  public let bytes: [UInt8]

  /// - Returns: `nil` unless there are exactly 16 bytes.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    self.bytes = Array(bytes)
  }

  /// Parses 32 hexadecimal digits.
  public init?(hex: some StringProtocol) {
    guard let bytes = [UInt8](hex: hex) else { return nil }
    self.init(bytes)
  }

  init(_ reader: inout ByteReader) throws(ByteReaderError) {
    bytes = try reader.readBytes(16)
  }

  public var description: String { bytes.hex }
}

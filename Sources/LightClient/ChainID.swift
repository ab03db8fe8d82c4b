/// A chain's name: 1 to 50 printable ASCII characters, so that equal names are equal bytes.
package struct ChainID: Hashable, Sendable, CustomStringConvertible {
  /// The most bytes that CometBFT allows.
  package static let maximumByteCount = 50

  /// The name's ASCII bytes.
  package let bytes: [UInt8]

  /// - Returns: `nil` for an empty or too long name, and for any byte outside 0x20…0x7E.
  package init?(_ bytes: some Collection<UInt8>) {
    guard (1...Self.maximumByteCount).contains(bytes.count), bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      return nil
    }
    self.bytes = Array(bytes)
  }

  /// - Returns: `nil` unless the text's UTF-8 is a chain's name.
  package init?(_ text: String) {
    self.init(text.utf8)
  }

  package var description: String { String(decoding: bytes, as: UTF8.self) }
}

/// Cuts a connection's bytes into frames.
///
///     | length of the message: unsigned LEB128, 1…10 bytes | message |
///
/// Bytes may arrive in any pieces. Memory holds what has arrived, never what a length merely announces.
package struct FrameDecoder: Sendable {
  /// The cap on a message's length unless told otherwise: blocks have at most 100 MB.
  package static let defaultLimit = 128 << 20

  private let limit: Int
  private var storage: [UInt8] = []
  private var start = 0

  /// - Parameter limit: the longest message in bytes.
  package init(limit: Int = defaultLimit) {
    self.limit = limit
  }

  /// Bytes that arrived and are not yet part of a returned frame.
  package var pendingByteCount: Int { storage.count - start }

  /// Takes over bytes of the connection.
  package mutating func append(_ bytes: some Sequence<UInt8>) {
    if start > 0, start >= storage.count / 2 {
      storage.removeFirst(start)
      start = 0
    }
    storage.append(contentsOf: bytes)
  }

  /// The next complete message without its length; `nil` while it has not arrived whole.
  /// - Throws: `frameTooLong` as soon as the length is known, `malformedLength`; the connection is then lost, for
  ///   nothing says where the next frame begins.
  package mutating func next() throws(ABCIError) -> [UInt8]? {
    guard let (length, width) = try header() else { return nil }
    guard length <= UInt64(limit) else { throw .frameTooLong(length: length, limit: limit) }
    let body = start + width
    guard storage.count - body >= Int(length) else { return nil }
    let end = body + Int(length)
    defer { start = end }
    return Array(storage[body..<end])
  }

  /// The announced length and the number of bytes it takes; `nil` while it is incomplete.
  private func header() throws(ABCIError) -> (length: UInt64, width: Int)? {
    var length: UInt64 = 0
    for (index, byte) in storage[start...].prefix(10).enumerated() {
      guard index < 9 || byte <= 1 else { throw .malformedLength }
      length |= UInt64(byte & 0x7f) << UInt64(7 * index)
      if byte < 0x80 { return (length, index + 1) }
    }
    return nil
  }
}

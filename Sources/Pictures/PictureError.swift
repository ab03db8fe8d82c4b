/// Why bytes are not an acceptable picture: what is wrong, and at which byte.
package struct PictureError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was wrong.
  package enum Reason: Equatable, Sendable {
    /// Neither PNG nor JPEG nor PGM nor PPM.
    case unknownFormat
    /// The file ends within what is named.
    case truncated(String)
    /// Something is not as its format demands.
    case damaged(String)
    /// A checksum does not fit the content.
    case checksum(String)
    /// A feature that is not decoded, by its name.
    case unsupported(String)
    /// A size beyond the limits.
    case tooLarge(String)
    /// Bytes follow the end of the picture.
    case trailing(Int)
    /// A pixel that is not opaque, where colours alone were asked for.
    case transparent(x: Int, y: Int)
  }

  package let reason: Reason
  /// Byte of the file; 0 where the whole of it is meant.
  package let offset: Int

  package init(_ reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  package var description: String {
    switch reason {
    case .unknownFormat: "not a picture in a known format; give a PNG, a baseline JPEG, or a binary PGM or PPM"
    case .truncated(let what): "picture cut off at byte \(offset), within \(what)"
    case .damaged(let what): "picture damaged at byte \(offset): \(what)"
    case .checksum(let what): "picture damaged at byte \(offset): the checksum of \(what) does not fit"
    case .unsupported(let what): "\(what) is not supported (byte \(offset) of the picture)"
    case .tooLarge(let what): "picture too large: \(what)"
    case .trailing(let count): "\(count) bytes follow the end of the picture at byte \(offset)"
    case .transparent(let x, let y):
      "the pixel in column \(x), row \(y) is not opaque; lay the picture over a colour first"
    }
  }
}

/// 32 rows by 32 columns of an int4 matrix as they lie in a panel (SPEC.md, section 6).
///
/// 32 bytes σ, one for each row; then four times 128 bytes: byte 4·a + c of the i-th holds in its low nibble the c of row a and
/// column 8·i + c, in its high nibble that of column 8·i + 4 + c.
package enum Int4Block {
  package static let rows = 32
  package static let columns = 32
  /// Bytes of a block.
  package static let size = 544
  /// Legal σ: σ·c stays within −126…126.
  package static let scaleRange: ClosedRange<UInt8> = 1...18
  /// Legal c.
  package static let nibbleRange: ClosedRange<Int8> = -7...7

  /// Offset of the byte that holds c of (row, column), both within the block.
  @inlinable
  package static func offset(row: Int, column: Int) -> Int { rows + column / 8 * 128 + row * 4 + column % 4 }

  /// Bits below the nibble of a column in its byte.
  @inlinable
  package static func shift(column: Int) -> UInt8 { column / 4 % 2 == 0 ? 0 : 4 }

  /// The nibble that begins `shift` bits up, −8…7.
  @inlinable
  package static func nibble(_ byte: UInt8, shift: UInt8) -> Int8 { Int8(bitPattern: (byte >> shift) << 4) >> 4 }

  /// A byte whose nibble `shift` bits up is `value`, the other 0.
  static func byte(_ value: Int8, shift: UInt8) -> UInt8 { (UInt8(bitPattern: value) & 0xF) << shift }
}

/// Where and how a row of values becomes small integers (SPEC.md, 3.3).
package struct QuantizerSite: Equatable, Sendable {
  /// How fine operands are.
  package enum Mode: UInt8, Sendable, CaseIterable {
    case int8 = 0
    case blockShift = 1
    case twoLimbs = 2

    /// Greatest |q| before block shifts.
    package var limit: Int64 { self == .twoLimbs ? 32_767 : 127 }
    /// Greatest |operand|.
    package var operandLimit: Int64 {
      switch self {
      case .int8: 127
      case .blockShift: 127 << 7
      case .twoLimbs: 32_767
      }
    }
  }

  /// Columns of a Hadamard block: a power of two up to 128 that divides the row, 1 for none.
  package var block: Int
  package var mode: Mode

  package init(block: Int, mode: Mode = .int8) {
    self.block = block
    self.mode = mode
  }

  /// The largest legal block for rows of `columns` values.
  package static func largestBlock(columns: Int) -> Int {
    1 << min(7, columns.trailingZeroBitCount)
  }
}

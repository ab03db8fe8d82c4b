import CKernels

/// Every kernel by name, for reading how often it was called.
package enum Kernel: Int, Sendable, CaseIterable, CustomStringConvertible {
  // In the order of the enumeration in CKernels.h; a test holds the counts equal.
  case panelInt8Int32, panelInt8Int64, panelInt16Int64
  case panelInt4Int8Int32, panelInt4Int8Int64, panelInt4Int16Int64
  case sumInt8, finishInt32, finishInt64
  case dotsInt8, dotsInt16, scores, exponentials, weightedSum, divide
  case reach, quantizeInt8, quantizeInt16, hadamard, reduce, scaleInt8, scaleInt16, add, activate, rotate, packBytes
  case sha256

  /// The kernel's name in tables for people.
  package var description: String {
    switch self {
    case .panelInt8Int32: "int8 panels, 32-bit sums"
    case .panelInt8Int64: "int8 panels, 64-bit sums"
    case .panelInt16Int64: "int8 panels, 16-bit operands"
    case .panelInt4Int8Int32: "int4 panels, 32-bit sums"
    case .panelInt4Int8Int64: "int4 panels, 64-bit sums"
    case .panelInt4Int16Int64: "int4 panels, 16-bit operands"
    case .sumInt8: "sums of operands"
    case .finishInt32: "requantising 32-bit sums"
    case .finishInt64: "requantising 64-bit sums"
    case .dotsInt8: "int8 dot products"
    case .dotsInt16: "int16 dot products"
    case .scores: "attention scores"
    case .exponentials: "attention weights"
    case .weightedSum: "weighted sums of values"
    case .divide: "division by the sum of weights"
    case .reach: "extremes of a row"
    case .quantizeInt8: "quantising to int8"
    case .quantizeInt16: "quantising to int16"
    case .hadamard: "Hadamard transform"
    case .reduce: "sum of squares"
    case .scaleInt8: "gains of a norm"
    case .scaleInt16: "values of a formed norm"
    case .add: "addition of rows"
    case .activate: "activation"
    case .rotate: "rotation of heads"
    case .packBytes: "bytes of a residual row"
    case .sha256: "SHA-256"
    }
  }

  /// Calls since the process began, on all threads.
  package var callCount: UInt64 { razao_kernel_calls(Int32(rawValue)) }

  /// Calls of every kernel so far.
  package static var callCounts: [Kernel: UInt64] {
    Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.callCount) })
  }
}

/// The kinds of weights that can be read, by the names that their formats give them.
///
/// Plain numbers widen to binary32 without loss. Block types store a fixed number of neighbours with scales of their own;
/// docs/spec-import-int4.md, section 1, has the values they stand for.
package enum ElementType: String, Sendable, CaseIterable {
  case binary32 = "F32"
  case binary16 = "F16"
  case brain16 = "BF16"
  // GGUF: blocks of 32.
  case q40 = "Q4_0"
  case q41 = "Q4_1"
  case q50 = "Q5_0"
  case q51 = "Q5_1"
  case q80 = "Q8_0"
  case mxfp4 = "MXFP4"
  // GGUF: blocks of 256.
  case q2K = "Q2_K"
  case q3K = "Q3_K"
  case q4K = "Q4_K"
  case q5K = "Q5_K"
  case q6K = "Q6_K"
  /// MXFP4 as safetensors hold it: nibbles in one tensor, scales in another.
  case microscaledPairs = "MXFP4 pairs"
  // Safetensors: bytes that mean something only together with another tensor.
  case unsignedBytes = "U8"
  case signedBytes = "I8"
  case powersOfTwo = "F8_E8M0"
  /// Safetensors: numbers of positions and the like, which no role has.
  case indices = "I64"

  /// Elements that are stored together.
  package var blockLength: Int {
    switch self {
    case .binary32, .binary16, .brain16, .unsignedBytes, .signedBytes, .powersOfTwo, .indices: 1
    case .q40, .q41, .q50, .q51, .q80, .mxfp4, .microscaledPairs: 32
    case .q2K, .q3K, .q4K, .q5K, .q6K: 256
    }
  }

  /// Bytes that `blockLength` elements take.
  package var blockByteCount: Int {
    switch self {
    case .indices: 8
    case .binary32: 4
    case .binary16, .brain16: 2
    case .unsignedBytes, .signedBytes, .powersOfTwo: 1
    case .microscaledPairs: 16
    case .mxfp4: 17
    case .q40: 18
    case .q41: 20
    case .q50: 22
    case .q51: 24
    case .q80: 34
    case .q2K: 84
    case .q3K: 110
    case .q4K: 144
    case .q5K: 176
    case .q6K: 210
    }
  }

  /// Bytes of a tensor, or `nil` where the innermost size is not a multiple of the block or the count does not fit.
  func byteCount(ofShape shape: [Int]) -> Int? {
    guard (shape.last ?? 1).isMultiple(of: blockLength) else { return nil }
    return Int.product(shape.dropLast() + [(shape.last ?? 1) / blockLength, blockByteCount])
  }

  /// False for bytes that are no numbers by themselves.
  var isNumeric: Bool { ![.unsignedBytes, .signedBytes, .powersOfTwo, .indices].contains(self) }

  /// What a safetensors header may name.
  var isSafetensors: Bool { self == .binary32 || self == .binary16 || self == .brain16 || !isNumeric }

  /// The type of a GGUF tensor by ggml's number.
  init?(ggmlType: UInt32) {
    switch ggmlType {
    case 0: self = .binary32
    case 1: self = .binary16
    case 2: self = .q40
    case 3: self = .q41
    case 6: self = .q50
    case 7: self = .q51
    case 8: self = .q80
    case 10: self = .q2K
    case 11: self = .q3K
    case 12: self = .q4K
    case 13: self = .q5K
    case 14: self = .q6K
    case 30: self = .brain16
    case 39: self = .mxfp4
    default: return nil
    }
  }
}

/// A strand of DNA as codes: A 0, C 1, G 2, T 3.
package struct Nucleotides: Sendable, Equatable {
  /// Shape (bases,), each 0…3.
  package let codes: [UInt8]

  /// Bases in the order of their codes.
  package static let letters: [UInt8] = Array("ACGT".utf8)

  /// Reads letters of either case.
  /// - Parameter limit: most bases.
  /// - Throws: `NucleotideError` at the first letter that is no definite base; spaces and line breaks are none.
  package init(_ text: some Collection<UInt8>, limit: Int = 1 << 20) throws(NucleotideError) {
    guard text.count <= limit else { throw .tooLong(count: text.count, limit: limit) }
    var codes: [UInt8] = []
    codes.reserveCapacity(text.count)
    for (position, letter) in text.enumerated() {
      guard let code = Self.code(letter) else {
        throw Self.isAmbiguous(letter)
          ? .ambiguous(position: position, letter: letter) : .notABase(position: position, byte: letter)
      }
      codes.append(code)
    }
    self.codes = codes
  }

  /// One hot per base, shape (bases, 4), each 0 or 1.
  package var oneHot: [UInt8] {
    var rows = [UInt8](repeating: 0, count: 4 * codes.count)
    for (position, code) in codes.enumerated() { rows[4 * position + Int(code)] = 1 }
    return rows
  }

  private static func code(_ letter: UInt8) -> UInt8? {
    switch letter & 0xDF {
    case 0x41: 0
    case 0x43: 1
    case 0x47: 2
    case 0x54: 3
    default: nil
    }
  }

  /// The codes of the IUPAC for more than one base.
  private static func isAmbiguous(_ letter: UInt8) -> Bool { "NRYSWKMBDHV".utf8.contains(letter & 0xDF) }
}

/// Why a text is not a strand of DNA; positions count from 0.
package enum NucleotideError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A letter that stands for more than one base.
  case ambiguous(position: Int, letter: UInt8)
  case notABase(position: Int, byte: UInt8)
  case tooLong(count: Int, limit: Int)

  package var description: String {
    switch self {
    case .ambiguous(let position, let letter):
      "position \(position): \(Self.shown(letter)) stands for more than one base; give A, C, G or T"
    case .notABase(let position, let byte): "position \(position): \(Self.shown(byte)) is not one of A, C, G and T"
    case .tooLong(let count, let limit): "\(count) bases, limit \(limit)"
    }
  }

  private static func shown(_ byte: UInt8) -> String {
    (0x21...0x7E).contains(byte) ? String(UnicodeScalar(byte)) : "byte \(byte)"
  }
}

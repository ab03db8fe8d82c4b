import FileMapping
import Hashing

/// Why something is no program, or not this one: what, and where.
package enum ProgramError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file cannot be read.
  case unreadable(FileMappingError)
  /// The file's frame (magic, versions, section table) is malformed.
  case file(ByteReaderError)
  /// A byte between sections is not zero.
  case padding(offset: Int)
  /// A field of the file's frame is not what the rest of the file implies.
  case header(field: String, expected: String, actual: String)
  /// The graph section is malformed.
  case graph(ByteReaderError)
  /// The graph breaks a constraint.
  case illegal(place: Place, reason: String)
  /// A bound of SPEC.md, section 5, does not hold.
  case bound(place: Place, rule: String)
  /// A weight, scale or padding byte of a matrix is out of range.
  case weights(place: Place, row: Int, reason: String)
  /// The content of a section does not hash to its root.
  case section(name: String, expected: Digest, actual: Digest)
  /// The tables are not those of the arithmetic version.
  case tables
  /// The program is of another kind than what is asked of it.
  case kind(needed: String, found: String)
  /// The program is not the one that was asked for.
  case root(expected: Digest, actual: Digest)

  package var description: String {
    switch self {
    case .unreadable(let error): error.description
    case .file(let error): "not a program file: \(error)"
    case .padding(let offset): "program file damaged: byte \(offset) must be zero"
    case .header(let field, let expected, let actual):
      "program file damaged: \(field) is \(actual), the rest of the file says \(expected)"
    case .graph(let error): "program graph malformed: \(error)"
    case .illegal(let place, let reason): "program refused: \(place): \(reason)"
    case .bound(let place, let rule): "program refused: \(place): \(rule)"
    case .weights(let place, let row, let reason): "program refused: \(place), row \(row): \(reason)"
    case .section(let name, let expected, let actual):
      "program file damaged: section \(name) hashes to \(actual), its root is \(expected)"
    case .tables: "program file damaged: its tables are not those of arithmetic version 1"
    case .kind(let needed, let found): "wrong kind of program: this is one of kind \(found), not \(needed)"
    case .root(let expected, let actual): "wrong program: its root is \(actual), expected \(expected)"
    }
  }
}

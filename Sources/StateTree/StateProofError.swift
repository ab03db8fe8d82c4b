import Hashing

/// Why bytes are no proof, or a proof does not show what it is said to show.
package enum StateProofError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Not the canonical encoding of a proof.
  case malformed(ByteReaderError)
  /// More siblings than a key's hash has bits.
  case tooDeep
  /// The last sibling is empty, which no tree has.
  case notCompact
  /// It is about another key.
  case otherKey
  /// The leaf it shows is not on the key's path.
  case otherPath
  /// It leads to another root.
  case otherRoot
  /// The key has another value.
  case otherValue
  /// A value was said to be there, and the proof shows that there is none.
  case keyIsAbsent
  /// The key was said to be absent, and the proof shows its value or its leaf.
  case keyIsPresent

  package var description: String {
    switch self {
    case .malformed(let error): "not a state proof: \(error)"
    case .tooDeep: "a state proof has at most \(KeyHash.bitCount) siblings"
    case .notCompact: "the state proof's last sibling is empty"
    case .otherKey: "the state proof is about another key"
    case .otherPath: "the state proof's leaf is not on the key's path"
    case .otherRoot: "the state proof leads to another root"
    case .otherValue: "the state proof shows another value"
    case .keyIsAbsent: "the state proof shows that the key has no value"
    case .keyIsPresent: "the state proof shows that the key has a value"
    }
  }
}

import Protobuf

/// Why a frame or message of an ABCI connection is refused.
package enum ABCIError: Error, Equatable, Sendable {
  /// A frame announces more bytes than the server's cap.
  case frameTooLong(length: UInt64, limit: Int)
  /// A frame's length is no varint of at most 64 bits.
  case malformedLength
  /// The bytes of a frame are no message.
  case malformed(ProtobufError)
  /// A message names no method.
  case noMethod
  /// A message carries more than one method.
  case severalMethods
  /// A message names only methods that ABCI 2.0 does not have.
  case unknownMethod(field: UInt32)
  /// The engine speaks another version than 2.0.x.
  case unsupportedVersion(String)
}

extension ABCIError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .frameTooLong(let length, let limit): "a frame of \(length) bytes is longer than the limit of \(limit)"
    case .malformedLength: "a frame's length is malformed"
    case .malformed(let error): "a frame's message is malformed: \(error)"
    case .noMethod: "a message names no method"
    case .severalMethods: "a message names more than one method"
    case .unknownMethod(let field): "method \(field) is not part of ABCI 2.0"
    case .unsupportedVersion(let version):
      "the consensus engine speaks ABCI \(printable(version)); this ledger speaks ABCI 2.0 (CometBFT 0.38 to 0.40)"
    }
  }

  private func printable(_ text: String) -> String {
    text.isEmpty ? "of an unnamed version" : String(text.prefix(40).filter { $0.isASCII && $0 >= " " })
  }
}

/// The version of ABCI that an engine states in its Info request.
package enum ABCIVersion {
  /// The version spoken here.
  package static let current = "2.0.0"

  /// Accepts 2.0.x for any decimal x.
  ///
  /// ABCI 2.1 (CometBFT 1.x) has the same method numbers and other field numbers, so it must be refused before a
  /// message is misread.
  /// - Throws: `unsupportedVersion`.
  package static func check(_ version: String) throws(ABCIError) {
    let bytes = Array(version.utf8)
    let prefix = Array("2.0.".utf8)
    guard bytes.starts(with: prefix), bytes.count > prefix.count, bytes.count <= prefix.count + 9,
      bytes.dropFirst(prefix.count).allSatisfy({ (0x30...0x39).contains($0) })
    else { throw .unsupportedVersion(version) }
  }
}

import Hashing

/// The chain over an answer's tokens: h_0 = H("razao/chain/1", blind), h_i = H("razao/chain/1", h_(i−1) ‖ u32 token).
package struct TokenChain: Sendable {
  /// The hash after the last token.
  package private(set) var end: Digest

  package init(blind: [UInt8]) {
    end = taggedHash("razao/chain/1", blind)
  }

  /// Adds one token.
  package mutating func append(_ token: UInt32) {
    var writer = ByteWriter()
    writer.write(end)
    writer.write(token)
    end = taggedHash("razao/chain/1", writer.bytes)
  }
}

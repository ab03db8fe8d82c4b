import Hashing

/// The chain over an answer's tokens (SPEC.md, section 7): h_0 = H("razao/chain/1", blind),
/// h_i = H("razao/chain/1", h_(i−1) ‖ u32 token).
struct TokenChain: Sendable {
  /// The hash after the last token.
  private(set) var end: Digest

  init(blind: Digest) {
    end = taggedHash("razao/chain/1", blind.bytes)
  }

  /// Adds one token.
  mutating func append(_ token: UInt32) {
    var writer = ByteWriter()
    writer.write(end)
    writer.write(token)
    end = taggedHash("razao/chain/1", writer.bytes)
  }
}

import Hashing
import Ledger
import Receipts

/// What the operator of an embedded ledger signs of each block: 225 bytes, integers little-endian, then the signature.
///
/// ```
/// "RAZAOBH1"            8
/// version               u8, 1
/// chain                 32
/// height                u64, 0 for the genesis
/// time                  u64, milliseconds since 1970
/// previous              32, hash of the header before; zero at the genesis
/// transactions root     32, M over SHA-256 of each transaction
/// results root          32, M over SHA-256(u32 code ‖ u64 gas) of each
/// app hash              32, of the state after the block
/// ```
///
/// **Soundness.** One key signs, so a header shows what that operator says and nothing else; two headers of one height
/// with its signature show that it lies.
package struct BlockHeader: SignedLayout {
  package static let layoutName = "block header"
  package static let signatureTag: StaticString = "razao/block-header/1"
  package static let bodyByteCount = 8 + 1 + 32 + 8 + 8 + 4 * 32

  package var chain: Digest
  package var height: UInt64
  package var time: UInt64
  package var previous: Digest
  package var transactionsRoot: Digest
  package var resultsRoot: Digest
  package var appHash: Digest

  private static let magic = Array("RAZAOBH1".utf8)

  /// The header of a block that was worked out.
  package init(_ result: BlockResult, chain: Digest, previous: Digest) {
    self.chain = chain
    self.previous = previous
    height = result.block.height
    time = result.block.time
    transactionsRoot = Merkle.root(of: result.results.map(\.id))
    resultsRoot = Merkle.root(of: result.results.map { Self.resultHash(code: $0.code, gas: $0.gas) })
    appHash = result.appHash
  }

  package init(reading reader: inout ByteReader) throws(ByteReaderError) {
    guard try reader.readBytes(Self.magic.count) == Self.magic else { throw reader.failure("no header begins so") }
    guard try reader.read(UInt8.self) == 1 else { throw reader.failure("a version other than 1") }
    chain = try reader.readDigest()
    (height, time) = (try reader.read(), try reader.read())
    previous = try reader.readDigest()
    transactionsRoot = try reader.readDigest()
    resultsRoot = try reader.readDigest()
    appHash = try reader.readDigest()
  }

  package func write(to writer: inout ByteWriter) {
    writer.write(contentsOf: Self.magic)
    writer.write(UInt8(1))
    writer.write(chain)
    writer.write([height, time])
    for digest in [previous, transactionsRoot, resultsRoot, appHash] { writer.write(digest) }
  }

  /// SHA-256(u32 code ‖ u64 gas).
  package static func resultHash(code: UInt32, gas: UInt64) -> Digest {
    var hasher = SHA256()
    hasher.update(littleEndian: code)
    hasher.update(littleEndian: gas)
    return hasher.finalize()
  }

  /// What the machine is told as the block's hash, since the header's holds what the machine has yet to say:
  /// H("razao/block-input/1", chain ‖ u64 height ‖ u64 time ‖ previous ‖ transactions root).
  static func inputHash(
    chain: Digest, height: UInt64, time: UInt64, previous: Digest, transactions: [[UInt8]]
  ) -> Digest {
    var hasher = SHA256(tag: "razao/block-input/1")
    hasher.update(chain)
    hasher.update(littleEndian: height)
    hasher.update(littleEndian: time)
    hasher.update(previous)
    hasher.update(Merkle.root(of: transactions.map { SHA256.hash($0) }))
    return hasher.finalize()
  }
}

/// A header with the operator's signature.
package typealias SignedBlockHeader = Signed<BlockHeader>

extension Signed where Body == BlockHeader {
  /// The block's name: H("razao/block/1", header ‖ signature).
  package var blockHash: Digest { taggedHash("razao/block/1", encoded()) }

  /// Whether the operator with this key has signed it.
  package func isSigned(by key: PublicKey) -> Bool { key.verifies(signature, over: body.signedDigest) }
}

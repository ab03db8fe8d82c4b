import Hashing
import Ledger
import LedgerStore
import Receipts
import Testing

@Suite struct BlockHeaderTests {
  private static func header() throws -> SignedBlockHeader {
    let genesis = TestLedger.genesis([try Holder(1)])
    let first = try LedgerMachine.start(genesis).first
    return try TestLedger.key().sign(BlockHeader(first, chain: genesis.chain, previous: SHA256.hash([1])))
  }

  @Test func theBytesAreTheDocumentedOnes() throws {
    let header = try Self.header()
    let bytes = header.encoded()
    #expect(bytes.count == BlockHeader.bodyByteCount + 64)
    #expect(Array(bytes[..<9]) == Array("RAZAOBH1".utf8) + [1])
    #expect(Array(bytes[9..<41]) == header.body.chain.bytes)
    #expect(Array(bytes[41..<57]) == [0, 0, 0, 0, 0, 0, 0, 0, 0x88, 0x13, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[57..<89]) == SHA256.hash([1]).bytes)
    #expect(Array(bytes[89..<153]) == [UInt8](repeating: 0, count: 64))
    #expect(Array(bytes[153..<185]) == header.body.appHash.bytes)
    #expect(header.blockHash == taggedHash("razao/block/1", bytes))
    #expect(try SignedBlockHeader(decoding: bytes) == header)
  }

  @Test func everyFlippedBitIsRefusedOrUnsigned() throws {
    let bytes = try Self.header().encoded()
    let key = try Holder(99).key
    for position in bytes.indices {
      for bit in 0..<8 {
        var altered = bytes
        altered[position] ^= 1 << bit
        if let header = try? SignedBlockHeader(decoding: altered) { #expect(!header.isSigned(by: key)) }
      }
    }
    for length in bytes.indices {
      #expect(throws: (any Error).self) { try SignedBlockHeader(decoding: Array(bytes[..<length])) }
    }
    #expect(throws: (any Error).self) { try SignedBlockHeader(decoding: bytes + [0]) }
  }

  @Test func anotherKeysSignatureIsNotTheOperators() throws {
    let header = try Self.header()
    #expect(header.isSigned(by: try Holder(99).key))
    #expect(!header.isSigned(by: try Holder(98).key))
  }
}

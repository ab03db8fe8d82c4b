import Hashing
import Receipts
import Testing

@testable import Ledger

/// No bytes make the decoder trap, and what decodes is its own one encoding.
@Suite struct DecodingFuzzTests {
  private func sample() throws -> [UInt8] {
    let chain = try TestChain()
    return try chain.transaction(MessageSamples.all, from: "alice")
  }

  /// Decodes; a transaction that decodes must encode to the same bytes.
  private func examine(_ bytes: [UInt8]) {
    guard let signed = try? SignedTransaction(decoding: bytes) else { return }
    #expect(signed.transaction.unsigned + signed.signature.bytes == bytes)
  }

  @Test func truncatedAtEveryByte() throws {
    let bytes = try sample()
    for count in 0..<bytes.count {
      #expect(throws: Refusal.self) { try SignedTransaction(decoding: Array(bytes.prefix(count))) }
    }
    examine(bytes)
  }

  @Test func flippedBits() throws {
    let bytes = try sample()
    for index in bytes.indices {
      for bit in 0..<8 {
        var flipped = bytes
        flipped[index] ^= 1 << UInt8(bit)
        examine(flipped)
      }
    }
  }

  @Test func randomBytesAndSplices() throws {
    let bytes = try sample()
    var random = SeededGenerator(seed: 41)
    for _ in 0..<20_000 {
      var mutated = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let start = Int.random(in: 0..<mutated.count, using: &random)
        let end = min(mutated.count, start + Int.random(in: 0...12, using: &random))
        let insert = (0..<Int.random(in: 0...12, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
        mutated.replaceSubrange(start..<end, with: insert)
      }
      examine(mutated)
    }
  }

  @Test func randomBodiesOfEveryKindDecodeAndApplyWithoutATrap() throws {
    let chain = try TestChain()
    var random = SeededGenerator(seed: 42)
    let sender = Sender(
      account: try #require(chain.names["alice"]), key: try TestChain.key("alice").publicKey, isCold: true)
    let lengths = Dictionary(
      MessageSamples.all.map { (type(of: $0).kind, $0.encoded().count) }, uniquingKeysWith: { $1 })
    for type in MessageRegistry.types {
      for _ in 0..<300 {
        let length = lengths[type.kind] ?? Int.random(in: 0...160, using: &random)
        let mask: UInt8 = Bool.random(using: &random) ? 1 : 255
        let body = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) & mask }
        guard let message = try? MessageRegistry.message(kind: type.kind, body: body) else { continue }
        #expect(message.encoded() == body)
        var ledger = LedgerContext(
          state: WorkingState(source: chain.machine.committed),
          block: BlockContext(chain: chain.machine.chain, height: 1, time: 2_000_000, hash: .zero),
          parameters: Parameters())
        try? message.apply(from: sender, to: &ledger)
      }
    }
  }

  @Test func randomRecordsDecodeWithoutATrap() {
    var random = SeededGenerator(seed: 43)
    for table in StateTable.allCases {
      guard let record = table.record else { continue }
      for _ in 0..<500 {
        let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
          UInt8.random(in: 0...(Bool.random(using: &random) ? 3 : 255), using: &random)
        }
        if let value = try? record.init(decoding: bytes) { #expect(value.encoded() == bytes, "\(table)") }
      }
    }
  }
}

import Hashing
import Receipts
import Testing

@testable import Ledger

/// Bodies that are not the one encoding of a message, signed well.
@Suite struct EncodingAttackTests {
  private let chain: TestChain

  init() throws {
    chain = try TestChain()
  }

  /// A transaction of raw bodies.
  private func raw(_ bodies: [(kind: UInt16, body: [UInt8])]) throws -> [UInt8] {
    let signer = try TestChain.key("alice")
    var writer = ByteWriter()
    writer.write(contentsOf: "RAZAOTX1".utf8)
    writer.write(UInt32(1))
    writer.write(chain.machine.chain)
    writer.write(signer.publicKey.account)
    writer.write(contentsOf: signer.publicKey.bytes)
    writer.write([UInt64(0), 1_000_000, 0])
    writer.write(UInt16(bodies.count))
    for (kind, body) in bodies {
      writer.write(kind)
      writer.writeCounted(body)
    }
    return writer.bytes + (try signer.signature(over: taggedHash("razao/tx/1", writer.bytes))).bytes
  }

  private func code(_ kind: UInt16, _ body: [UInt8]) throws -> RefusalCode? {
    chain.machine.copyThatChecks(try raw([(kind, body)])).refusal?.code
  }

  @Test func theSameBytesAreGoodWhenCanonical() throws {
    #expect(try code(Burn.kind, Burn(amount: 5, recycle: true).encoded()) == nil)
  }

  @Test func unknownKinds() throws {
    for kind in [UInt16(0), 8, 9, 13, 99, 1_000, .max] { #expect(try code(kind, []) == .unknownKind) }
  }

  @Test func flagsOtherThanZeroAndOne() throws {
    for flag in [UInt8(2), 0x80, 0xFF] {
      #expect(try code(Burn.kind, Burn(amount: 5).encoded().dropLast() + [flag]) == .malformedMessage)
    }
  }

  @Test func trailingAndMissingBytesInEveryKind() throws {
    for message in MessageSamples.all {
      let (kind, body) = (type(of: message).kind, message.encoded())
      #expect(try code(kind, body + [0]) == .malformedMessage, "\(message)")
      if !body.isEmpty { #expect(try code(kind, body.dropLast()) == .malformedMessage, "\(message)") }
    }
  }

  @Test func everyKindDecodesToItselfAndSaysItsFields() throws {
    for message in MessageSamples.all {
      let type = type(of: message)
      let decoded = try MessageRegistry.message(kind: type.kind, body: message.encoded())
      #expect(decoded.encoded() == message.encoded())
      #expect(decoded.fields == message.fields)
      #expect(Set(message.fields.map(\.name)).count == message.fields.count)
    }
  }

  @Test func kindsNamesAndCodesAreUnique() {
    let types = MessageRegistry.types
    #expect(Set(types.map { $0.kind }).count == types.count)
    #expect(Set(types.map { $0.name }).count == types.count)
    let codes = RefusalCode.envelope + RefusalCode.money + RefusalCode.validators
    #expect(Set(codes).count == codes.count)
    #expect(Set(codes.map(\.sentence)).count == codes.count)
    #expect(RefusalCode.money.allSatisfy { (100...149).contains($0.number) })
    #expect(RefusalCode.validators.allSatisfy { (150...199).contains($0.number) })
  }

  @Test func aVersionOtherThanOne() throws {
    var bytes = try raw([(Burn.kind, Burn(amount: 5).encoded())])
    bytes[8] = 2
    #expect(chain.machine.copyThatChecks(bytes).refusal?.code == .malformed)
  }

  @Test func aMessageLengthBeyondTheTransaction() throws {
    var bytes = try raw([(Burn.kind, Burn(amount: 5).encoded())])
    let length = 8 + 4 + 32 * 3 + 8 * 3 + 2 + 2
    bytes.replaceSubrange(length..<length + 4, with: [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(chain.machine.copyThatChecks(bytes).refusal?.code == .malformed)
  }
}

/// One message of each kind about money and validators.
enum MessageSamples {
  static var all: [any Message] {
    guard let key = PublicKey([UInt8](repeating: 7, count: 32)),
      let signature = Signature([UInt8](repeating: 9, count: 64))
    else { return [] }
    return [
      Transfer(to: .zero, amount: 1), Burn(amount: 2, recycle: true),
      AuthorizeKey(key: key, scopes: [.transfer, .oracle], expiry: 3, razLimit: 4), RevokeKey(key: key),
      BuyCredits(amount: 5, minimum: 6), SellCredits(amount: 7, minimum: 8), ReportPrice(price: 9),
      AddStake(amount: 10), Unstake(amount: 11), WithdrawStake(), AddBond(key: key, amount: 12, possession: signature),
      Unbond(amount: 13), WithdrawBond(),
    ]
  }
}

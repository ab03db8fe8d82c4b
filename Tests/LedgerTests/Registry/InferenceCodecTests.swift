import Hashing
import Receipts
import Testing

@testable import Ledger

/// Every body and every record of inference has one encoding, and no bytes trap its decoder.
@Suite struct InferenceCodecTests {
  private static func messages() throws -> [any Message] {
    let world = try InferenceChain(isSetUp: false)
    let (receipt, accept, id) = (try world.receipt(), try world.accept(), InferenceChain.program)
    let auditor = try RegisterAuditor(
      endpoint: "https://a", seedCommitment: id, chain: id, account: id, signedWith: TestChain.key("auditor"))
    let line = RedeemVoucher.Line(receipt: id, program: id, microcredits: 7)
    return [
      world.publication(), try world.registration(of: "owner"), RetireProvider(provider: id), auditor,
      RetireAuditor(auditor: id), try world.opening(), TopUpChannel(channel: id, microcredits: 5),
      RedeemVoucher(voucher: try world.voucher(7), lines: [line, line]), CloseChannel(channel: id),
      SettleChannel(channel: id), try world.anchor([receipt]),
      AnchorContributions(provider: id, epoch: 1, root: id), ClaimUnanchored(receipt: receipt),
      AnswerUnanchored(claim: id, batch: 1, index: 2, path: [id, .zero]),
      ClaimDropped(accept: accept, secret: id), AnswerDropped(claim: id, receipt: receipt), ResolveClaim(claim: id),
      DisputeBatch(receipt: receipt, batch: 1, index: 2, path: [id]), DisputeSettlement(receipt: receipt),
      CommitBeacon(round: 3, commitment: id), RevealBeacon(round: 3, secret: id),
    ]
  }

  private static func records() throws -> [any Record] {
    let (id, key) = (InferenceChain.program, try TestChain.key("owner-provider").publicKey)
    let offer = Offer(program: id, prices: Prices(prompt: 1, answer: 2))
    var answered = Claim(
      kind: .dropped, claimant: id, provider: id, subject: id, secret: id, height: 4, deadline: 5, deposit: 6)
    answered.state = .answered
    return [
      Program(
        publisher: id, name: "a", kind: 1, royalty: 2, licence: "b", sources: [id, .zero], fileRoot: id,
        fileByteCount: 3, height: 4),
      Provider(
        owner: id, key: key, endpoint: "https://a", certificate: id, capacity: 1, offers: [offer, offer], height: 9),
      Auditor(owner: id, key: key, endpoint: "https://a", seedCommitment: id, committedAt: 3, isRetired: true),
      Channel(payer: id, payee: id, voucherKey: key, deposit: 9, redeemed: 4, closesAt: 5),
      Settlement(channel: id, program: id, amount: 1, height: 2, isRefuted: true),
      Batch(root: id, count: 1, latestExpiry: 2, amount: 3, height: 4, time: 5, isRefuted: true),
      ContributionRoot(root: id, height: 1, time: 2), answered,
      Beacon(height: 1, time: 2, accumulator: id, blockHash: id),
      BeaconState(accumulator: id, round: 3, wanted: [4, 5]),
      BeaconRound(
        deposit: 7, commits: [.init(account: id, commitment: id), .init(account: .zero, commitment: id, secret: id)]),
    ]
  }

  @Test func kindsNamesAndCodesAreUnique() throws {
    let types = MessageRegistry.types
    #expect(Set(types.map { $0.kind }).count == types.count)
    #expect(Set(types.map { $0.name }).count == types.count)
    let sampled = try Set(Self.messages().map { type(of: $0).kind })
    #expect(sampled == Set(types.map { $0.kind }.filter { $0 >= 30 }))
    let ranges: [([RefusalCode], ClosedRange<UInt32>)] = [
      (RefusalCode.registry, 200...249), (RefusalCode.channels, 250...299), (RefusalCode.evidence, 300...349),
      (RefusalCode.beacon, 350...379),
    ]
    for (codes, range) in ranges {
      #expect(codes.allSatisfy { range.contains($0.number) } && Set(codes).count == codes.count)
    }
  }

  @Test func everyRecordIsFoundThroughItsTable() throws {
    let tables: [StateTable] = [
      .program, .provider, .auditor, .channel, .settlement, .batch, .contributions, .claim, .beacon, .beaconState,
      .beaconCommit,
    ]
    for (table, record) in zip(tables, try Self.records()) {
      #expect(InferenceRules.record(table) == type(of: record), "\(table)")
    }
  }

  @Test func bodies() throws {
    for message in try Self.messages() {
      try Self.check(type(of: message).name, message.encoded()) { try Self.bodyAgain($0, like: message) }
      #expect(!message.fields.isEmpty)
    }
  }

  @Test func recordsOfTheState() throws {
    for record in try Self.records() {
      try Self.check("\(type(of: record))", record.encoded()) { try Self.recordAgain($0, like: record) }
    }
  }

  private static func bodyAgain<Body: Message>(_ bytes: [UInt8], like _: Body) throws -> [UInt8] {
    var reader = ByteReader(bytes)
    let message = try Body(reading: &reader)
    try reader.finish()
    return message.encoded()
  }

  private static func recordAgain<Value: Record>(_ bytes: [UInt8], like _: Value) throws -> [UInt8] {
    try Value(decoding: bytes).encoded()
  }

  /// Round trip; every shortening and one byte more are refused; whatever else decodes is the one encoding of itself.
  private static func check(_ name: String, _ bytes: [UInt8], _ decode: ([UInt8]) throws -> [UInt8]) throws {
    #expect(try decode(bytes) == bytes, "\(name)")
    for count in bytes.indices {
      #expect(throws: (any Error).self, "\(name) cut at \(count)") { try decode(Array(bytes[..<count])) }
    }
    #expect(throws: (any Error).self, "\(name) and a byte") { try decode(bytes + [0]) }
    var generator = SeededBytes(state: UInt64(bytes.count))
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= UInt8(truncatingIfNeeded: generator.next() | 1)
      if let again = try? decode(changed) { #expect(again == changed, "\(name) changed at \(place)") }
    }
    for _ in 0..<200 {
      let noise = (0..<Int(generator.next() % 1_500)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      if let again = try? decode(noise) { #expect(again == noise, "\(name) of noise") }
    }
  }

  @Test func aChannelThatHasPaidMoreThanItHeldIsCorrupt() throws {
    let key = try TestChain.key("owner-provider").publicKey
    let channel = Channel(payer: .zero, payee: .zero, voucherKey: key, deposit: 1, redeemed: 2)
    #expect(throws: ByteReaderError.self) { try Channel(decoding: channel.encoded()) }
  }

  @Test func listsOverTheirLimitsAreRefused() throws {
    let world = try InferenceChain(isSetUp: false)
    let many = (0..<65).map {
      Offer(program: taggedHash("razao/test/offer/1", [$0]), prices: .init(prompt: 0, answer: 0))
    }
    var program = world.publication()
    program.sources = Array(repeating: .zero, count: 17)
    var named = world.publication()
    named.title = String(repeating: "n", count: 65)
    var control = world.publication()
    control.licence = "a\u{7}b"
    let path = Array(repeating: Digest.zero, count: 33)
    let refused: [any Message] = [
      try world.registration(of: "owner", offers: many), program, named, control,
      try world.registration(of: "owner", endpoint: "https://" + String(repeating: "n", count: 249)),
      AnswerUnanchored(claim: .zero, batch: 0, index: 0, path: path),
    ]
    for message in refused {
      let body = message.encoded()
      #expect(throws: ByteReaderError.self) { try Self.bodyAgain(body, like: message) }
    }
  }
}

/// SplitMix64.
struct SeededBytes: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}

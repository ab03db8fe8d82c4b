import Hashing
import Receipts
import StateTree
import Testing

@testable import Ledger

/// One line of a table: a transaction, who sends it, and the code that it gets; `nil` where it applies.
struct Row {
  let what: String
  let message: any Message
  let sender: String
  let key: String?
  let code: RefusalCode?

  init(_ what: String, _ message: any Message, by sender: String, key: String? = nil, _ code: RefusalCode? = nil) {
    (self.what, self.message, self.sender, self.key, self.code) = (what, message, sender, key, code)
  }
}

/// A chain with everything that inference needs: `owner` and `rival` with stake and a provider each, `publisher` with
/// a program of 10 % royalty, `payer` with a channel of 1,000,000 microcredits to owner's provider, `watcher` and
/// `mallory` with money alone.
struct InferenceChain {
  static let start: UInt64 = 1_000_000_000
  static let program = taggedHash("razao/test/program/1", [1])
  static let stake: UInt64 = 1_000_000_000_000
  static let accounts = ["owner", "rival", "publisher", "payer", "watcher", "mallory"]

  var chain: TestChain
  let channel: Digest

  init(parameters: Parameters = Parameters(), isSetUp: Bool = true) throws {
    chain = try TestChain(parameters: parameters) { genesis in
      genesis.time = Self.start
      for name in Self.accounts {
        let id = (try? TestChain.key(name).publicKey.account) ?? .zero
        let isStaked = name == "owner" || name == "rival"
        genesis.holders.append(
          .init(
            account: id, raz: 1_000_000_000_000, credit: name == "payer" ? 1_000_000_000 : 0,
            stake: isStaked ? Self.stake : 0))
      }
    }
    for name in Self.accounts { try chain.add(name) }
    let provider = try TestChain.key("owner-provider").publicKey.provider
    channel = Channel.id(payer: chain.names["payer"] ?? .zero, payee: provider, salt: 0)
    guard isSetUp else { return }
    let setUp: [(any Message, String)] = [
      (try registration(of: "owner"), "owner"), (try registration(of: "rival"), "rival"),
      (publication(), "publisher"), (try opening(), "payer"),
    ]
    let result = try chain.block(setUp.map { try chain.transaction([$0.0], from: $0.1) })
    for each in result.results { try #require(each.refusal == nil) }
  }

  func id(_ name: String) -> Digest { chain.names[name] ?? .zero }
  func provider(of name: String = "owner") throws -> Digest {
    try TestChain.key(name + "-provider").publicKey.provider
  }
  func record(of name: String = "owner") throws -> Provider {
    try #require(chain.record(.provider(provider(of: name))))
  }
  func stake(_ name: String = "owner") throws -> Stake { try #require(chain.record(.stake(id(name)))) }

  var now: UInt64 { chain.machine.time }
  /// Time of the next block.
  var next: UInt64 { now + chain.step }

  func registration(
    of name: String, for account: String? = nil, endpoint: String = "https://node.example:8443", offers: [Offer]? = nil
  ) throws -> RegisterProvider {
    try RegisterProvider(
      endpoint: endpoint, certificate: .zero, capacity: 4,
      offers: offers ?? [Offer(program: Self.program, prices: Prices(prompt: 100_000, answer: 400_000))],
      chain: chain.machine.chain, account: id(account ?? name), signedWith: TestChain.key(name + "-provider"))
  }

  func publication(
    _ root: Digest = InferenceChain.program, title: String = "tiny", royalty: UInt32 = 100_000
  ) -> PublishProgram {
    PublishProgram(
      root: root, title: title, programKind: 1, royalty: royalty, licence: "Apache-2.0", sources: [.zero],
      fileRoot: .zero, fileByteCount: 1)
  }

  func opening(_ microcredits: UInt64 = 1_000_000, salt: UInt64 = 0, payee: Digest? = nil) throws -> OpenChannel {
    OpenChannel(
      payee: try payee ?? provider(), voucherKey: try TestChain.key("vouchers").publicKey, microcredits: microcredits,
      salt: salt)
  }

  func voucher(
    _ cumulative: UInt64, channel: Digest? = nil, chain other: Digest? = nil, names: String = "vouchers",
    signer: String = "vouchers"
  ) throws -> SignedVoucher {
    try TestChain.key(signer).sign(
      Voucher(
        chain: other ?? chain.machine.chain, channel: channel ?? self.channel,
        payerKey: TestChain.key(names).publicKey, cumulative: cumulative, reference: .zero))
  }

  /// Sends the rows one after another, a block each.
  mutating func expect(_ rows: Row...) throws {
    for row in rows {
      let result = try chain.send(row.message, from: row.sender, key: row.key)
      #expect(result.refusal?.code == row.code, "\(row.what): \(result.refusal?.description ?? "applied")")
    }
  }

  /// A block without transactions, later by so many milliseconds.
  mutating func wait(_ milliseconds: UInt64) throws { try chain.block([], after: milliseconds) }

  /// What issuance and holdings differ by, over the whole state.
  func imbalance() throws -> Holdings {
    var records: [(key: [UInt8], value: [UInt8])] = []
    chain.machine.committed.tree.visit { _, key, value in records.append((key, value)) }
    return try Conservation.total(records)
  }
}

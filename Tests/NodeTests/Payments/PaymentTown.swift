import Hashing
import Ledger
import LedgerStore
import Receipts
import Synchronization
import Testing

@testable import Node

/// A whole ledger in a folder, a provider with stake, somebody who pays and somebody who claims.
struct PaymentTown: Sendable {
  static let program = taggedHash("test/program", [1])
  static let endpoint = "https://provider.test:1"

  let folder: TemporaryFolder
  let time = StoppedClock()
  let ledger: EmbeddedLedger
  let provider: NodeIdentity
  let payer: NodeIdentity
  let claimant: NodeIdentity
  let agent: AccountAgent

  init(configure: (inout Parameters) -> Void = { _ in }) throws {
    folder = try TemporaryFolder()
    provider = try IdentityFile.loadOrMake(home: folder.path + "/provider")
    payer = try IdentityFile.loadOrMake(home: folder.path + "/purse")
    claimant = try IdentityFile.loadOrMake(home: folder.path + "/claimant")
    var parameters = Parameters()
    configure(&parameters)
    let genesis = Genesis(
      chainID: "payments-1", parameters: parameters,
      holders: [
        .init(account: provider.publicKey.account, raz: 1_000_000_000_000, stake: 200_000_000_000),
        .init(account: payer.publicKey.account, raz: 1_000_000_000_000, credit: 1_000_000_000),
        .init(account: claimant.publicKey.account, raz: 1_000_000_000_000),
      ], time: time.now)
    guard let key = SigningKey(seed: [UInt8](repeating: 77, count: 32)) else { throw NoKey() }
    ledger = try EmbeddedLedger(path: folder.path + "/ledger.sqlite", genesis: genesis, key: key) { [time] in time.now }
    agent = AccountAgent(client: ledger, identity: provider)
  }

  var chain: Digest { Genesis.chain("payments-1") }

  /// Makes blocks of what waits while a body runs.
  func running(_ body: () async throws -> Void) async throws {
    let blocks = Task { [ledger] in try await ledger.run(interval: .milliseconds(3)) }
    defer { blocks.cancel() }
    try await body()
  }

  func books() throws -> ProviderBooks { try ProviderBooks(path: folder.path + "/payments.sqlite") }

  func purse(deposit: UInt64 = 1_000_000) throws -> ChannelPurse {
    try ChannelPurse(home: folder.path + "/purse", client: ledger, deposit: deposit)
  }

  func cashier(_ books: ProviderBooks, of provider: Digest? = nil, creditLimit: UInt64 = 1_000_000) -> Cashier {
    Cashier(
      books: books, client: ledger, provider: provider ?? self.provider.id, creditLimit: creditLimit,
      clock: time.clock)
  }

  /// Puts the provider on the ledger.
  func register() async throws {
    try await agent.send([
      try RegisterProvider(
        endpoint: Self.endpoint, certificate: .zero, capacity: 1, offers: [], chain: chain,
        account: provider.publicKey.account, signedWith: provider.key)
    ])
  }

  /// Opens a channel from the payer to the provider.
  func openChannel(_ deposit: UInt64, salt: UInt64 = 1) async throws -> Digest {
    try await AccountAgent(client: ledger, identity: payer).send([
      OpenChannel(payee: provider.id, voucherKey: payer.publicKey, microcredits: deposit, salt: salt)
    ])
    return Channel.id(payer: payer.publicKey.account, payee: provider.id, salt: salt)
  }

  /// A voucher that the payer signs.
  func voucher(_ channel: Digest, _ cumulative: UInt64) throws -> SignedVoucher {
    try payer.key.sign(
      Voucher(
        chain: chain, channel: channel, payerKey: payer.publicKey, cumulative: cumulative, reference: .random()))
  }

  /// An account's microcredits.
  func credit(of account: Digest) async throws -> UInt64 { try await ledger.get(.account(account))?.credit ?? 0 }

  /// What the block refused, or 0.
  func code(of messages: [any Message], from identity: NodeIdentity) async throws -> UInt32 {
    do throws(LedgerClientError) {
      return try await AccountAgent(client: ledger, identity: identity).send(messages).code
    } catch {
      guard case .refused(let code, _) = error else { throw error }
      return code
    }
  }
}

extension PaymentTown {
  func asked(_ channel: Digest, id: RequestID = .random()) -> AcceptRequest {
    AcceptRequest(
      requestID: id, nonce: .random(), programRoot: Self.program, form: .chat, requestCommitment: .random(),
      requestByteCount: 10, seedKind: .gateway, seedCommitment: .random(), payerKind: .direct,
      payer: payer.publicKey.account, expiry: time.now + 3_600_000, channel: channel)
  }

  func accept(
    _ id: RequestID = .random(), channel: Digest = .zero, secret: Digest? = nil, life: UInt64 = 3_600_000
  ) throws -> SignedAccept {
    try provider.key.sign(
      Accept(
        network: chain, requestID: id, clientNonce: .random(), providerKey: provider.publicKey,
        programRoot: Self.program, form: .chat, requestCommitment: .random(), requestByteCount: 10,
        seedKind: secret == nil ? .explicit : .joint, seedCommitment: secret.map(SeedStatement.commitment) ?? .zero,
        payment: Payment(payerKind: .direct, payer: payer.publicKey.account, prices: Peers.prices),
        acceptedAt: time.now, expiry: time.now + life, channel: channel))
  }

  func receipt(
    for accept: SignedAccept, amount: UInt64 = 0, owed: UInt64 = 0, secret: Digest? = nil
  ) throws -> SignedReceipt {
    try provider.key.sign(
      Receipt(
        for: accept, arithmeticVersion: 1, promptCommitment: .random(), promptCount: 3, sampling: StatedSampling(),
        seed: secret.map { .joint(revealing: $0) } ?? .explicit(1),
        answer: AnswerStatement(
          chainEnd: .random(), count: 2, finishReason: .stopToken, isPartial: false, textCommitment: .random(),
          textByteCount: 4),
        trace: TraceStatement(root: .random(), positions: 4, layers: 2), amountOwed: amount, channelOwed: owed,
        times: ReceiptTimes(accepted: time.now, firstToken: time.now, finished: time.now)))
  }

  /// Answers a question in the books.
  @discardableResult
  func answer(
    _ books: ProviderBooks, _ channel: Digest = .zero, _ amount: UInt64 = 10, id: RequestID = .random()
  ) throws -> SignedReceipt {
    let accept = try accept(id, channel: channel)
    return try books.enter(channel: channel, amount: amount) { owed in
      try receipt(for: accept, amount: amount, owed: owed)
    }
  }
}

/// Something that is so or not, and changes while others look.
final class Flag: Sendable {
  private let value: Mutex<Bool>

  init(_ value: Bool) { self.value = Mutex(value) }

  var isSet: Bool { value.withLock { $0 } }

  func set(_ value: Bool) { self.value.withLock { $0 = value } }
}

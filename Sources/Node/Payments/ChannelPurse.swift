import Hashing
import Ledger
import Receipts

/// A payer's side: finds or opens a channel to each provider, and signs vouchers for what answers have cost.
///
/// It never signs for more than receipts and checkpoints that it has checked add up to. What a channel holds is all
/// that a provider could ever take.
package actor ChannelPurse {
  private let client: any LedgerClient
  private let agent: AccountAgent
  private let identity: NodeIdentity
  private let store: PurseStore
  private let lock: PurseLock
  /// Microcredits that a new channel holds.
  private let deposit: UInt64
  private var opening: [Digest: Task<Result<PayerChannel, PurseError>, Never>] = [:]
  /// Jobs of this process that are under way.
  private var running: Set<RequestID> = []
  private var chain: Digest?
  /// The highest sums that receipts have named before everything in them was counted here.
  private var claimed: [Digest: (sum: UInt64, receipt: Digest)] = [:]
  /// Channels that this process has seen on the ledger.
  private var seen: Set<Digest> = []

  /// - Parameters:
  ///   - home: folder of the purse's key and books.
  ///   - account: whose credits; the key's own account when `nil`.
  ///   - deposit: microcredits.
  ///   - patience: how long to wait for another process that pays from the same purse.
  package init(
    home: String, client: any LedgerClient, account: Digest? = nil, deposit: UInt64 = 1_000_000,
    patience: Duration = .seconds(5)
  ) throws {
    identity = try IdentityFile.loadOrMake(home: home)
    lock = try PurseLock(path: "\(home)/purse.lock", patience: patience)
    store = try PurseStore(path: "\(home)/purse.sqlite")
    agent = AccountAgent(client: client, identity: identity, account: account)
    self.client = client
    self.deposit = deposit
  }

  /// Who pays.
  package nonisolated var account: Digest { agent.account }

  /// A job may begin: there is a channel, and nothing of earlier jobs is in doubt.
  /// - Parameters:
  ///   - most: microcredits that the job can cost at most; no receipt that comes without its answer takes more.
  ///   - receipt: fetches the receipt of an earlier job from the provider; `nil` when it has none.
  package func begin(
    _ id: RequestID, provider: Digest, most: UInt64 = .max, receipt: (RequestID) async -> SignedReceipt?
  ) async throws(PurseError) -> Digest {
    var channel = try await channel(provider)
    channel = try await settleDoubts(channel, provider: provider, receipt: receipt)
    if channel.terms.capacity - channel.owed < deposit / 10 { channel = try await topUp(channel, provider: provider) }
    running.insert(id)
    try keep { try store.begin(id, channel: channel.terms.channel, most: most) }
    return channel.terms.channel
  }

  /// A job has ended without a receipt: what it cost is found out before the next one begins.
  package func leave(_ id: RequestID) {
    running.remove(id)
  }

  /// The provider takes no payment from a channel: before it is used again, the ledger is asked what became of it.
  package func doubt(_ channel: Digest) {
    seen.remove(channel)
  }

  /// A checked checkpoint says that a running job has cost so much.
  /// - Returns: the voucher that pays it.
  package func pay(
    checkpoint amount: UInt64, of id: RequestID, provider: Digest, reference: Digest
  ) async throws(PurseError) -> SignedVoucher {
    _ = try await channel(provider)
    // A checkpoint that is looked at after its job's receipt was paid is in that already.
    guard running.contains(id) else { throw .other("the job is over") }
    let channel = try note(amount, of: id, provider: provider)
    return try sign(channel, channel.owed, provider: provider, reference: reference)
  }

  /// A verified receipt: the job is over.
  /// - Returns: the voucher for what the channel owes with it, by the provider's books, if those are right.
  /// - Throws: `PurseError.overclaimed`, after which the channel is used no more.
  package func pay(_ receipt: SignedReceipt) async throws(PurseError) -> SignedVoucher {
    let body = receipt.body
    _ = try await channel(body.provider)
    // Paid twice, it would be counted twice.
    guard running.remove(body.requestID) != nil else { throw .other("the job is over") }
    let channel = try note(body.amountOwed, of: body.requestID, provider: body.provider)
    guard channel.terms.channel == body.channel else { throw .other("the receipt names another channel") }
    try keep { try store.close(body.requestID) }
    guard body.channelOwed > channel.owed else {
      var (sum, reference) = (body.channelOwed, receipt.hash)
      if let earlier = claimed[body.channel], earlier.sum > sum, earlier.sum <= channel.owed {
        (sum, reference) = earlier
        claimed[body.channel] = nil
      }
      return try sign(channel, sum, provider: body.provider, reference: reference)
    }
    // Answers that ended before this one may be in the provider's sum and not in ours yet.
    guard try keep({ try store.openJobs(channel: body.channel) }).isEmpty else {
      if body.channelOwed > claimed[body.channel]?.sum ?? 0 {
        claimed[body.channel] = (body.channelOwed, receipt.hash)
      }
      return try sign(channel, channel.owed, provider: body.provider, reference: receipt.hash)
    }
    try keep { try store.abandon(body.channel) }
    throw .overclaimed(claimed: body.channelOwed, owed: channel.owed)
  }

  /// The channel as it is in the books, which hold the only truth: between two waits others may have changed it.
  private func booked(_ provider: Digest) throws(PurseError) -> PayerChannel {
    guard let chain else { throw .other("the chain is not known yet") }
    let known = try keep { try store.channel(provider: provider, chain: chain, key: identity.publicKey) }
    guard let known else { throw .other("there is no channel to \(provider.hex)") }
    return known
  }

  private func keep<Value>(_ work: () throws -> Value) throws(PurseError) -> Value {
    do { return try work() } catch let error as StoreError {
      throw .store(error)
    } catch let error as VoucherRefusal {
      throw .refused(error)
    } catch {
      throw .other("\(error)")
    }
  }

  /// Counts what a job has cost since it was last looked at. Waits for nothing.
  private func note(_ amount: UInt64, of id: RequestID, provider: Digest) throws(PurseError) -> PayerChannel {
    let channel = try booked(provider)
    guard try keep({ try store.owe(amount, of: id, channel: channel.terms.channel) }) != nil else {
      throw .refused(.uncovered(owed: channel.owed, more: amount, capacity: channel.terms.capacity))
    }
    return try booked(provider)
  }

  /// Signs for an amount that is owed. Waits for nothing.
  func sign(
    _ channel: PayerChannel, _ claimed: UInt64, provider: Digest, reference: Digest
  ) throws(PurseError) -> SignedVoucher {
    var channel = channel
    return try keep {
      // Below an earlier promise a voucher gives nothing more away, and states a sum of receipts exactly.
      if claimed > channel.promised {
        _ = try channel.voucher(for: claimed, reference: reference)
        try store.put(channel, provider: provider)
      }
      return try identity.key.sign(
        Voucher(
          chain: channel.terms.chain, channel: channel.terms.channel, payerKey: identity.publicKey,
          cumulative: claimed, reference: reference))
    }
  }

  /// How often a receipt is asked for that does not come: an answer that is being broken off has none yet.
  private static let askLimit = 3

  /// Jobs of an earlier process, or that broke off: their receipts say what they cost.
  private func settleDoubts(
    _ channel: PayerChannel, provider: Digest, receipt: (RequestID) async -> SignedReceipt?
  ) async throws(PurseError) -> PayerChannel {
    let id = channel.terms.channel
    for job in try keep({ try store.openJobs(channel: id) }) where !running.contains(job) {
      let receipt = await receipt(job)
      guard !running.contains(job), try booked(provider).terms.channel == id else { continue }
      if let receipt, receipt.isSigned, receipt.body.requestID == job, receipt.body.provider == provider,
        receipt.body.channel == id
      {
        // Its answer is not here to be checked: no more is believed than the job could cost.
        let most = try keep { try store.most(job) }
        do throws(PurseError) { _ = try note(min(receipt.body.amountOwed, most), of: job, provider: provider) } catch {
          // A provider that answers beyond what the channel holds does so for nothing.
          guard case .refused = error else { throw error }
        }
      } else if try keep({ try store.missed(job) }) < Self.askLimit {
        continue
      }
      try keep { try store.close(job) }
    }
    return try booked(provider)
  }

  /// The channel to a provider, opened on the ledger when there is none. Whoever comes while it is looked for waits for
  /// the same one: a channel that is being opened is written down and not on the ledger yet.
  func channel(_ provider: Digest) async throws(PurseError) -> PayerChannel {
    let chain = try await currentChain()
    if let task = opening[provider] { return try await task.value.get() }
    let known = try keep { try store.channel(provider: provider, chain: chain, key: identity.publicKey) }
    if let known, seen.contains(known.terms.channel) { return known }
    let task = Task { () async -> Result<PayerChannel, PurseError> in
      do throws(PurseError) {
        if let known, let found = try await self.compared(known, provider: provider) { return .success(found) }
        return .success(try await self.open(provider, chain: chain))
      } catch {
        return .failure(error)
      }
    }
    opening[provider] = task
    defer { opening[provider] = nil }
    return try await task.value.get()
  }

  /// A channel of an earlier process as the ledger has it now; `nil` when it is not there or is being closed.
  private func compared(_ known: PayerChannel, provider: Digest) async throws(PurseError) -> PayerChannel? {
    let record: Channel?
    do throws(LedgerClientError) { record = try await client.get(.channel(known.terms.channel)) } catch {
      throw .ledger(error)
    }
    var terms = known.terms
    terms.capacity = record?.deposit ?? 0
    let current = try booked(provider)
    guard let record, record.closesAt == 0,
      let channel = PayerChannel(terms: terms, owed: current.owed, promised: current.promised)
    else {
      try keep { try store.abandon(known.terms.channel) }
      return nil
    }
    try keep { try store.put(channel, provider: provider) }
    seen.insert(terms.channel)
    return channel
  }

  private func currentChain() async throws(PurseError) -> Digest {
    if let chain { return chain }
    do throws(LedgerClientError) {
      let found = try await client.status().chain
      chain = found
      return found
    } catch {
      throw .ledger(error)
    }
  }

  private func open(_ provider: Digest, chain: Digest) async throws(PurseError) -> PayerChannel {
    let salt = UInt64.random(in: 1...UInt64.max)
    let id = Channel.id(payer: agent.account, payee: provider, salt: salt)
    guard
      let channel = PayerChannel(
        terms: ChannelTerms(chain: chain, channel: id, payerKey: identity.publicKey, capacity: deposit))
    else { throw .other("a channel of nothing") }
    // Written down first: a channel that is opened and forgotten would hold its deposit for nobody.
    try keep { try store.put(channel, provider: provider) }
    do throws(LedgerClientError) {
      try await agent.send([
        OpenChannel(payee: provider, voucherKey: identity.publicKey, microcredits: deposit, salt: salt)
      ])
    } catch {
      if case .refused = error { try keep { try store.abandon(id) } }
      throw .ledger(error)
    }
    seen.insert(id)
    return channel
  }

  private func topUp(_ channel: PayerChannel, provider: Digest) async throws(PurseError) -> PayerChannel {
    do throws(LedgerClientError) {
      try await agent.send([TopUpChannel(channel: channel.terms.channel, microcredits: deposit)])
    } catch {
      // What is left may do; the provider says so when it does not.
      return channel
    }
    let current = try booked(provider)
    guard current.terms.channel == channel.terms.channel else { return current }
    var terms = current.terms
    terms.capacity = terms.capacity.addingSaturating(deposit)
    guard let topped = PayerChannel(terms: terms, owed: current.owed, promised: current.promised) else {
      return current
    }
    try keep { try store.put(topped, provider: provider) }
    return topped
  }
}

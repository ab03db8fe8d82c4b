import Dialects
import Hashing
import Ledger
import Receipts

/// The provider's side of channels: whom it answers on credit, which vouchers it takes.
///
/// The ledger says what a channel holds; the books say what it owes. An answer is begun only while the channel can
/// still pay it, so that nothing is computed for nothing.
package actor Cashier {
  private let books: ProviderBooks
  private let client: any LedgerClient
  private let provider: Digest
  private let clock: WallClock
  /// Microcredits that a channel may owe without a voucher.
  private let creditLimit: UInt64
  private var known: [Digest: (terms: ChannelTerms, at: UInt64)] = [:]
  /// What answers under way may cost at most.
  private var reserved: [RequestID: (channel: Digest, amount: UInt64)] = [:]

  /// - Parameter creditLimit: microcredits.
  package init(
    books: ProviderBooks, client: any LedgerClient, provider: Digest, creditLimit: UInt64 = 1_000_000,
    clock: WallClock = .system
  ) {
    self.books = books
    self.client = client
    self.provider = provider
    self.creditLimit = creditLimit
    self.clock = clock
  }

  /// Whether a job is begun: its channel is open to us, can pay it, and is not behind.
  /// - Parameter most: what the answer can cost at most, microcredits.
  /// - Throws: `RequestError` 402.
  package func admit(_ asked: AcceptRequest, most: UInt64) async throws(RequestError) {
    guard most > 0 else { return }
    guard asked.channel != .zero else {
      throw RequestError(
        payment: "this provider answers for payment: open a channel to \(provider.hex) and name it in the request")
    }
    let terms = try await terms(of: asked.channel)
    let owed: UInt64
    let promised: UInt64
    do {
      owed = try books.owed(asked.channel)
      promised = try books.promised(asked.channel)
    } catch {
      throw RequestError(.internalError, nil, "\(error)")
    }
    let running = reserved.values.reduce(UInt64(0)) { sum, job in
      job.channel == asked.channel ? sum.addingSaturating(job.amount) : sum
    }
    let exposure = owed.addingSaturating(running).addingSaturating(most)
    guard exposure <= terms.capacity else {
      throw RequestError(
        payment: "the channel holds \(terms.capacity) microcredits, and \(exposure) would be owed: top it up")
    }
    guard owed <= promised || owed - promised <= creditLimit else {
      throw RequestError(payment: "the channel owes \(owed - promised) microcredits: send a voucher for \(owed)")
    }
    if reserved.count > 4_096 { reserved.removeAll() }
    reserved[asked.requestID] = (asked.channel, most)
  }

  /// An answer has ended, however.
  package func release(_ id: RequestID) {
    reserved[id] = nil
  }

  /// Takes a voucher.
  /// - Returns: the highest cumulative amount that is held now.
  /// - Throws: `RequestError` 402 with what is wrong with it.
  package func take(_ voucher: SignedVoucher) async throws(RequestError) -> UInt64 {
    let terms = try await terms(of: voucher.body.channel)
    do {
      // A voucher below the highest is still worth keeping: it may state a sum of receipts exactly.
      do throws(VoucherRefutation) { try terms.check(voucher, above: 0) } catch {
        throw RequestError(payment: "\(error)")
      }
      try books.keep(voucher)
      return try books.promised(voucher.body.channel)
    } catch let error as RequestError {
      throw error
    } catch {
      throw RequestError(.internalError, nil, "\(error)")
    }
  }

  /// What the ledger says of a channel; asked again after five seconds, since it can be topped up and closed.
  private func terms(of channel: Digest) async throws(RequestError) -> ChannelTerms {
    let now = clock.now()
    if let entry = known[channel], now < entry.at.addingSaturating(5_000) { return entry.terms }
    let record: Channel?
    let chain: Digest
    do throws(LedgerClientError) {
      record = try await client.get(.channel(channel))
      chain = try await client.status().chain
    } catch {
      throw RequestError(.ledgerUnreachable, nil, "\(error)")
    }
    guard let record else { throw RequestError(payment: "the ledger knows no channel \(channel.hex)") }
    guard record.payee == provider else { throw RequestError(payment: "the channel pays somebody else") }
    guard record.closesAt == 0 else { throw RequestError(payment: "the channel is being closed: open another") }
    let terms = ChannelTerms(
      chain: chain, channel: channel, payerKey: record.voucherKey, capacity: record.deposit)
    if known.count > 4_096 { known.removeAll() }
    known[channel] = (terms, now)
    return terms
  }
}

extension RequestError {
  /// Payment required.
  init(payment message: String) {
    self.init(.paymentRequired, "channel", message)
  }
}

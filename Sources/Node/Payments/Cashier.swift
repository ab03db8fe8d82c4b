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
  /// The longest life of a receipt, once the ledger was asked.
  private var lifetime: UInt64?
  private var known: [Digest: (terms: ChannelTerms, isClosing: Bool, at: UInt64)] = [:]
  /// What answers under way may cost at most.
  private var reserved: [RequestID: (channel: Digest, amount: UInt64, until: UInt64)] = [:]
  /// An accept must be used in ten minutes; an answer that runs longer is no longer counted, which risks it alone.
  private static let reservationTime: UInt64 = 1_200_000
  private static let reservationLimit = 4_096

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
    try await checkLifetime(asked)
    guard most > 0 else { return }
    guard asked.channel != .zero else {
      throw RequestError(
        payment: "this provider answers for payment: open a channel to \(provider.hex) and name it in the request")
    }
    let (terms, isClosing) = try await terms(of: asked.channel)
    guard !isClosing else { throw RequestError(payment: "the channel is being closed: open another") }
    let now = clock.now()
    reserved = reserved.filter { $0.value.until > now }
    let owed: UInt64
    let covered: UInt64
    let isRepeated: Bool
    do {
      owed = try books.owed(asked.channel)
      covered = try books.covered(asked.channel)
      isRepeated = try reserved[asked.requestID] != nil || books.knows(asked.requestID)
    } catch {
      throw RequestError(.internalError, nil, "\(error)")
    }
    guard !isRepeated else { throw RequestError(.jobMismatch, "id", "This request id was used before.") }
    let running = reserved.values.reduce(UInt64(0)) { sum, job in
      job.channel == asked.channel ? sum.addingSaturating(job.amount) : sum
    }
    let exposure = owed.addingSaturating(running).addingSaturating(most)
    guard exposure <= terms.capacity else {
      throw RequestError(
        payment: "the channel holds \(terms.capacity) microcredits, and \(exposure) would be owed: top it up")
    }
    guard owed <= covered || owed - covered <= creditLimit else {
      throw RequestError(payment: "the channel owes \(owed - covered) microcredits: send a voucher for \(owed)")
    }
    guard reserved.count < Self.reservationLimit else {
      throw RequestError(.tooManyRequests, nil, "Too many answers are promised; try again later.")
    }
    reserved[asked.requestID] = (asked.channel, most, now.addingSaturating(Self.reservationTime))
  }

  /// A receipt that lives longer than the ledger allows could not be anchored, and would hold up its whole batch.
  private func checkLifetime(_ asked: AcceptRequest) async throws(RequestError) {
    if lifetime == nil {
      do throws(LedgerClientError) { lifetime = try await client.get(.parameters)?.receiptLifetime } catch {
        throw RequestError(.ledgerUnreachable, nil, "\(error)")
      }
    }
    // Block time may be behind our clock.
    let latest = clock.now().addingSaturating(lifetime ?? 0)
    guard asked.expiry.addingSaturating(Self.clockMargin) <= latest else {
      throw RequestError(.invalidValue, "expiry", "The ledger takes receipts that live \(lifetime ?? 0) ms at most.")
    }
  }

  /// Milliseconds.
  private static let clockMargin: UInt64 = 600_000

  /// An answer has ended, however.
  package func release(_ id: RequestID) {
    reserved[id] = nil
  }

  /// Takes a voucher.
  /// - Returns: the highest cumulative amount that is held now.
  /// - Throws: `RequestError` 402 with what is wrong with it.
  package func take(_ voucher: SignedVoucher) async throws(RequestError) -> UInt64 {
    let (terms, _) = try await terms(of: voucher.body.channel)
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
  private func terms(
    of channel: Digest
  ) async throws(RequestError) -> (terms: ChannelTerms, isClosing: Bool) {
    let now = clock.now()
    if let entry = known[channel], now < entry.at.addingSaturating(5_000) { return (entry.terms, entry.isClosing) }
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
    let terms = ChannelTerms(
      chain: chain, channel: channel, payerKey: record.voucherKey, capacity: record.deposit)
    if known.count > 4_096 { known.removeAll() }
    let isClosing = record.closesAt != 0
    known[channel] = (terms, isClosing, now)
    return (terms, isClosing)
  }
}

extension RequestError {
  /// Payment required.
  init(payment message: String) {
    self.init(.paymentRequired, "channel", message)
  }
}

import Hashing
import Ledger
import Receipts
import Testing

@testable import Node

/// A provider's errands on a ledger, and what it does after a crash.
@Suite struct ProviderLedgerServiceTests {
  let town: PaymentTown
  let notices = ReadyPoint()

  init() throws { town = try PaymentTown() }

  private func service(_ books: ProviderBooks) -> ProviderLedgerService {
    ProviderLedgerService(
      agent: AccountAgent(client: town.ledger, identity: town.provider), client: town.ledger, books: books,
      identity: town.provider,
      offers: [Offer(program: PaymentTown.program, prices: Peers.prices)], capacity: 2,
      redemptionInterval: .milliseconds(1), clock: town.time.clock, logger: Peers.quiet, report: { notices.receive($0) }
    )
  }

  /// Runs a service that is registered while a body runs.
  private func working(_ books: ProviderBooks, _ body: () async throws -> Void) async throws {
    let isRegistered = Flag(false)
    try await withServices { start in
      let service = service(books)
      service.open(endpoint: PaymentTown.endpoint) { isRegistered.set(true) }
      _ = start { try await service.run() }
      try await eventually("registered") { isRegistered.isSet }
      try await body()
    }
  }

  private var nonce: UInt64 {
    get async throws { try await town.ledger.get(.account(town.agent.account))?.nonce ?? 0 }
  }

  private func batches() async throws -> UInt64 {
    try await town.ledger.get(.provider(town.provider.id))?.batches ?? 0
  }

  @Test func itRegistersAnchorsAndRedeems() async throws {
    let books = try town.books()
    try await town.running {
      try await working(books) {
        let record = try #require(try await town.ledger.get(.provider(town.provider.id)))
        #expect(record.endpoint == PaymentTown.endpoint && record.capacity == 2 && record.offers.count == 1)
        let channel = try await town.openChannel(1_000)
        let receipts = try [10, 20].map { try town.answer(books, channel, $0) }
        try books.keep(try town.voucher(channel, 30))
        try await eventually("redeemed") { try await town.ledger.get(.channel(channel))?.redeemed == 30 }
        try await eventually("anchored") {
          try books.inclusion(of: receipts[1].body.requestID, chain: town.chain, provider: town.provider.id) != nil
        }
        for receipt in receipts {
          let place = try #require(
            try books.inclusion(of: receipt.body.requestID, chain: town.chain, provider: town.provider.id))
          let batch = try #require(try await town.ledger.get(.batch(town.provider.id, place.batch)))
          #expect(
            place.holds(
              receipt,
              in: AnchoredBatch(number: place.batch, height: batch.height, root: batch.root, count: batch.count)))
          let paid = try await town.ledger.get(.settlement(town.provider.id, receipt.hash))
          #expect(paid?.amount == receipt.body.amountOwed)
        }
        #expect(try await town.credit(of: town.agent.account) == 30)
      }
    }
  }

  @Test func itRepeatsNothingAfterARestart() async throws {
    let books = try town.books()
    try await town.running {
      var channel = Digest.zero
      try await working(books) {
        channel = try await town.openChannel(1_000)
        try town.answer(books, channel, 10)
        try books.keep(try town.voucher(channel, 10))
        try await eventually("redeemed and noted") { try books.redeemableChannels().isEmpty }
        try await eventually("anchored and noted") { try await batches() == 1 && !books.isUnanchored(1) }
      }
      let before = try await nonce
      try books.close()
      let reopened = try town.books()
      try await working(reopened) { try await Task.sleep(for: .milliseconds(700)) }
      #expect(try await nonce == before)
    }
  }

  /// The process ended between a transaction and the note of it.
  @Test func whatTheLedgerHasWithoutOurHearingOfIt() async throws {
    let books = try town.books()
    try await town.running {
      try await town.register()
      let channel = try await town.openChannel(1_000)
      let receipt = try town.answer(books, channel, 10)
      let voucher = try town.voucher(channel, 10)
      try books.keep(voucher)
      let batch = try #require(try books.prepareBatch(1))
      try await town.agent.send([
        AnchorReceipts(
          provider: town.provider.id, batch: 1, root: batch.root, count: batch.count,
          latestExpiry: batch.latestExpiry, totalMicrocredits: batch.total),
        RedeemVoucher(
          voucher: voucher, lines: [.init(receipt: receipt.hash, program: PaymentTown.program, microcredits: 10)]),
      ])
      try await working(books) {
        try await eventually("both are noted") {
          try !books.isUnanchored(1) && books.redeemableChannels().isEmpty
        }
      }
      #expect(try await batches() == 1)
      #expect(try await town.credit(of: town.agent.account) == 10)
    }
  }

  /// A second process with the same key has anchored something else under the number.
  @Test func aBatchThatIsNotOursIsNotTakenForOurs() async throws {
    let books = try town.books()
    try await town.running {
      try await town.register()
      let receipt = try town.answer(books)
      _ = try books.prepareBatch(1)
      try await town.agent.send([
        AnchorReceipts(
          provider: town.provider.id, batch: 1, root: .random(), count: 1, latestExpiry: town.time.now + 1_000,
          totalMicrocredits: 0)
      ])
      try await working(books) {
        try await eventually("it is said") { notices.notices.contains { $0.contains("not the one in these books") } }
      }
      let place = try books.inclusion(of: receipt.body.requestID, chain: town.chain, provider: town.provider.id)
      #expect(place == nil)
    }
  }

  /// It has paid up to a checkpoint, breaks off and closes the channel.
  @Test func aPayerThatGoesAwayPaysWhatItHasPromised() async throws {
    let books = try town.books()
    try await town.running {
      try await town.register()
      let channel = try await town.openChannel(1_000)
      let receipt = try town.answer(books, channel, 30)
      try books.keep(try town.voucher(channel, 20))
      try await working(books) {
        #expect(try await town.ledger.get(.channel(channel))?.redeemed == 0)
        #expect(try await town.code(of: [CloseChannel(channel: channel)], from: town.payer) == 0)
        town.time.now += Parameters().closePeriod / 2 + 1_000
        try await eventually("redeemed") { try await town.ledger.get(.channel(channel))?.redeemed == 20 }
        #expect(try await town.ledger.get(.settlement(town.provider.id, receipt.hash))?.amount == 20)
      }
    }
  }

  /// The first voucher is for more than its channel has: the ledger refuses it, each time.
  @Test func aChannelThatIsRefusedKeepsNoOtherWaiting() async throws {
    let books = try town.books()
    try await town.running {
      try await town.register()
      let channels = try await [town.openChannel(50, salt: 1), town.openChannel(50, salt: 2)]
        .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
      for (channel, amount) in zip(channels, [UInt64(60), 40]) {
        try town.answer(books, channel, amount)
        try books.keep(try town.voucher(channel, amount))
      }
      try await working(books) {
        try await eventually("the second") { try await town.ledger.get(.channel(channels[1]))?.redeemed == 40 }
      }
      #expect(try await town.ledger.get(.channel(channels[0]))?.redeemed == 0)
    }
  }
}

import Dialects
import Hashing
import Ledger
import Receipts
import Testing

@testable import Node

/// Whom a provider answers on credit, and which vouchers it takes.
@Suite struct CashierTests {
  let town: PaymentTown
  let books: ProviderBooks

  init() throws {
    town = try PaymentTown()
    books = try town.books()
  }

  /// A channel, and the cashier that it pays.
  private func opened(
    _ deposit: UInt64 = 1_000, creditLimit: UInt64 = 1_000_000,
    _ body: (_ channel: Digest, _ cashier: Cashier) async throws -> Void
  ) async throws {
    try await town.running {
      try await town.register()
      let channel = try await town.openChannel(deposit)
      try await body(channel, town.cashier(books, creditLimit: creditLimit))
    }
  }

  /// The status of a refusal; 0 for none.
  private func status(_ work: () async throws -> Void) async throws -> Int {
    do { try await work() } catch let error as RequestError { return error.status }
    return 0
  }

  @Test func withoutAChannelNothingThatCostsIsBegun() async throws {
    let cashier = town.cashier(books)
    #expect(try await status { try await cashier.admit(town.asked(.zero), most: 1) } == 402)
    #expect(try await status { try await cashier.admit(town.asked(.random()), most: 1) } == 402)
    #expect(try await status { try await cashier.admit(town.asked(.zero), most: 0) } == 0)
  }

  @Test func aChannelThatPaysSomebodyElse() async throws {
    try await opened { channel, _ in
      let other = town.cashier(books, of: .random())
      #expect(try await status { try await other.admit(town.asked(channel), most: 1) } == 402)
      let voucher = try town.voucher(channel, 1)
      #expect(try await status { _ = try await other.take(voucher) } == 402)
    }
  }

  @Test func aClosingChannelBeginsNothingAndStillPays() async throws {
    try await opened { channel, cashier in
      try town.answer(books, channel, 10)
      #expect(try await town.code(of: [CloseChannel(channel: channel)], from: town.payer) == 0)
      #expect(try await status { try await cashier.admit(town.asked(channel), most: 1) } == 402)
      #expect(try await cashier.take(try town.voucher(channel, 10)) == 10)
    }
  }

  @Test func noMoreIsBegunThanTheChannelHolds() async throws {
    try await opened(1_000) { channel, cashier in
      let first = town.asked(channel)
      try await cashier.admit(first, most: 600)
      #expect(try await status { try await cashier.admit(town.asked(channel), most: 600) } == 402)
      try await cashier.admit(town.asked(channel), most: 400)
      await cashier.release(first.requestID)
      try await cashier.admit(town.asked(channel), most: 600)
      #expect(try await status { try await cashier.admit(town.asked(channel), most: .max) } == 402)
    }
  }

  @Test func acceptsThatNobodyUsesAreForgotten() async throws {
    try await opened(1_000) { channel, cashier in
      try await cashier.admit(town.asked(channel), most: 1_000)
      #expect(try await status { try await cashier.admit(town.asked(channel), most: 1_000) } == 402)
      town.time.now += 3_600_000
      try await cashier.admit(town.asked(channel), most: 1_000)
    }
  }

  @Test func creditEndsAtItsLimit() async throws {
    try await opened(1_000, creditLimit: 40) { channel, cashier in
      try town.answer(books, channel, 40)
      try await cashier.admit(town.asked(channel), most: 1)
      try town.answer(books, channel, 10)
      #expect(try await status { try await cashier.admit(town.asked(channel), most: 1) } == 402)
      #expect(try await cashier.take(try town.voucher(channel, 50)) == 50)
      try await cashier.admit(town.asked(channel), most: 1)
    }
  }

  /// It promises more than is owed, and can be redeemed for no receipt.
  @Test func aVoucherThatStatesNoReceiptsSumBuysNoCredit() async throws {
    try await opened(1_000, creditLimit: 40) { channel, cashier in
      _ = try await cashier.take(try town.voucher(channel, 999))
      try town.answer(books, channel, 50)
      #expect(try await status { try await cashier.admit(town.asked(channel), most: 1) } == 402)
    }
  }

  @Test func aRequestIDThatIsUsedAgain() async throws {
    try await opened(1_000) { channel, cashier in
      let asked = town.asked(channel)
      try await cashier.admit(asked, most: 1_000)
      #expect(try await status { try await cashier.admit(asked, most: 1) } == 400)
      // Refusing it has not freed what the first one holds.
      #expect(try await status { try await cashier.admit(town.asked(channel), most: 1) } == 402)
      await cashier.release(asked.requestID)
      try town.answer(books, channel, 5, id: asked.requestID)
      #expect(try await status { try await cashier.admit(asked, most: 1) } == 400)
    }
  }

  @Test func vouchersThatAreNotTheChannels() async throws {
    try await opened(1_000) { channel, cashier in
      let good = try town.voucher(channel, 10)
      var bodies: [Voucher] = []
      for edit: (inout Voucher) -> Void in [
        { $0.chain = .random() }, { $0.channel = .random() }, { $0.payerKey = town.claimant.publicKey },
        { $0.cumulative = 1_001 }, { $0.cumulative = 0 },
      ] {
        var body = good.body
        edit(&body)
        bodies.append(body)
      }
      for body in bodies {
        let voucher = try town.payer.key.sign(body)
        #expect(try await status { _ = try await cashier.take(voucher) } == 402)
      }
      let forged = try town.claimant.key.sign(good.body)
      #expect(try await status { _ = try await cashier.take(forged) } == 402)
      #expect(try books.promised(channel) == 0)
      #expect(try await cashier.take(good) == 10)
      #expect(try await cashier.take(good) == 10)
      #expect(try await cashier.take(try town.voucher(channel, 5)) == 10)
    }
  }
}

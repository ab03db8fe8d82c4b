import Hashing
import Receipts
import Testing

@testable import Node

/// Which receipts a voucher pays.
@Suite struct RedemptionTests {
  let town: PaymentTown
  let books: ProviderBooks
  let channel = Digest.random()

  init() throws {
    town = try PaymentTown()
    books = try town.books()
  }

  private func keep(_ amounts: UInt64...) throws {
    for amount in amounts { try books.keep(try town.voucher(channel, amount)) }
  }

  @Test func linesAddUpToTheVoucher() throws {
    let receipts = try [10, 20, 30].map { try town.answer(books, channel, $0) }
    #expect(try books.redemption(channel) == nil)
    try keep(30)
    let first = try #require(try books.redemption(channel))
    #expect(first.lines.map(\.amount) == [10, 20] && first.lines.map(\.receipt) == receipts.prefix(2).map(\.hash))
    #expect(first.lines.allSatisfy { $0.program == PaymentTown.program })
    #expect(try SignedVoucher(decoding: first.voucher).body.cumulative == 30)
    try books.redeemed(first.lines.map(\.receipt))
    #expect(try books.redemption(channel) == nil)
    try keep(60)
    #expect(try books.redemption(channel)?.lines.map(\.amount) == [30])
    #expect(try books.redeemableChannels() == [channel])
  }

  /// No receipts add up to such a voucher, so it is no promise that an answer can be begun on.
  @Test func voucherBetweenTwoReceipts() throws {
    try town.answer(books, channel, 10)
    try town.answer(books, channel, 20)
    try keep(25)
    #expect(try books.redemption(channel) == nil)
    #expect(try books.promised(channel) == 25 && books.covered(channel) == 0)
    try keep(10)
    #expect(try books.redemption(channel)?.lines.map(\.amount) == [10])
    #expect(try books.promised(channel) == 25 && books.covered(channel) == 10)
  }

  /// The payer closes the channel and sends nothing better.
  @Test func theLastReceiptIsPaidInPart() throws {
    let receipts = try [10, 20, 30].map { try town.answer(books, channel, $0) }
    #expect(try books.lastRedemption(channel, redeemed: 0) == nil)
    try keep(10, 25)
    let all = try #require(try books.lastRedemption(channel, redeemed: 0))
    #expect(all.lines.map(\.amount) == [10, 15] && all.lines.map(\.receipt) == receipts.prefix(2).map(\.hash))
    try books.redeemed([receipts[0].hash])
    let rest = try #require(try books.lastRedemption(channel, redeemed: 10))
    #expect(rest.lines.map(\.amount) == [15])
    #expect(try SignedVoucher(decoding: rest.voucher).body.cumulative == 25)
    #expect(try books.lastRedemption(channel, redeemed: 25) == nil)
    // More than all receipts: there is nothing that the rest could be said to pay.
    try keep(100)
    #expect(try books.lastRedemption(channel, redeemed: 10) == nil)
  }

  /// Programs that cost nothing on a channel that pays others.
  @Test func receiptsOfNothingAreNotRedeemedForEver() throws {
    for amount: UInt64 in [0, 10, 0, 20] { try town.answer(books, channel, amount) }
    try keep(10)
    let first = try #require(try books.redemption(channel))
    #expect(first.lines.map(\.amount) == [10])
    try books.redeemed(first.lines.map(\.receipt))
    #expect(try books.redemption(channel) == nil)
  }

  @Test func vouchersWithoutReceiptsTakeTheRoomOfOne() throws {
    for amount: UInt64 in 1...50 { try keep(amount) }
    try keep(7)
    #expect(try books.promised(channel) == 50)
    // Were one of them still there, it would pay for this receipt now.
    try town.answer(books, channel, 49)
    #expect(try books.redemption(channel) == nil)
    try keep(49)
    #expect(try books.redemption(channel)?.lines.map(\.amount) == [49])
  }

  @Test func aTransactionTakesNoMoreLinesThanItsLimit() throws {
    for _ in 0..<5 { try town.answer(books, channel, 1) }
    try keep(2, 5)
    #expect(try books.redemption(channel, limit: 3)?.lines.count == 2)
    #expect(try books.redemption(channel)?.lines.count == 5)
  }

  @Test func aChannelsVouchersPayNoOther() throws {
    try town.answer(books, .random(), 10)
    try keep(10)
    #expect(try books.redemption(channel) == nil)
    #expect(try books.covered(channel) == 0)
  }
}

import Hashing
import Receipts
import Testing

@testable import Node

/// What a provider is owed, and the batches that it anchors.
@Suite struct ProviderBooksTests {
  let town: PaymentTown
  let books: ProviderBooks

  init() throws {
    town = try PaymentTown()
    books = try town.books()
  }

  @Test func receiptsAddUpByChannel() throws {
    let (one, other) = (Digest.random(), Digest.random())
    let sums = try [(one, 5), (other, 7), (one, 11), (.zero, 100), (other, 0)].map { channel, amount in
      try town.answer(books, channel, UInt64(amount)).body.channelOwed
    }
    #expect(sums == [5, 7, 16, 0, 7])
    #expect(try books.owed(one) == 16 && books.owed(other) == 7 && books.owed(.random()) == 0)
  }

  @Test func answersAtOnceNeverStateTheSameSum() async throws {
    let channel = Digest.random()
    let sums = try await withThrowingTaskGroup(of: UInt64.self) { group in
      for _ in 0..<20 { group.addTask { try town.answer(books, channel, 3).body.channelOwed } }
      return try await group.reduce(into: Set<UInt64>()) { $0.insert($1) }
    }
    #expect(sums == Set((1...20).map { $0 * 3 }))
  }

  @Test func aRequestIsOwedForOnce() throws {
    let (channel, id) = (Digest.random(), RequestID.random())
    #expect(try !books.knows(id))
    try town.answer(books, channel, 5, id: id)
    #expect(throws: StoreError.self) { try town.answer(books, channel, 5, id: id) }
    #expect(try books.knows(id) && books.owed(channel) == 5)
  }

  @Test func aReceiptThatCannotBeSignedOwesNothing() throws {
    let channel = Digest.random()
    #expect(throws: NoKey.self) { try books.enter(channel: channel, amount: 5) { _ in throw NoKey() } }
    #expect(try books.owed(channel) == 0)
  }

  @Test func aBatchIsPreparedOnceAndStaysAsItIs() throws {
    #expect(try books.prepareBatch(1) == nil)
    let receipts = try [1, 2, 3].map { try town.answer(books, .zero, $0) }
    let batch = try #require(try books.prepareBatch(1))
    #expect(batch.root == ReceiptBatch(receipts: receipts.map(\.hash))?.root)
    #expect(batch.count == 3 && batch.total == 6 && batch.latestExpiry == receipts.map(\.body.expiry).max())
    try town.answer(books)
    #expect(try books.prepareBatch(1) == batch)
    try books.close()
    let reopened = try town.books()
    #expect(try reopened.prepareBatch(1) == batch)
    #expect(try reopened.isUnanchored(1))
    #expect(try reopened.prepareBatch(2)?.count == 1)
    #expect(try reopened.prepareBatch(3) == nil)
  }

  @Test(arguments: [1, 2, 3, 7]) func everyReceiptsPathLeadsToItsRoot(count: Int) throws {
    let receipts = try (0..<count).map { _ in try town.answer(books) }
    let batch = try #require(try books.prepareBatch(1))
    let first = try #require(receipts.first).body.requestID
    #expect(try books.inclusion(of: first, chain: town.chain, provider: town.provider.id) == nil)
    try books.anchored(1, height: 9)
    let anchored = AnchoredBatch(number: 1, height: 9, root: batch.root, count: batch.count)
    for receipt in receipts {
      let id = receipt.body.requestID
      let place = try #require(try books.inclusion(of: id, chain: town.chain, provider: town.provider.id))
      #expect(place.holds(receipt, in: anchored))
      #expect(try books.request(ofReceipt: receipt.hash) == id)
      #expect(try books.receipt(ofAccept: receipt.body.acceptHash) == receipt)
    }
    #expect(try !books.isUnanchored(1))
  }

  @Test func aBatchTakesNoMoreThanItsLimit() throws {
    for _ in 0..<5 { try town.answer(books) }
    #expect(try books.prepareBatch(1, limit: 3)?.count == 3)
    #expect(try books.prepareBatch(2, limit: 3)?.count == 2)
  }
}

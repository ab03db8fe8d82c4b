import Hashing
import Ledger
import Receipts
import Testing

@testable import Node

/// A provider answers what is claimed against it.
@Suite struct ClaimWatcherTests {
  struct Broken: Error {}

  let town: PaymentTown
  let books: ProviderBooks
  let notices = ReadyPoint()

  init() throws {
    town = try PaymentTown()
    books = try town.books()
  }

  private func watcher(
    _ compute: @escaping @Sendable (Digest, Digest) async throws -> SignedReceipt? = { _, _ in nil }
  ) -> ClaimWatcher {
    ClaimWatcher(
      agent: town.agent, client: town.ledger, books: books, provider: town.provider.id, chain: town.chain,
      report: { notices.receive($0) }, compute: compute)
  }

  private func anchor(_ number: UInt64) async throws {
    let batch = try #require(try books.prepareBatch(number))
    let place = try await town.agent.send([
      AnchorReceipts(
        provider: town.provider.id, batch: number, root: batch.root, count: batch.count,
        latestExpiry: batch.latestExpiry, totalMicrocredits: batch.total)
    ])
    try books.anchored(number, height: place.height)
  }

  private func state(_ kind: Claim.Kind, _ subject: Digest) async throws -> Claim.State? {
    try await town.ledger.get(.claim(Claim.id(kind, subject)))?.state
  }

  /// Waits until events tell of so many claims: a ledger writes its history after its state.
  private func claimsAreTold(_ count: Int = 1) async throws {
    try await eventually("claims are told") {
      try await town.ledger.events(after: 0, wait: .zero).count { $0.event.kind == "claimOpened" } == count
    }
  }

  /// Reads all events so far.
  private func follow(_ watcher: ClaimWatcher) async throws {
    try await claimsAreTold()
    while try await !town.ledger.events(after: books.cursor("claims"), wait: .zero).isEmpty {
      try await watcher.follow()
    }
  }

  @Test func aReceiptThatIsSaidNotToBeAnchored() async throws {
    try await town.running {
      try await town.register()
      let receipts = try (0..<3).map { _ in try town.answer(books) }
      try await anchor(1)
      town.time.now += 700_000
      #expect(try await town.code(of: [ClaimUnanchored(receipt: receipts[1])], from: town.claimant) == 0)
      #expect(try await state(.unanchored, receipts[1].hash) == .open)
      try await follow(watcher())
      #expect(try await state(.unanchored, receipts[1].hash) == .answered)
      #expect(notices.notices.contains { $0.hasSuffix("is answered") })
    }
  }

  @Test func aJobThatIsSaidToBeDropped() async throws {
    try await town.running {
      try await town.register()
      let secret = Digest.random()
      let accept = try town.accept(secret: secret)
      #expect(try await town.code(of: [ClaimDropped(accept: accept, secret: secret)], from: town.claimant) == 0)
      try await follow(
        watcher { hash, posted in
          #expect(hash == accept.hash && posted == secret)
          return try town.receipt(for: accept, secret: posted)
        })
      #expect(try await state(.dropped, accept.hash) == .answered)
    }
  }

  @Test func aJobThatWasAnsweredIsNotComputedAgain() async throws {
    try await town.running {
      try await town.register()
      let secret = Digest.random()
      let accept = try town.accept(secret: secret)
      _ = try books.enter(channel: .zero, amount: 0) { _ in try town.receipt(for: accept, secret: secret) }
      #expect(try await town.code(of: [ClaimDropped(accept: accept, secret: secret)], from: town.claimant) == 0)
      try await follow(watcher { _, _ in throw Broken() })
      #expect(try await state(.dropped, accept.hash) == .answered)
    }
  }

  /// The engine is busy with the first; the second's time runs too.
  @Test func aClaimThatCannotBeAnsweredNowKeepsNoOtherWaiting() async throws {
    try await town.running {
      try await town.register()
      let secret = Digest.random()
      let isBroken = Flag(true)
      let accepts = try [town.accept(secret: secret), town.accept(secret: secret)]
      for accept in accepts {
        #expect(try await town.code(of: [ClaimDropped(accept: accept, secret: secret)], from: town.claimant) == 0)
      }
      let watcher = watcher { hash, secret in
        if hash == accepts[0].hash, isBroken.isSet { throw Broken() }
        return try town.receipt(for: hash == accepts[0].hash ? accepts[0] : accepts[1], secret: secret)
      }
      try await claimsAreTold(2)
      await #expect(throws: Broken.self) { try await watcher.follow() }
      #expect(try await state(.dropped, accepts[0].hash) == .open)
      #expect(try await state(.dropped, accepts[1].hash) == .answered)
      isBroken.set(false)
      try await watcher.follow()
      #expect(try await state(.dropped, accepts[0].hash) == .answered)
    }
  }

  @Test func aClaimWhoseTimeIsOverIsLeftAlone() async throws {
    try await town.running {
      try await town.register()
      let secret = Digest.random()
      let accept = try town.accept(secret: secret)
      #expect(try await town.code(of: [ClaimDropped(accept: accept, secret: secret)], from: town.claimant) == 0)
      town.time.now += 4_000_000
      #expect(try await town.code(of: [Transfer(to: .random(), amount: 1)], from: town.claimant) == 0)
      try await follow(watcher { _, _ in throw Broken() })
      #expect(try await state(.dropped, accept.hash) == .open)
    }
  }

  @Test func nothingIsKnownOfTheJob() async throws {
    try await town.running {
      try await town.register()
      let secret = Digest.random()
      let accept = try town.accept(secret: secret)
      #expect(try await town.code(of: [ClaimDropped(accept: accept, secret: secret)], from: town.claimant) == 0)
      try await follow(watcher())
      #expect(try await state(.dropped, accept.hash) == .open)
      #expect(notices.notices.contains { $0.contains("cannot be answered") })
    }
  }
}

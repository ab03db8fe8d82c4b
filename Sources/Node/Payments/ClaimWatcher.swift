import Hashing
import Ledger
import Receipts
import ServiceLifecycle

/// Answers claims against a provider: shows where a receipt is anchored, and answers a job that was said to be dropped,
/// with the answer that was given or with one that is computed now.
///
/// An unanswered claim costs stake, so events are read from where the last process stopped.
struct ClaimWatcher: Service {
  let agent: AccountAgent
  let client: any LedgerClient
  let books: ProviderBooks
  let provider: Digest
  let chain: Digest
  let report: @Sendable (ServiceEvent) -> Void
  /// Computes the answer of an accepted job from its hash and the posted secret; `nil` when the job is unknown.
  let compute: @Sendable (_ accept: Digest, _ secret: Digest) async throws -> SignedReceipt?

  private static let cursor = "claims"

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do { try await self.follow() } catch is CancellationError { return } catch {
          try? await Task.sleep(for: .seconds(2))
        }
      }
    }
  }

  /// Reads events once and answers what concerns us; a claim that could not be answered is read again.
  func follow() async throws {
    let after = try books.cursor(Self.cursor)
    let events = try await client.events(after: after, wait: .seconds(20))
    var failure: (any Error)?
    for placed in events {
      do {
        if placed.event.kind == "claimOpened", placed.event["provider"] == provider.hex {
          try await answer(placed.event)
        }
      } catch {
        // One that cannot be answered now must not keep the others waiting until their time is over.
        failure = failure ?? error
      }
      if failure == nil { try books.setCursor(Self.cursor, placed.sequence) }
    }
    if let failure { throw failure }
  }

  private func answer(_ event: LedgerEvent) async throws {
    guard let id = event["claim"].flatMap({ Digest(hex: $0) }), let claim = try await client.get(.claim(id)),
      claim.state == .open, try await client.status().time <= claim.deadline
    else { return }
    guard let message = try await message(id, claim) else {
      report(.notice("claim \(id.short) cannot be answered: nothing is known of \(claim.subject.hex)"))
      return
    }
    do throws(LedgerClientError) {
      try await agent.send([message])
      report(.notice("claim \(id.short) is answered"))
    } catch {
      // What is refused for what it says will be refused again; anything else, as a fee or a nonce, is tried again.
      guard case .refused(let code, _) = error, (300..<350).contains(code) else { throw error }
      report(.notice("claim \(id.short) could not be answered: \(error)"))
    }
  }

  private func message(_ id: Digest, _ claim: Claim) async throws -> (any Message)? {
    switch claim.kind {
    case .unanchored:
      guard let request = try books.request(ofReceipt: claim.subject),
        let place = try books.inclusion(of: request, chain: chain, provider: provider)
      else { return nil }
      return AnswerUnanchored(claim: id, batch: place.batch, index: place.index, path: place.path)
    case .dropped:
      var receipt = try books.receipt(ofAccept: claim.subject)
      if receipt == nil { receipt = try await compute(claim.subject, claim.secret) }
      return receipt.map { AnswerDropped(claim: id, receipt: $0) }
    }
  }
}

extension LedgerEvent {
  /// The value of an attribute.
  package subscript(name: String) -> String? { attributes.first { $0.name == name }?.value }
}

import Hashing
import Receipts

extension AnswerRunner {
  /// Answers an accepted job whose secret was posted on the ledger.
  /// - Returns: its receipt; `nil` for an accept that is not kept: never given, answered already, or too old.
  /// - Throws: as `ProviderDesk.open(claimed:secret:)` and `run`; 409 while its requester is being answered.
  package func answer(claimed acceptHash: Digest, secret: Digest) async throws -> SignedReceipt? {
    guard let job = try desk.open(claimed: acceptHash, secret: secret) else { return nil }
    return try await run(job) { _ in }.bundle.receipt
  }
}

import Dispatch
import Hashing
import Synchronization

/// Reads transactions and checks their signatures on all cores; the outcome is a function of the bytes alone.
enum SignatureChecks {
  /// A transaction whose encoding and signature are good, or why not.
  typealias Outcome = Result<SignedTransaction, Refusal>

  /// - Parameter known: ids of transactions whose signature is known to be good.
  static func outcomes(of transactions: [[UInt8]], known: VerifiedTransactions) -> [Outcome] {
    guard transactions.count > 1 else { return transactions.map { outcome(of: $0, known: known) } }
    let outcomes = Mutex([Outcome?](repeating: nil, count: transactions.count))
    let share = 32
    DispatchQueue.concurrentPerform(iterations: (transactions.count + share - 1) / share) { part in
      let range = part * share..<min((part + 1) * share, transactions.count)
      let found = range.map { outcome(of: transactions[$0], known: known) }
      outcomes.withLock { $0.replaceSubrange(range, with: found) }
    }
    return outcomes.withLock { $0.map { $0 ?? .failure(Refusal(.malformed)) } }
  }

  static func outcome(of bytes: [UInt8], known: VerifiedTransactions) -> Outcome {
    do {
      let signed = try SignedTransaction(decoding: bytes)
      guard known.contains(signed.id) || signed.isSigned else { return .failure(Refusal(.badSignature)) }
      return .success(signed)
    } catch {
      return .failure(error)
    }
  }
}

/// Ids of transactions whose signatures were good: an id is a hash of all bytes, so it never has to be checked again.
struct VerifiedTransactions: Sendable {
  private static let limit = 1 << 16
  private var recent: Set<Digest> = []
  private var older: Set<Digest> = []

  func contains(_ id: Digest) -> Bool { recent.contains(id) || older.contains(id) }

  mutating func insert(_ id: Digest) {
    if recent.count >= Self.limit { (older, recent) = (recent, []) }
    recent.insert(id)
  }
}

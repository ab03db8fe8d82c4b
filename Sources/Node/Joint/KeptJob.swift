import Foundation
import GRDB
import Hashing
import Receipts

/// What a requester of a joint seed entrusts to the provider before the accept: all of the job but its secret.
///
/// An accept with a joint seed says that the provider can answer as soon as it learns the secret, from the requester or
/// from the ledger. So it must have the request first, or whoever never sends it could say that the answer was dropped.
package struct EntrustedRequest: Equatable, Sendable {
  package var blinds: Blinds
  /// The exact bytes of the request.
  package var body: [UInt8]

  package init(blinds: Blinds, body: [UInt8]) {
    self.blinds = blinds
    self.body = body
  }
}

/// A job with a joint seed that was accepted and not answered yet.
package struct KeptJob: Equatable, Sendable {
  package var accept: SignedAccept
  package var request: EntrustedRequest
}

/// Accepted jobs on disk, so that a provider can answer them after a restart too.
extension ContributionStore {
  /// Bytes of requests kept at once.
  static let jobByteLimit = 256 << 20

  static let jobTable = """
    CREATE TABLE job (
      acceptHash BLOB PRIMARY KEY CHECK (length(acceptHash) = 32),
      acceptedAt INTEGER NOT NULL,
      accept BLOB NOT NULL,
      blind BLOB NOT NULL CHECK (length(blind) = 32),
      body BLOB NOT NULL
    ) STRICT;
    """

  /// Keeps a job.
  /// - Throws: `StoreError.full` when the kept requests are too many.
  package func keep(_ job: KeptJob) throws(StoreError) {
    let (accept, request) = (job.accept, job.request)
    let limit = Self.jobByteLimit
    let isKept = try run { database in
      let kept = try Int.fetchOne(database, sql: "SELECT coalesce(sum(length(body) + 1024), 0) FROM job") ?? 0
      guard kept + request.body.count + 1_024 <= limit else { return false }
      try database.execute(
        sql: "INSERT INTO job (acceptHash, acceptedAt, accept, blind, body) VALUES (?, ?, ?, ?, ?)",
        arguments: [
          Data(accept.hash.bytes), Int64(clamping: accept.body.acceptedAt), Data(accept.encoded()),
          Data(request.blinds.master.bytes), Data(request.body),
        ])
      return true
    }
    guard isKept else { throw .full(path: path) }
  }

  /// The job of an accept that was not answered.
  package func keptJob(acceptHash: Digest) throws(StoreError) -> KeptJob? {
    let row = try run {
      try Row.fetchOne(
        $0, sql: "SELECT accept, blind, body FROM job WHERE acceptHash = ?", arguments: [Data(acceptHash.bytes)])
    }
    guard let row, let accept = try? SignedAccept(decoding: [UInt8](row["accept"] as Data)),
      let blind = Digest([UInt8](row["blind"] as Data))
    else { return nil }
    return KeptJob(
      accept: accept, request: EntrustedRequest(blinds: Blinds(master: blind), body: [UInt8](row["body"] as Data)))
  }

  /// Forgets a job that was answered.
  package func forgetJob(acceptHash: Digest) throws(StoreError) {
    try run {
      try $0.execute(sql: "DELETE FROM job WHERE acceptHash = ?", arguments: [Data(acceptHash.bytes)])
    }
  }

  /// Forgets the jobs that nobody can ask for any more.
  package func forgetJobs(acceptedBefore time: UInt64) throws(StoreError) {
    try run {
      try $0.execute(sql: "DELETE FROM job WHERE acceptedAt < ?", arguments: [Int64(clamping: time)])
    }
  }

  /// Jobs kept now.
  package func keptJobCount() throws(StoreError) -> Int {
    try run { try Int.fetchOne($0, sql: "SELECT count(*) FROM job") ?? 0 }
  }
}

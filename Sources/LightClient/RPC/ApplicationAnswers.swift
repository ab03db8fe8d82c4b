import Hashing

/// The application's first check of a transaction; it is in no block yet.
package struct BroadcastAnswer: Equatable, Sendable {
  /// 0: accepted.
  package let code: UInt32
  package let data: [UInt8]
  package let log: String
  package let codespace: String
  /// SHA-256 of the transaction.
  package let hash: Digest

  init(_ field: AnswerField) throws(CometAnswerError) {
    code = try field.member("code").number()
    data = try field.optional("data")?.hexadecimal(limit: 1 << 16) ?? []
    log = try field.optional("log")?.string() ?? ""
    codespace = try field.optional("codespace")?.string() ?? ""
    hash = try field.member("hash").digest()
  }
}

/// What the application answered to a query.
package struct QueryAnswer: Equatable, Sendable {
  /// One step of a proof, as the application wrote it.
  package struct ProofStep: Equatable, Sendable {
    package let type: String
    package let key: [UInt8]
    package let data: [UInt8]
  }

  /// The longest value, key or proof that is read.
  package static let maximumByteCount = 16 << 20

  package let code: UInt32
  package let log: String
  package let info: String
  package let codespace: String
  package let key: [UInt8]
  package let value: [UInt8]
  package let proof: [ProofStep]
  /// The height of the state that was asked; its root stands in the header one above.
  package let height: UInt64

  init(_ field: AnswerField) throws(CometAnswerError) {
    let response = try field.member("response")
    code = try response.optional("code")?.number() ?? 0
    log = try response.optional("log")?.string() ?? ""
    info = try response.optional("info")?.string() ?? ""
    codespace = try response.optional("codespace")?.string() ?? ""
    key = try response.optional("key")?.base64(limit: Self.maximumByteCount) ?? []
    value = try response.optional("value")?.base64(limit: Self.maximumByteCount) ?? []
    height = try response.optional("height")?.natural() ?? 0
    var steps: [ProofStep] = []
    if let proof = try response.optional("proofOps"), let list = try proof.optional("ops") {
      for step in try list.elements(limit: 64) {
        steps.append(
          ProofStep(
            type: try step.optional("type")?.string() ?? "",
            key: try step.optional("key")?.base64(limit: Self.maximumByteCount) ?? [],
            data: try step.optional("data")?.base64(limit: Self.maximumByteCount) ?? []))
      }
    }
    proof = steps
  }
}

/// What a transaction did in its block.
package struct ExecutionResult: Equatable, Sendable {
  /// An event that the application reported; node-local, no part of what validators sign.
  package struct Event: Equatable, Sendable {
    package let type: String
    package let attributes: [Attribute]
  }

  /// One key and value of an event.
  package struct Attribute: Equatable, Sendable {
    package let key: String
    package let value: String
  }

  /// More events of a transaction or attributes of an event are not read.
  package static let maximumEventCount = 4096

  /// 0: applied.
  package let code: UInt32
  package let data: [UInt8]
  package let log: String
  package let codespace: String
  package let gasWanted: Int64
  package let gasUsed: Int64
  package let events: [Event]

  init(_ field: AnswerField) throws(CometAnswerError) {
    code = try field.optional("code")?.number() ?? 0
    data = try field.optional("data")?.base64(limit: 1 << 20) ?? []
    log = try field.optional("log")?.string() ?? ""
    codespace = try field.optional("codespace")?.string() ?? ""
    gasWanted = try field.optional("gas_wanted")?.int64() ?? 0
    gasUsed = try field.optional("gas_used")?.int64() ?? 0
    events = try field.optional("events")?.events() ?? []
  }
}

extension AnswerField {
  fileprivate func events() throws(CometAnswerError) -> [ExecutionResult.Event] {
    var events: [ExecutionResult.Event] = []
    for event in try elements(limit: ExecutionResult.maximumEventCount) {
      var attributes: [ExecutionResult.Attribute] = []
      if let list = try event.optional("attributes") {
        for attribute in try list.elements(limit: ExecutionResult.maximumEventCount) {
          attributes.append(
            ExecutionResult.Attribute(
              key: try attribute.optional("key")?.string() ?? "",
              value: try attribute.optional("value")?.string() ?? ""))
        }
      }
      events.append(ExecutionResult.Event(type: try event.member("type").string(), attributes: attributes))
    }
    return events
  }
}

/// What all transactions of a block did, in its order.
package struct BlockResults: Equatable, Sendable {
  package let height: UInt64
  package let results: [ExecutionResult]
  /// The state's root after this block, as the node says; the next header proves it.
  package let appHash: [UInt8]

  init(_ field: AnswerField) throws(CometAnswerError) {
    height = try field.member("height").height()
    appHash = try field.optional("app_hash")?.base64(limit: Header.maximumAppHashByteCount) ?? []
    var results: [ExecutionResult] = []
    if let list = try field.optional("txs_results") {
      for element in try list.elements(limit: Block.maximumTransactionCount) {
        results.append(try ExecutionResult(element))
      }
    }
    self.results = results
  }
}

/// A transaction with its place and its result.
package struct TransactionAnswer: Equatable, Sendable {
  package let hash: Digest
  package let height: UInt64
  package let index: UInt32
  package let bytes: [UInt8]
  package let result: ExecutionResult
  /// The path to the header's `dataHash`, where it was asked for.
  package let proof: TransactionProof?

  init(_ field: AnswerField) throws(CometAnswerError) {
    hash = try field.member("hash").digest()
    height = try field.member("height").height()
    index = try field.member("index").number()
    bytes = try field.member("tx").base64(limit: CometRPC.maximumAnswerByteCount)
    result = try ExecutionResult(try field.member("tx_result"))
    proof = try field.optional("proof")?.transactionProof()
    var hasher = SHA256()
    hasher.update(bytes)
    guard hasher.finalize() == hash else { throw field.invalid("a transaction with its own hash") }
  }
}

extension AnswerField {
  /// The proof of `tx`; root and leaf that it repeats are not read, they follow from transaction and header.
  fileprivate func transactionProof() throws(CometAnswerError) -> TransactionProof? {
    guard let proof = try optional("proof"), let total = try proof.optional("total")?.natural(), total > 0 else {
      return nil
    }
    guard let count = UInt32(exactly: total), let index = UInt32(exactly: try proof.member("index").natural()) else {
      throw proof.invalid("a proof in a block of fewer than 2³² transactions")
    }
    var path: [Digest] = []
    for aunt in try proof.optional("aunts")?.elements(limit: TransactionProof.maximumDepth) ?? [] {
      guard let digest = Digest(try aunt.base64(limit: 32)) else { throw aunt.invalid("a hash of 32 bytes") }
      path.append(digest)
    }
    return TransactionProof(index: index, total: count, path: path)
  }
}

/// Some of the transactions that a search found.
package struct TransactionPage: Equatable, Sendable {
  /// The most on one page.
  package static let maximumCount = 100

  package let transactions: [TransactionAnswer]
  /// Found in all.
  package let total: UInt64

  init(_ field: AnswerField) throws(CometAnswerError) {
    total = try field.member("total_count").natural()
    var transactions: [TransactionAnswer] = []
    for element in try field.optional("txs")?.elements(limit: Self.maximumCount) ?? [] {
      transactions.append(try TransactionAnswer(element))
    }
    self.transactions = transactions
  }
}

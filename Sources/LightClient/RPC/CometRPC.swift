import StrictJSON

/// CometBFT's JSON-RPC as values: bytes to POST, and what the bytes that come back say. No socket.
///
/// ```
/// let request = CometRPC.commit(at: 10)
/// let answer = try request.answer(try await post(request.body(id: 1)), id: 1)
/// ```
package enum CometRPC {
  /// The longest answer that is read by default; a block of CometBFT's 100 MB limit needs a larger one.
  package static let maximumAnswerByteCount = 32 << 20
  /// The most validators on a page.
  package static let validatorsPerPage = 100

  /// The latest block of the node, and how far it has caught up.
  package static var status: CometRequest<NodeStatus> {
    CometRequest("status", []) { field throws(CometAnswerError) in try NodeStatus(field) }
  }

  /// The signed header of a height, of the latest block for `nil`.
  package static func commit(at height: UInt64?) -> CometRequest<SignedHeader> {
    CometRequest("commit", parameters(height: height)) { field throws(CometAnswerError) in try SignedHeader(field) }
  }

  /// One page, from 1, of the validators of a height.
  package static func validators(at height: UInt64, page: Int) -> CometRequest<ValidatorPage> {
    let members = parameters(height: height) + [text("page", page), text("per_page", validatorsPerPage)]
    return CometRequest("validators", members) { field throws(CometAnswerError) in try ValidatorPage(field) }
  }

  /// A block with its transactions.
  package static func block(at height: UInt64?) -> CometRequest<Block> {
    CometRequest("block", parameters(height: height)) { field throws(CometAnswerError) in try Block(field) }
  }

  /// What a block's transactions did.
  package static func blockResults(at height: UInt64?) -> CometRequest<BlockResults> {
    CometRequest("block_results", parameters(height: height)) { field throws(CometAnswerError) in
      try BlockResults(field)
    }
  }

  /// Hands a transaction to the node's mempool; the answer is that of the application's first check only.
  package static func broadcast(_ transaction: [UInt8]) -> CometRequest<BroadcastAnswer> {
    CometRequest("broadcast_tx_sync", [member("tx", .string(Base64.encode(transaction)))]) {
      field throws(CometAnswerError) in try BroadcastAnswer(field)
    }
  }

  /// Asks the application; `height` 0 or `nil` is its latest state. What comes back is proved by its proof alone.
  package static func query(
    path: String, data: [UInt8], height: UInt64? = nil, prove: Bool
  ) -> CometRequest<QueryAnswer> {
    let members = [member("path", .string(path)), member("data", .string(data.hex))]
    return CometRequest("abci_query", members + parameters(height: height) + [member("prove", .bool(prove))]) {
      field throws(CometAnswerError) in try QueryAnswer(field)
    }
  }

  /// A transaction by its SHA-256.
  package static func transaction(_ hash: [UInt8], prove: Bool) -> CometRequest<TransactionAnswer> {
    let members = [member("hash", .string(Base64.encode(hash))), member("prove", .bool(prove))]
    return CometRequest("tx", members) { field throws(CometAnswerError) in try TransactionAnswer(field) }
  }

  /// Transactions by their events' attributes, oldest first; pages count from 1.
  package static func search(
    _ query: String, prove: Bool, page: Int = 1, perPage: Int = 30
  ) -> CometRequest<TransactionPage> {
    let members = [
      member("query", .string(query)), member("prove", .bool(prove)), text("page", page), text("per_page", perPage),
      member("order_by", "asc"),
    ]
    return CometRequest("tx_search", members) { field throws(CometAnswerError) in try TransactionPage(field) }
  }

  /// 64-bit parameters are strings, as in answers.
  private static func text(_ name: String, _ value: some BinaryInteger) -> JSONObject.Member {
    member(name, .string(String(value)))
  }

  private static func member(_ name: String, _ value: JSON) -> JSONObject.Member {
    JSONObject.Member(name: name, value: value)
  }

  private static func parameters(height: UInt64?) -> [JSONObject.Member] {
    height.map { [text("height", $0)] } ?? []
  }
}

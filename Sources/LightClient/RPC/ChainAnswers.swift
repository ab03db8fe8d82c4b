import Hashing

/// A node's view of itself. Nothing in it is verified; it says what to ask for.
package struct NodeStatus: Equatable, Sendable {
  package let chainID: ChainID
  package let version: String
  package let latestHeight: UInt64
  package let latestHash: Digest?
  package let latestAppHash: [UInt8]
  package let latestTime: CometTime
  package let earliestHeight: UInt64
  package let isCatchingUp: Bool

  init(_ field: AnswerField) throws(CometAnswerError) {
    let (node, sync) = (try field.member("node_info"), try field.member("sync_info"))
    chainID = try node.member("network").chainID()
    version = try node.member("version").string(limit: 256)
    latestHeight = try sync.member("latest_block_height").natural()
    latestHash = try sync.member("latest_block_hash").digestOrNothing()
    latestAppHash = try sync.member("latest_app_hash").hexadecimal(limit: Header.maximumAppHashByteCount)
    latestTime = try sync.member("latest_block_time").time()
    earliestHeight = try sync.optional("earliest_block_height")?.natural() ?? 0
    isCatchingUp = try sync.member("catching_up").bool()
  }
}

/// A header and the commit that came with it.
package struct SignedHeader: Equatable, Sendable {
  package let header: Header
  package let commit: Commit
  /// Whether the commit is the one that the next block holds, and not just the node's own view of the latest.
  package let isCanonical: Bool

  init(_ field: AnswerField) throws(CometAnswerError) {
    let signed = try field.member("signed_header")
    header = try signed.member("header").header()
    commit = try signed.member("commit").commit()
    isCanonical = try field.optional("canonical")?.bool() ?? false
  }

  /// The light block that this header and its validators make.
  package func lightBlock(validators: ValidatorSet) -> LightBlock {
    LightBlock(header: header, commit: commit, validators: validators)
  }
}

/// Some of a height's validators.
package struct ValidatorPage: Equatable, Sendable {
  package let height: UInt64
  /// On this page, in the set's order.
  package let validators: [Validator]
  /// In the whole set.
  package let total: Int

  init(_ field: AnswerField) throws(CometAnswerError) {
    height = try field.member("block_height").height()
    var validators: [Validator] = []
    for element in try field.member("validators").elements(limit: CometRPC.validatorsPerPage) {
      validators.append(try element.validator())
    }
    self.validators = validators
    let (count, total) = (try field.member("count").natural(), try field.member("total").natural())
    guard count == UInt64(validators.count) else { throw field.invalid("a page with as many validators as it says") }
    guard total <= UInt64(ValidatorSet.maximumCount), count <= total else {
      throw field.invalid("a page of a set of at most \(ValidatorSet.maximumCount) validators")
    }
    self.total = Int(total)
  }
}

/// Why pages make no set.
package enum ValidatorPagesError: Error, Equatable, Sendable {
  /// The pages differ in height or total, or the sum of their validators is not the total.
  case inconsistent
  case set(ValidatorSetError)
}

/// Collects the pages of one height's validators.
package struct ValidatorPages: Equatable, Sendable {
  private var first: ValidatorPage?
  private var validators: [Validator] = []

  package init() {}

  /// The page to ask for next, from 1; `nil` when all are here.
  package var nextPage: Int? {
    guard let first else { return 1 }
    return validators.count < first.total ? validators.count / CometRPC.validatorsPerPage + 1 : nil
  }

  /// Takes the page that was asked for. All but the last are full.
  package mutating func receive(_ page: ValidatorPage) throws(ValidatorPagesError) {
    let expected = min(CometRPC.validatorsPerPage, page.total - validators.count)
    guard nextPage != nil, page.total == (first ?? page).total, page.height == (first ?? page).height,
      page.validators.count == expected
    else { throw .inconsistent }
    validators += page.validators
    if first == nil { first = page }
  }

  /// The set, once all pages are here.
  package func set() throws(ValidatorPagesError) -> ValidatorSet {
    guard nextPage == nil else { throw .inconsistent }
    do {
      return try ValidatorSet(validators)
    } catch {
      throw .set(error)
    }
  }
}

/// A block: header and transactions.
package struct Block: Equatable, Sendable {
  /// More transactions than this are not read.
  package static let maximumTransactionCount = 1 << 20

  package let id: BlockID
  package let header: Header
  package let transactions: [[UInt8]]

  init(_ field: AnswerField) throws(CometAnswerError) {
    let block = try field.member("block")
    guard let id = try field.member("block_id").blockID() else { throw field.invalid("a block with an id") }
    self.id = id
    header = try block.member("header").header()
    var transactions: [[UInt8]] = []
    if let list = try block.member("data").optional("txs") {
      for element in try list.elements(limit: Self.maximumTransactionCount) {
        transactions.append(try element.base64(limit: CometRPC.maximumAnswerByteCount))
      }
    }
    self.transactions = transactions
  }

  /// Whether id and transactions are those of the header; the header itself must be verified apart.
  package var isConsistent: Bool {
    id.hash == header.hash && header.dataHash == TransactionProof.root(of: transactions)
  }
}

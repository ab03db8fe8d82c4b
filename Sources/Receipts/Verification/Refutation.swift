import Hashing

/// Why a bundle is refused at level 0, with the evidence.
public enum Refutation: Error, Equatable, Sendable {
  case layout(ReceiptDecodingError)
  case acceptSignature
  case receiptSignature
  /// The provider's id is not the hash of its key.
  case provider(stated: Digest, computed: Digest)
  /// A field that accept and receipt do not share.
  case accept(field: String)
  case requestByteCount(stated: UInt64, actual: Int)
  case requestCommitment
  case seed(SeedFault)
  case promptCount(stated: UInt32, actual: Int)
  case promptCommitment
  /// The requester named a prompt before the accept, and the receipt has another.
  case promptReplaced
  case answerCount(stated: UInt32, actual: Int)
  case chain
  case textByteCount(stated: UInt64, actual: Int)
  case textCommitment
  /// The bundle's cell hashes are more or fewer than the grid's cells.
  case traceCount(stated: UInt64, actual: Int)
  case traceRoot(stated: Digest, computed: Digest)
  case positions(stated: UInt32, computed: Int)
  case layers(UInt32)
  /// A cached prefix that cannot be: of an answer without one, as long as the prompt, without a root, or without its origin.
  case prefix(PrefixFault)
  case amount(stated: UInt64, computed: UInt64?)
  /// What the channel owes in all is less than this answer's amount, or stated without a channel.
  case channel(owed: UInt64, amount: UInt64)
  case samplingRange(field: String)
  case finish(FinishReason, answerCount: UInt32, maxTokens: UInt32)
  case partial(FinishReason)
  case times
  case certificate
  case inclusion(InclusionFault)
  /// The bundle is sound, but of another request than the one it is presented for.
  case expectation(field: String)
  case expired(at: UInt64, now: UInt64)
  case arithmeticVersion(UInt32)

  /// What is wrong with a seed.
  public enum SeedFault: String, Equatable, Sendable {
    case commitment = "the revealed secret is not the committed one"
    case material = "an explicit seed with a commitment, or with bytes that are not zero"
    case ignored = "the request names a seed, and the receipt has another"
    case invented = "the receipt states an explicit seed that the request does not name"
    case slot = "the accept names a contribution's slot that no epoch has"
    case unasked = "a contribution, or a slot for one, where the seed is not joint"
    case opening = "the bundle does not show the provider's contribution to the joint seed"
    case contribution = "the contribution is not the one of the accept's slot under its root"
    case unreadable = "the request is no JSON object within a request's limits, or its seed no integer"
  }

  /// What is wrong with a cached prefix.
  public enum PrefixFault: String, Equatable, Sendable {
    case form = "a cached prefix in an answer that is no text"
    case length = "a cached prefix as long as the prompt"
    case root = "a cached prefix without a root, or a root without a prefix"
    case origin = "the bundle does not show where the cached prefix comes from, or shows it without need"
    case payer = "the cached prefix was computed for somebody else, by another provider or with another program"
    case commitment = "the bundle's cached prefix is not the one that the receipt commits to"
    case order = "the cached prefix comes from the same job, or from one that ended later"
    case grid = "the receipt that the cached prefix comes from covers fewer positions"
  }

  /// What is wrong with an inclusion.
  public enum InclusionFault: String, Equatable, Sendable {
    case chain = "the receipt is of another network than the chain that it is said to be anchored on"
    case provider = "the batch is another provider's"
    case place = "the batch cannot have such a place, or not with a path of this length"
    case anchor = "the path does not lead from the receipt to the batch that the ledger has"
  }

  /// One line for people.
  public var reason: String {
    switch self {
    case .layout(let error): error.description
    case .acceptSignature: "the provider's key did not sign the accept"
    case .receiptSignature: "the provider's key did not sign the receipt"
    case .provider(let stated, let computed): "provider \(stated) is stated, the key is of \(computed)"
    case .accept(let field): "accept and receipt differ in \(field)"
    case .requestByteCount(let stated, let actual): "\(stated) request bytes stated, \(actual) present"
    case .requestCommitment: "the request is not the committed one"
    case .seed(let fault): fault.rawValue
    case .promptCount(let stated, let actual): "\(stated) prompt tokens stated, \(actual) present"
    case .promptCommitment: "the prompt's ids are not the committed ones"
    case .promptReplaced: "the prompt is not the one that the accept names"
    case .answerCount(let stated, let actual): "\(stated) answer tokens stated, \(actual) present"
    case .chain: "the answer's ids are not those of the token chain"
    case .textByteCount(let stated, let actual): "\(stated) text bytes stated, \(actual) present"
    case .textCommitment: "the text is not the committed one"
    case .traceCount(let stated, let actual): "\(stated) cells stated, \(actual) hashes present"
    case .traceRoot(let stated, let computed): "trace root \(stated) stated, \(computed) computed"
    case .positions(let stated, let computed): "\(stated) positions stated, \(computed) follow from the counts"
    case .layers(let layers): "\(layers) layers"
    case .prefix(let fault): fault.rawValue
    case .amount(let stated, let computed):
      "\(stated) owed stated, \(computed.map(String.init) ?? "more than 64 bits") computed"
    case .channel(let owed, let amount): "\(owed) owed by the channel in all stated, with \(amount) for this answer"
    case .samplingRange(let field): "\(field) is out of its range"
    case .finish(let reason, let count, let limit): "\(reason) after \(count) tokens with a limit of \(limit)"
    case .partial(let reason): "the partial flag contradicts \(reason)"
    case .times: "the times are out of order"
    case .certificate: "the provider's key did not sign the certificate"
    case .inclusion(let fault): fault.rawValue
    case .expectation(let field): "another \(field) than expected"
    case .expired(let expiry, let now): "expired at \(expiry), now \(now)"
    case .arithmeticVersion(let version): "arithmetic version \(version) is unknown"
    }
  }
}

import Hashing
import StrictJSON
import Testing

@testable import LightClient

/// Signed headers, validators, blocks and status as answers.
@Suite struct ChainAnswerTests {
  let chain: TestChain

  init() throws {
    chain = try TestChain(count: 4)
  }

  private func read<Answer>(_ request: CometRequest<Answer>, _ result: JSON) throws(CometAnswerError) -> Answer {
    try request.answer(TestAnswers.envelope(result).encoded(), id: 1)
  }

  /// Replaces the member at a path of an answer.
  private func replacing(_ json: JSON, _ path: ArraySlice<String>, _ value: JSON?) -> JSON {
    guard let name = path.first, case .object(var object) = json else { return value ?? .null }
    if path.count == 1 {
      object[name] = value
    } else {
      object[name] = replacing(object[name] ?? .null, path.dropFirst(), value)
    }
    return .object(object)
  }

  @Test func commitAndValidatorsMakeABelievedBlock() throws {
    let signed = try read(CometRPC.commit(at: 3), TestAnswers.commit(chain.block(3)))
    var pages = ValidatorPages()
    while let page = pages.nextPage {
      let answer = TestAnswers.validators(chain.block(3).validators, height: 3, page: page)
      try pages.receive(try read(CometRPC.validators(at: 3, page: page), answer))
    }
    let block = signed.lightBlock(validators: try pages.set())
    #expect(block == chain.block(3))
    #expect(signed.isCanonical)
    #expect(refusal(of: block, trusting: chain.block(1), now: try chain.now) == nil)
  }

  @Test func firstBlockAndMissingVotesAreRead() throws {
    let first = try read(CometRPC.commit(at: 1), TestAnswers.commit(chain.block(1)))
    #expect(first.header == chain.block(1).header)
    let votes: [TestVote] = [.absent, .nilVote, .commit, .commit]
    let block = try chain.signed(chain.block(2).header, by: chain.block(2).validators) { votes[$0] }
    #expect(try read(CometRPC.commit(at: 2), TestAnswers.commit(block)).commit == block.commit)
  }

  @Test func pagesOfManyValidators() throws {
    var chain = chain
    let set = try chain.makeSet(Dictionary(uniqueKeysWithValues: (0..<230).map { ($0, UInt64($0 % 7 + 1)) }))
    var pages = ValidatorPages()
    var asked: [Int] = []
    while let page = pages.nextPage {
      asked.append(page)
      let answer = TestAnswers.validators(set, height: 9, page: page)
      try pages.receive(try read(CometRPC.validators(at: 9, page: page), answer))
    }
    #expect(asked == [1, 2, 3])
    #expect(try pages.set() == set)
  }

  @Test func pagesThatDoNotBelongTogether() throws {
    var chain = chain
    let set = try chain.makeSet(Dictionary(uniqueKeysWithValues: (0..<150).map { ($0, 1) }))
    let page = { (height: UInt64, number: Int) in
      try read(
        CometRPC.validators(at: height, page: number), TestAnswers.validators(set, height: height, page: number))
    }
    var pages = ValidatorPages()
    #expect(throws: ValidatorPagesError.inconsistent) { try pages.set() }
    try pages.receive(try page(5, 1))
    #expect(throws: ValidatorPagesError.inconsistent) { try pages.set() }
    #expect(throws: ValidatorPagesError.inconsistent) { try pages.receive(try page(6, 2)) }
    #expect(throws: ValidatorPagesError.inconsistent) { try pages.receive(try page(5, 1)) }
    try pages.receive(try page(5, 2))
    #expect(throws: ValidatorPagesError.inconsistent) { try pages.receive(try page(5, 2)) }
    #expect(try pages.set() == set)
  }

  @Test func statusIsRead() throws {
    let status = try read(CometRPC.status, TestAnswers.status(chain.block(4)))
    #expect(status.chainID == chain.chain)
    #expect(status.latestHeight == 4)
    #expect(status.latestHash == chain.block(4).header.hash)
    #expect(status.latestAppHash == chain.block(4).header.appHash)
    #expect(status.latestTime == chain.block(4).header.time)
    #expect(!status.isCatchingUp)
  }

  @Test func blocksHoldTheirTransactions() throws {
    let transactions: [[UInt8]] = [[1, 2, 3], [], [255]]
    var header = chain.block(3).header
    header.dataHash = TransactionProof.root(of: transactions)
    let signed = try chain.signed(header, by: chain.block(3).validators)
    let block = try read(CometRPC.block(at: 3), TestAnswers.block(signed, transactions: transactions))
    #expect(block.transactions == transactions)
    #expect(block.isConsistent)
    let other = try read(CometRPC.block(at: 3), TestAnswers.block(signed, transactions: [[1]]))
    #expect(!other.isConsistent)
    let empty = try read(CometRPC.block(at: 2), TestAnswers.block(chain.block(2), transactions: []))
    #expect(empty.isConsistent)
  }

  @Test(
    arguments: [
      ("header.height", "3 "), ("header.height", "03"), ("header.height", "0"), ("header.height", "-3"),
      ("header.height", 3), ("header.height", "9223372036854775808"), ("header.time", "yesterday"),
      ("header.chain_id", ""), ("header.app_hash", "0g"), ("header.app_hash", "abcd"), ("header.app_hash", nil),
      ("header.validators_hash", ""), ("header.validators_hash", "AB"), ("header.proposer_address", "AB"),
      ("header.version.block", 11), ("header.last_block_id.hash", ""), ("header.last_block_id.parts.total", 0),
      ("header.last_block_id.parts.total", "1"), ("header.last_block_id.parts.total", -1), ("commit.round", -1),
      ("commit.round", 2_147_483_648), ("commit.round", "0"), ("commit.height", "0"), ("commit.signatures", nil),
      ("commit.block_id.hash", "00"), ("commit.signatures", [["block_id_flag": 0]]),
      ("commit.signatures", [["block_id_flag": 1, "validator_address": "AA"]]),
      ("commit.signatures", [["block_id_flag": 2]]), ("commit.signatures", ["x"]), ("header", []), ("commit", nil),
    ] as [(String, JSON)]) func malformedMembersAreRefused(path: String, value: JSON)
  {
    let names = ["signed_header"] + path.split(separator: ".").map(String.init)
    let answer = replacing(TestAnswers.commit(chain.block(3)), names[...], value)
    #expect(throws: CometAnswerError.self) { try read(CometRPC.commit(at: 3), answer) }
    let without = replacing(TestAnswers.commit(chain.block(3)), names[...], nil)
    #expect(throws: CometAnswerError.self) { try read(CometRPC.commit(at: 3), without) }
  }

  @Test(
    arguments: [
      ("voting_power", "-1"), ("voting_power", "0"), ("voting_power", "9223372036854775808"), ("voting_power", 1),
      ("address", "00"), ("address", "0000000000000000000000000000000000000000"), ("pub_key", nil),
      ("pub_key", ["type": "tendermint/PubKeySecp256k1", "value": "AA=="]),
      ("pub_key", ["type": "tendermint/PubKeyEd25519", "value": "AA=="]),
      ("pub_key", ["type": "tendermint/PubKeyEd25519", "value": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]),
    ] as [(String, JSON)]) func malformedValidatorsAreRefused(name: String, value: JSON) throws
  {
    let answer = TestAnswers.validators(chain.block(1).validators, height: 1)
    var validators = try #require(answer["validators"]?.array)
    validators[2] = replacing(validators[2], [name], value)
    #expect(throws: CometAnswerError.self) {
      try read(CometRPC.validators(at: 1, page: 1), replacing(answer, ["validators"], .array(validators)))
    }
  }

  @Test func countsOfPagesThatCannotBe() {
    let answer = TestAnswers.validators(chain.block(1).validators, height: 1)
    for (name, value) in [("count", "3"), ("total", "3"), ("total", "10001"), ("total", "-4")] {
      #expect(throws: CometAnswerError.self) {
        try read(CometRPC.validators(at: 1, page: 1), replacing(answer, [name], .string(value)))
      }
    }
  }
}

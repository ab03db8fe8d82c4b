import Hashing
import StrictJSON
import Testing

@testable import LightClient

/// A client and a node that talk in bytes only.
@Suite struct LightBlockFetchTests {
  /// Answers as a node would that holds the chain's blocks.
  private func node(_ chain: TestChain, _ body: [UInt8]) throws -> [UInt8] {
    let request = try JSON.parse(body)
    let height = try #require(request["params"]?["height"]?.string.flatMap(UInt64.init))
    let block = chain.block(Int(height))
    let id = try #require(request["id"]?.integer)
    if request["method"]?.string == "commit" {
      return TestAnswers.envelope(TestAnswers.commit(block), id: id).encoded()
    }
    let page = try #require(request["params"]?["page"]?.string.flatMap { Int($0) })
    return TestAnswers.envelope(TestAnswers.validators(block.validators, height: height, page: page), id: id).encoded()
  }

  private func fetch(_ height: UInt64, _ chain: TestChain) throws -> LightBlock {
    var fetch = LightBlockFetch(height: height)
    while let body = fetch.nextBody { try fetch.receive(try node(chain, body)) }
    return try fetch.block()
  }

  @Test func fromARootToAStateRootOverBytes() throws {
    let powers = (0..<12).map { height in [height: UInt64(1), height + 1: 2, height + 2: 1] }
    let chain = try TestChain(powers: powers)
    var store = try LightStore(root: chain.root, block: try fetch(1, chain))
    let wanted = try #require(StateRoot.headerHeight(forStateAt: 10))
    var search = try store.search(for: wanted)
    while let height = search.nextHeightToFetch {
      try search.receive(try fetch(height, chain), now: try chain.now, policy: .tests)
    }
    try store.keep(search)
    let root = try #require(StateRoot(in: store.latest.header))
    #expect(root.height == 10)
    #expect(root.root.bytes == chain.block(11).header.appHash)
  }

  @Test func validatorsOfSeveralPages() throws {
    let powers = Dictionary(uniqueKeysWithValues: (0..<120).map { ($0, UInt64(1)) })
    let chain = try TestChain(powers: [powers, powers])
    #expect(try fetch(1, chain) == chain.block(1))
  }

  @Test func badAnswersAreRefusedAndCanBeReplaced() throws {
    let chain = try TestChain(count: 2)
    var fetch = LightBlockFetch(height: 2)
    #expect(throws: LightFetchError.pages(.inconsistent)) { try fetch.block() }
    #expect(throws: LightFetchError.self) { try fetch.receive([]) }
    let commit = try node(chain, try #require(fetch.nextBody))
    try fetch.receive(commit)
    #expect(throws: LightFetchError.self) { try fetch.receive(commit) }
    try fetch.receive(try node(chain, try #require(fetch.nextBody)))
    #expect(fetch.nextBody == nil)
    #expect(throws: LightFetchError.complete) { try fetch.receive(commit) }
    #expect(try fetch.block() == chain.block(2))
  }

  /// A node that answers with another height's validators gains nothing.
  @Test func validatorsOfAnotherHeightAreFoundByTheVerifier() throws {
    let powers = (0..<5).map { height in [height: UInt64(1), height + 1: 1, 9: 2] }
    let chain = try TestChain(powers: powers)
    var fetch = LightBlockFetch(height: 3)
    try fetch.receive(try node(chain, try #require(fetch.nextBody)))
    let other = TestAnswers.validators(chain.block(2).validators, height: 2)
    try fetch.receive(TestAnswers.envelope(other).encoded())
    let block = try fetch.block()
    #expect(
      refusal(of: block, trusting: chain.block(1), now: try chain.now)
        == .validatorsNotInHeader(
          header: chain.block(3).header.validatorsHash, validators: chain.block(2).validators.hash))
  }
}

import Hashing
import Testing

@testable import LightClient

/// Honest blocks are believed, and each reason against one is found.
@Suite struct VerificationTests {
  @Test func honestBlocksAreBelievedFromEveryEarlierOne() throws {
    let chain = try TestChain(count: 6)
    for trusted in 1..<6 {
      for height in (trusted + 1)...6 {
        #expect(refusal(of: chain.block(height), trusting: chain.block(trusted), now: try chain.now) == nil)
      }
    }
  }

  @Test func laterRoundsAreBelieved() throws {
    let chain = try TestChain(count: 2)
    let block = try chain.signed(chain.block(2).header, by: chain.block(2).validators, round: 7)
    #expect(refusal(of: block, trusting: chain.block(1), now: try chain.now) == nil)
  }

  @Test func rootIsBelievedByItsHashAlone() throws {
    let chain = try TestChain(count: 2)
    try LightVerifier.verifyRoot(chain.block(1), root: chain.root)
    var root = chain.root
    root.hash = .zero
    #expect(throws: LightRefusal.notTheRoot(expected: .zero, actual: chain.root.hash)) {
      try LightVerifier.verifyRoot(chain.block(1), root: root)
    }
    #expect(throws: LightRefusal.unexpectedHeight(expected: 1, actual: 2)) {
      try LightVerifier.verifyRoot(chain.block(2), root: chain.root)
    }
    root = chain.root
    root.chainID = try #require(ChainID("other"))
    #expect(throws: LightRefusal.wrongChain(expected: root.chainID, actual: chain.chain)) {
      try LightVerifier.verifyRoot(chain.block(1), root: root)
    }
  }

  @Test func rootThatItsOwnValidatorsDidNotSignIsRefused() throws {
    let chain = try TestChain(count: 1)
    let block = try chain.signed(chain.block(1).header, by: chain.block(1).validators) { $0 < 2 ? .commit : .absent }
    #expect(throws: LightRefusal.notEnoughPower(signed: 2, total: 4)) {
      try LightVerifier.verifyRoot(block, root: chain.root)
    }
  }

  @Test func parentsAreBelievedByTheirChild() throws {
    let chain = try TestChain(count: 3)
    try LightVerifier.verify(chain.block(2).header, parentOf: chain.block(3).header)
    var header = chain.block(2).header
    header.appHash[0] ^= 1
    let expected = LightRefusal.brokenLink(child: chain.block(2).header.hash, parent: header.hash)
    #expect(throws: expected) { try LightVerifier.verify(header, parentOf: chain.block(3).header) }
    #expect(throws: LightRefusal.unexpectedHeight(expected: 2, actual: 1)) {
      try LightVerifier.verify(chain.block(1).header, parentOf: chain.block(3).header)
    }
    header = chain.block(2).header
    header.time = chain.block(3).header.time
    #expect(throws: LightRefusal.timeNotBefore(child: header.time, actual: header.time)) {
      try LightVerifier.verify(header, parentOf: chain.block(3).header)
    }
    let other = try TestChain(name: "other", count: 2)
    #expect(throws: LightRefusal.wrongChain(expected: chain.chain, actual: other.chain)) {
      try LightVerifier.verify(other.block(2).header, parentOf: chain.block(3).header)
    }
    #expect(throws: LightRefusal.unexpectedHeight(expected: 0, actual: 1)) {
      try LightVerifier.verify(chain.block(1).header, parentOf: chain.block(1).header)
    }
  }

  @Test func stateRootStandsInTheNextHeader() throws {
    let chain = try TestChain(count: 3)
    let root = try #require(StateRoot(in: chain.block(3).header))
    #expect(root.height == 2)
    #expect(root.root.bytes == chain.block(3).header.appHash)
    #expect(StateRoot.headerHeight(forStateAt: 2) == 3)
    #expect(StateRoot.headerHeight(forStateAt: UInt64(Int64.max)) == nil)
    var header = chain.block(3).header
    header.appHash.removeLast()
    #expect(StateRoot(in: header) == nil)
  }

  @Test func everyFieldOfTheHeaderIsSigned() throws {
    let header = try TestChain(count: 2).block(2).header
    let changes: [(inout Header) -> Void] = [
      { $0.blockVersion += 1 }, { $0.appVersion += 1 }, { $0.height += 1 },
      { $0.time = $0.time.adding(milliseconds: 1) }, { $0.lastBlockID = nil }, { $0.lastBlockID?.parts.total += 1 },
      { $0.lastBlockID?.parts.hash = .zero }, { $0.lastCommitHash = nil }, { $0.dataHash = nil },
      { $0.validatorsHash = .zero }, { $0.nextValidatorsHash = .zero }, { $0.consensusHash = nil },
      { $0.appHash[31] ^= 1 }, { $0.lastResultsHash = .zero }, { $0.evidenceHash = .zero },
      { $0.proposer = ValidatorAddress(hashOf: [1]) }, { $0.chainID = ChainID("x") ?? $0.chainID },
    ]
    var hashes: Set<Digest> = [header.hash]
    for change in changes {
      var changed = header
      change(&changed)
      #expect(hashes.insert(changed.hash).inserted)
    }
  }
}

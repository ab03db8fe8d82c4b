import Hashing
import Testing

import enum Crypto.Curve25519

@testable import LightClient

/// A validator of the tests, with a key that its number determines.
struct TestSigner {
  let number: Int
  let privateKey: Curve25519.Signing.PrivateKey

  init(_ number: Int) throws {
    self.number = number
    var seed = SHA256()
    seed.update(littleEndian: UInt64(number))
    privateKey = try Curve25519.Signing.PrivateKey(rawRepresentation: seed.finalize().bytes)
  }

  var key: ConsensusKey {
    get throws { try #require(ConsensusKey(Array(privateKey.publicKey.rawRepresentation))) }
  }

  func precommit(_ commit: Commit, chain: ChainID, time: CometTime) throws -> PrecommitSignature {
    let signature = try privateKey.signature(for: commit.signBytes(chainID: chain, time: time))
    return try #require(PrecommitSignature(validator: key.address, time: time, signature: Array(signature)))
  }
}

/// What a validator of the tests does with a block.
enum TestVote {
  case commit, absent, nilVote
}

/// A chain made by the tests' own signers; block 1 has no parent, a block each second.
struct TestChain {
  static let start: Int64 = 1_700_000_000

  let chain: ChainID
  private(set) var blocks: [LightBlock] = []
  private var signers: [ConsensusKey: TestSigner] = [:]

  /// - Parameter powers: the signers' powers at each height from 1, one height more than there are blocks.
  init(name: String = "test-chain", powers: [[Int: UInt64]]) throws {
    chain = try #require(ChainID(name))
    let sets = try powers.map { try makeSet($0) }
    for height in 1..<sets.count {
      let header = try makeHeader(height: UInt64(height), set: sets[height - 1], next: sets[height])
      blocks.append(try signed(header, by: sets[height - 1]))
    }
  }

  /// A chain of `count` blocks whose validators, equally strong, stay the same.
  init(name: String = "test-chain", count: Int, validators: Int = 4, power: UInt64 = 1) throws {
    let powers = Dictionary(uniqueKeysWithValues: (0..<validators).map { ($0, power) })
    try self.init(name: name, powers: Array(repeating: powers, count: count + 1))
  }

  func block(_ height: Int) -> LightBlock { blocks[height - 1] }

  /// A moment at which every block is in the past and none has expired.
  var now: CometTime {
    get throws { try #require(CometTime(seconds: Self.start + Int64(blocks.count) + 5)) }
  }

  var root: TrustedRoot { TrustedRoot(chainID: chain, height: 1, hash: block(1).header.hash) }

  mutating func makeSet(_ powers: [Int: UInt64]) throws -> ValidatorSet {
    var validators: [Validator] = []
    for (number, power) in powers.sorted(by: { $0.key < $1.key }) {
      let signer = try TestSigner(number)
      signers[try signer.key] = signer
      validators.append(Validator(key: try signer.key, power: power))
    }
    return try ValidatorSet(sorting: validators)
  }

  func makeHeader(height: UInt64, set: ValidatorSet, next: ValidatorSet) throws -> Header {
    Header(
      appVersion: 1, chainID: chain, height: height,
      time: try #require(CometTime(seconds: Self.start + Int64(height), nanoseconds: 5)),
      lastBlockID: blocks.last?.commit.blockID, lastCommitHash: .zero, dataHash: TransactionProof.root(of: []),
      validatorsHash: set.hash, nextValidatorsHash: next.hash, consensusHash: .zero,
      appHash: Merkle.leaf([UInt8(truncatingIfNeeded: height)]).bytes, lastResultsHash: nil, evidenceHash: nil,
      proposer: set.addresses[0])
  }

  /// The header with a commit; `votes` says what the validator at a place of the set does.
  func signed(
    _ header: Header, by set: ValidatorSet, round: UInt32 = 0, votes: (Int) -> TestVote = { _ in .commit }
  ) throws -> LightBlock {
    let blockID = BlockID(hash: header.hash, parts: PartSetHeader(total: 1, hash: Merkle.leaf(header.hash.bytes)))
    var commit = Commit(height: header.height, round: round, blockID: blockID, signatures: [])
    for (index, validator) in set.validators.enumerated() {
      let signer = try #require(signers[validator.key])
      switch votes(index) {
      case .absent: commit.signatures.append(.absent)
      case .commit:
        commit.signatures.append(.commit(try signer.precommit(commit, chain: chain, time: header.time)))
      case .nilVote:
        commit.signatures.append(.nilVote(try signer.precommit(commit, chain: chain, time: header.time)))
      }
    }
    return LightBlock(header: header, commit: commit, validators: set)
  }
}

extension TrustPolicy {
  static let tests = TrustPolicy(trustingMilliseconds: 3_600_000)
}

/// What verifying says: `nil` when the block is believed.
func refusal(
  of block: LightBlock, trusting trusted: LightBlock, now: CometTime, policy: TrustPolicy = .tests
) -> LightRefusal? {
  do {
    try LightVerifier.verify(block, trusting: trusted, now: now, policy: policy)
    return nil
  } catch {
    return error
  }
}

/// SplitMix64: the same numbers in every run.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}

import Hashing
import Testing

@testable import LightClient

/// Hashes and sign bytes that CometBFT itself gives for the same values.
@Suite struct KnownAnswerTests {
  private func sha256(_ text: String) -> Digest {
    var hasher = SHA256()
    hasher.update(Array(text.utf8))
    return hasher.finalize()
  }

  /// CometBFT's published test vector of a header's hash (`TestHeaderHash`).
  @Test func headerHashOfTheReference() throws {
    let header = Header(
      blockVersion: 1, appVersion: 2, chainID: try #require(ChainID("chainId")), height: 3,
      time: try #require(CometTime(rfc3339: "2019-10-13T16:14:44Z")),
      lastBlockID: BlockID(hash: .zero, parts: PartSetHeader(total: 6, hash: .zero)),
      lastCommitHash: sha256("last_commit_hash"), dataHash: sha256("data_hash"),
      validatorsHash: sha256("validators_hash"), nextValidatorsHash: sha256("next_validators_hash"),
      consensusHash: sha256("consensus_hash"), appHash: sha256("app_hash").bytes,
      lastResultsHash: sha256("last_results_hash"), evidenceHash: sha256("evidence_hash"),
      proposer: ValidatorAddress(hashOf: Array("proposer_address".utf8)))
    #expect(header.hash.hex == "f740121f553b5418c3efbd343c2dbfe9e007bb67b0d020a0741374bab65242a4")
  }

  /// CometBFT's published vectors of a vote's sign bytes: fixed64 height and round, Go's zero time, the chain.
  @Test(arguments: [
    (CanonicalVote.Stage.precommit, "2108021101000000000000001901000000000000002a0b088092b8c398feffffff01"),
    (.prevote, "2108011101000000000000001901000000000000002a0b088092b8c398feffffff01"),
  ]) func voteSignBytesOfTheReference(stage: CanonicalVote.Stage, expected: String) throws {
    let chain = try #require(ChainID("test_chain_id"))
    let vote = CanonicalVote(stage: stage, height: 1, round: 1, blockID: nil, time: .zero, chainID: chain)
    let bytes = vote.signBytes
    // The published bytes have no chain; it is the last field, and moves the length from 0x21 to 0x30.
    let body = try #require([UInt8](hex: expected)).dropFirst()
    #expect(bytes == [0x30] + body + [0x32, 0x0D] + Array("test_chain_id".utf8))
  }

  /// A validator's real precommit: block 10 of a one-validator network of CometBFT 0.38.
  @Test func commitOfARealNode() throws {
    let digest = { (hex: String) in try #require(Digest(hex: hex)) }
    let key = try #require(ConsensusKey(Base64.decode("bNNlGls5R25wC3Sd8720F/3+7IZBhXcD22MNFtPk/v0=") ?? []))
    let set = try ValidatorSet([Validator(key: key, power: 10)])
    let nothing = SHA256().finalize()
    let header = Header(
      appVersion: 1, chainID: try #require(ChainID("dockerchain")), height: 10,
      time: try #require(CometTime(rfc3339: "2023-05-17T14:12:53.088875124Z")),
      lastBlockID: BlockID(
        hash: try digest("678A83FB0422D053A3792154703122861DD68ABB8247A4FF2945DF832DB18FC8"),
        parts: PartSetHeader(
          total: 1, hash: try digest("29FE32F6B57D8439C9E9F6240B436DD560646FDA8C8C105E2C261B6F4746E89C"))),
      lastCommitHash: try digest("A3AD467820428D99FD53BFCF38CDC1EB141DD27E3B5F0F3931BBE91FBA8B097D"),
      dataHash: nothing,
      validatorsHash: try digest("33415EFFCEDA5BD0A3A443A727457D9F7B9E38389BF27A936FEDF749A7B7566E"),
      nextValidatorsHash: try digest("33415EFFCEDA5BD0A3A443A727457D9F7B9E38389BF27A936FEDF749A7B7566E"),
      consensusHash: try digest("048091BC7DDC283F77BFBF91D73C44DA58C3DF8A9CBC867405D8B7F3DAADA22F"),
      appHash: Array(repeating: 0, count: 8), lastResultsHash: nothing, evidenceHash: nothing, proposer: key.address)
    let hash = try digest("00ECDAC463C201ECD4BDBBAAE4A53A4C80291D4051FD69ED97F6420CE1388BFE")
    let parts = try digest("FF0A320E696FD233DD4D3CC7CD82FF90F54B8FDBC9C700D9375C95A02782B062")
    let signature = Base64.decode(
      "5y0Kas3bSrgVYG/QKwWovMpTBfavZfy/A8DXkQHzFHVMjOcVk2TK6xhYQasfiodordg1bjDf7NDwNi/YdilaAw==")
    let time = try #require(CometTime(rfc3339: "2023-05-17T14:12:53.605374524Z"))
    let vote = try #require(PrecommitSignature(validator: key.address, time: time, signature: signature ?? []))
    let commit = Commit(
      height: 10, round: 0, blockID: BlockID(hash: hash, parts: PartSetHeader(total: 1, hash: parts)),
      signatures: [.commit(vote)])
    #expect(key.address.description == "2dd9f44fd9067555c322243c3c913ba7b51d2be0")
    #expect(set.hash == header.validatorsHash)
    #expect(header.hash == hash)
    let root = TrustedRoot(chainID: header.chainID, height: 10, hash: hash)
    try LightVerifier.verifyRoot(LightBlock(header: header, commit: commit, validators: set), root: root)
  }
}

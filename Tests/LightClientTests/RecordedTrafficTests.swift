import Hashing
import Protobuf
import Testing

@testable import LightClient

/// What a real CometBFT 0.38.25 computed, against what this package computes from the same validators.
@Suite(.enabled(if: RecordedTraffic.isPresent)) struct RecordedTrafficTests {
  static let files = ["node-trace-a.jsonl", "node-trace-b.jsonl"]

  private func fields(_ bytes: [UInt8], _ number: UInt32) throws -> [[UInt8]] {
    var reader = ProtobufReader(bytes)
    var found: [[UInt8]] = []
    while let field = try reader.next() {
      if field.number == number, case .bytes(let value) = field.value { found.append(Array(value)) }
    }
    return found
  }

  /// The first bytes under a path of field numbers.
  private func bytes(_ message: [UInt8], at path: UInt32...) throws -> [UInt8] {
    var value = message
    for number in path { value = try #require(try fields(value, number).first) }
    return value
  }

  private func validators(in file: String) throws -> ValidatorSet {
    let request = try #require(try RecordedTraffic.requests("init_chain", in: file).first)
    return try ValidatorSet(
      sorting: try fields(request, 4).map { update in
        let key = ConsensusKey(try bytes(update, at: 1, 1))
        var reader = ProtobufReader(update)
        var power: UInt64 = 0
        while let field = try reader.next() { if field.number == 2 { power = try field.uint64() } }
        return Validator(key: try #require(key), power: power)
      })
  }

  @Test(arguments: files) func validatorsHashToWhatProposalsSay(file: String) throws {
    let set = try validators(in: file)
    #expect(set.validators.count == 4)
    for kind in ["process_proposal", "finalize_block", "prepare_proposal"] {
      let requests = try RecordedTraffic.requests(kind, in: file)
      #expect(!requests.isEmpty)
      for request in requests { #expect(try fields(request, 7) == [set.hash.bytes]) }
    }
  }

  @Test(arguments: files) func proposersAreAddressesOfTheValidators(file: String) throws {
    let set = try validators(in: file)
    for request in try RecordedTraffic.requests("finalize_block", in: file) {
      let proposer = ValidatorAddress(try bytes(request, at: 8))
      #expect(set.addresses.contains(try #require(proposer)))
    }
  }

  @Test(arguments: files) func commitsListTheValidatorsInTheSetsOrder(file: String) throws {
    let set = try validators(in: file)
    var commitCount = 0
    for request in try RecordedTraffic.requests("finalize_block", in: file) {
      guard let commit = try fields(request, 2).first, !commit.isEmpty else { continue }
      let addresses = try fields(commit, 2).map { try bytes($0, at: 1, 1) }
      #expect(addresses == set.addresses.map(\.bytes))
      commitCount += 1
    }
    #expect(commitCount > 0)
  }
}

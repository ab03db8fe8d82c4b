import Hashing
import Receipts
import Testing

@testable import Ledger

@Suite struct SimulationTests {
  @Test(arguments: 1...8)
  func everyMachineReachesTheSameStateWhateverTheNetworkDoes(seed: Int) throws {
    let people = ["alice", "bob", "carol", "dave"]
    let chain = try TestChain { genesis in
      for name in people.dropFirst() {
        let account = (try? TestChain.key(name).publicKey.account) ?? .zero
        genesis.holders.append(.init(account: account, raz: 1_000_000_000_000, credit: 1_000_000))
      }
    }
    var network = SimulatedNetwork(chain.machine, count: 4, seed: UInt64(seed))
    var random = SeededGenerator(seed: UInt64(seed) &* 7_919)
    var traffic = RandomTraffic(people: people, chain: chain.machine.chain)
    var time = chain.machine.time
    for _ in 0..<25 {
      time += UInt64.random(in: 1...20_000, using: &random)
      network.decide(try traffic.transactions(count: Int.random(in: 0...6, using: &random), &random), time: time)
      try network.run(steps: 6)
    }
    try network.heal()
    let first = try #require(network.replicas.first)
    #expect(network.crashes > 0)
    #expect(network.lost > 0)
    for replica in network.replicas {
      #expect(replica.appHashes == first.appHashes)
      #expect(replica.durable.appHash == first.durable.appHash)
      #expect(try Conservation.total(replica.durable.committed.records) == .none)
    }
  }
}

/// Signed transactions of a few people, most of them good, some with a wrong nonce or fee, some broken.
struct RandomTraffic {
  let people: [String]
  let chain: Digest
  private var nonces: [String: UInt64] = [:]

  init(people: [String], chain: Digest) {
    self.people = people
    self.chain = chain
  }

  mutating func transactions(count: Int, _ random: inout SeededGenerator) throws -> [[UInt8]] {
    try (0..<count).map { _ in try transaction(&random) }
  }

  private mutating func transaction(_ random: inout SeededGenerator) throws -> [UInt8] {
    let name = people[Int.random(in: people.indices, using: &random)]
    let key = try TestChain.key(name)
    let nonce = nonces[name, default: 0]
    let fate = Int.random(in: 0..<12, using: &random)
    if fate > 1 { nonces[name] = nonce + 1 }
    let messages = try (0..<Int.random(in: 1...3, using: &random)).map { _ in try message(&random) }
    var bytes = try Transaction(
      chain: chain, account: key.publicKey.account, key: key.publicKey, nonce: fate == 0 ? nonce + 5 : nonce,
      fee: fate == 1 ? 1 : 10_000_000, messages: messages
    ).signed(with: key)
    if fate == 1 { bytes[bytes.count / 2] ^= 1 }
    return bytes
  }

  private func message(_ random: inout SeededGenerator) throws -> any Message {
    let to = try TestChain.key(people[Int.random(in: people.indices, using: &random)]).publicKey.account
    return Transfer(to: to, amount: UInt64.random(in: 0...2_000_000_000_000, using: &random))
  }
}

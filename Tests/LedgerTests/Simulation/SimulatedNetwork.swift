import Hashing
import Receipts

@testable import Ledger

/// Several ledgers that decide on the same blocks over a network that loses, delays, doubles and reorders messages, and
/// on machines that crash at any point; all from one seed.
///
/// The engine is simplified to its contract: whoever leads a height decides its block once a majority has processed the
/// proposal; what was decided never changes; a machine that missed blocks asks for them.
struct SimulatedNetwork {
  /// One machine: what is durable, and what a crash takes away.
  struct Replica {
    /// After the last commit; what a restart finds.
    var durable: LedgerMachine
    /// What runs now; `nil` while the machine is down.
    var running: LedgerMachine?
    /// App hash after each height, as this machine committed it.
    var appHashes: [UInt64: Digest] = [:]
  }

  enum Message {
    case decided(Block)
    case wanted(height: UInt64, by: Int)
  }

  private(set) var replicas: [Replica]
  private(set) var decided: [UInt64: Block] = [:]
  private var wire: [(due: Int, to: Int, message: Message)] = []
  private var clock = 0
  private var random: SeededGenerator
  private(set) var crashes = 0
  private(set) var lost = 0

  init(_ machine: LedgerMachine, count: Int, seed: UInt64) {
    replicas = (0..<count).map { _ in Replica(durable: machine, running: machine) }
    random = SeededGenerator(seed: seed)
  }

  /// The height that all decided blocks reach.
  var height: UInt64 { UInt64(decided.count) }

  /// Decides a block of these transactions; the leader sends it to everybody.
  mutating func decide(_ transactions: [[UInt8]], time: UInt64) {
    let next = height + 1
    let leader = Int(next) % replicas.count
    var proposal = transactions
    if let machine = replicas[leader].running {
      proposal = machine.prepareProposal(transactions, byteLimit: 1 << 20)
      // Proposals are processed and forgotten, some of them more than once.
      for replica in replicas where Bool.random(using: &random) { _ = replica.running?.processProposal(proposal) }
    }
    let block = Block(
      height: next, time: time, hash: taggedHash("razao/test/block/1", next.keyBytes), transactions: proposal)
    decided[next] = block
    for to in replicas.indices { send(.decided(block), to: to) }
  }

  private mutating func send(_ message: Message, to: Int) {
    switch Int.random(in: 0..<10, using: &random) {
    case 0: lost += 1
    case 1:
      enqueue(message, to: to)
      enqueue(message, to: to)
    default: enqueue(message, to: to)
    }
  }

  private mutating func enqueue(_ message: Message, to: Int) {
    wire.append((due: clock + Int.random(in: 1...12, using: &random), to: to, message: message))
  }

  /// Lets time pass: delivers what is due, crashes and restarts machines, asks for what is missing.
  mutating func run(steps: Int) throws {
    for _ in 0..<steps {
      clock += 1
      let due = wire.filter { $0.due <= clock }
      wire.removeAll { $0.due <= clock }
      for entry in due.shuffled(using: &random) { try deliver(entry.message, to: entry.to) }
      for index in replicas.indices { try disturb(index) }
    }
  }

  private mutating func deliver(_ message: Message, to index: Int) throws {
    guard replicas[index].running != nil else { return }
    switch message {
    case .wanted(let height, let by):
      if let block = decided[height] { send(.decided(block), to: by) }
    case .decided(let block):
      try apply(block, to: index)
    }
  }

  /// Finalises and commits a block; a crash may come between the two, before the commit is durable or after.
  private mutating func apply(_ block: Block, to index: Int) throws {
    guard var machine = replicas[index].running, block.height == machine.height + 1 else { return }
    let result = try machine.finalizeBlock(block)
    let fate = Int.random(in: 0..<20, using: &random)
    if fate == 0 { return crash(index) }
    if fate == 1 { _ = try machine.finalizeBlock(block) }
    machine.commit()
    replicas[index].durable = machine
    replicas[index].appHashes[block.height] = result.appHash
    if fate == 2 { return crash(index) }
    replicas[index].running = machine
  }

  private mutating func crash(_ index: Int) {
    crashes += 1
    replicas[index].running = nil
  }

  private mutating func disturb(_ index: Int) throws {
    guard let machine = replicas[index].running else {
      if Int.random(in: 0..<8, using: &random) == 0 { replicas[index].running = replicas[index].durable }
      return
    }
    if machine.height < height, Int.random(in: 0..<4, using: &random) == 0 {
      send(.wanted(height: machine.height + 1, by: index), to: Int.random(in: replicas.indices, using: &random))
    }
  }

  /// Ends all disturbance and lets everybody catch up.
  mutating func heal() throws {
    for index in replicas.indices {
      var machine = replicas[index].durable
      while let block = decided[machine.height + 1] {
        let result = try machine.finalizeBlock(block)
        machine.commit()
        replicas[index].appHashes[block.height] = result.appHash
      }
      replicas[index].durable = machine
      replicas[index].running = machine
    }
  }
}

/// SplitMix64: the same numbers from the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

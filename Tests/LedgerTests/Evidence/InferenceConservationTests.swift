import Hashing
import Receipts
import Testing

@testable import Ledger

/// Random sequences of all that accounts can do about inference: nothing appears or vanishes, whatever is refused.
@Suite struct InferenceConservationTests {
  @Test(arguments: [1, 2, 3, 4] as [UInt64]) func nothingAppearsOrVanishes(seed: UInt64) throws {
    var walk = try RandomWalk(seed: seed)
    for _ in 0..<150 {
      try walk.step()
      #expect(try walk.world.imbalance() == .none, "height \(walk.world.chain.machine.height)")
      let debts = try walk.entriesDiffer()
      #expect(debts == nil, "\(debts ?? "")")
    }
    // A walk in which everything is refused would show nothing.
    for name in RandomWalk.expected where seed == 1 {
      #expect(walk.applied[name, default: 0] > 0, "\(name) never applied")
    }
  }
}

/// Somebody does something, sensible or not, and a block is made of it.
private struct RandomWalk {
  static let expected = [
    "publishProgram", "openChannel", "topUpChannel", "redeemVoucher", "closeChannel", "settleChannel",
    "anchorReceipts", "claimUnanchored", "claimDropped", "resolveClaim", "commitBeacon", "revealBeacon",
    "disputeSettlement", "answerDropped",
  ]

  static let roundLength: UInt64 = 40

  var world: InferenceChain
  var applied: [String: Int] = [:]
  private var generator: SeededBytes
  private var channels: [(id: Digest, cumulative: UInt64)]
  private var receipts: [SignedReceipt] = []
  private var claims: [(id: Digest, receipt: SignedReceipt)] = []
  private var balances: [Digest: Holdings] = [:]

  init(seed: UInt64) throws {
    var parameters = Parameters()
    (parameters.anchorWindow, parameters.claimWindow, parameters.closePeriod) = (3_000, 30_000, 4_000)
    parameters.beaconRound = Self.roundLength
    world = try InferenceChain(parameters: parameters)
    generator = SeededBytes(state: seed)
    channels = [(world.channel, 0)]
  }

  private mutating func random(_ bound: Int) -> Int { Int(generator.next() % UInt64(max(1, bound))) }

  mutating func step() throws {
    let (message, sender) = try action()
    let bytes = try world.chain.transaction([message], from: sender)
    for name in InferenceChain.accounts {
      let account = world.chain.account(name)
      balances[world.id(name)] = Holdings(raz: Int128(account.raz), credit: Int128(account.credit))
    }
    let result = try world.chain.block([bytes], after: UInt64(random(3_000) + 1))
    for each in result.results {
      if each.refusal == nil { applied[type(of: message).name, default: 0] += 1 }
      for entry in each.entries { note(entry) }
    }
    for entry in result.entries { note(entry) }
  }

  private mutating func note(_ entry: Entry) {
    guard let before = balances[entry.account] else { return }
    let change = entry.token == .raz ? Holdings(raz: entry.amount) : Holdings(credit: entry.amount)
    balances[entry.account] = before + change
  }

  /// An account whose balance moved by something other than its entries say.
  func entriesDiffer() throws -> String? {
    for name in InferenceChain.accounts {
      let account = world.chain.account(name)
      let balance = Holdings(raz: Int128(account.raz), credit: Int128(account.credit))
      if balances[world.id(name)] != balance { return name }
    }
    return nil
  }

  private mutating func action() throws -> (any Message, String) {
    let anyone = InferenceChain.accounts[random(InferenceChain.accounts.count)]
    switch random(11) {
    case 0: return (world.publication(taggedHash("razao/test/p/1", [UInt8(random(9))]), royalty: 9), anyone)
    case 1: return try opening()
    case 2: return (TopUpChannel(channel: channels[random(channels.count)].id, microcredits: 50_000), "payer")
    case 3, 4: return try redemption()
    case 5: return (CloseChannel(channel: channels[random(channels.count)].id), ["payer", "owner", anyone][random(3)])
    case 6: return (SettleChannel(channel: channels[random(channels.count)].id), anyone)
    case 7: return try anchoring()
    case 8: return try claim(by: anyone)
    case 9: return try decision(by: anyone)
    default: return beacon(by: ["owner", "rival"][random(2)])
    }
  }

  private mutating func opening() throws -> (any Message, String) {
    let salt = UInt64(random(40))
    let provider = try world.provider()
    channels.append((Channel.id(payer: world.id("payer"), payee: provider, salt: salt), 0))
    return (try world.opening(90_000, salt: salt), "payer")
  }

  private mutating func drawn(channel: Digest? = nil) -> Answer {
    Answer(drawn: generator.next(), channel: channel, amount: UInt64(random(5_000)) + 1, isPartial: random(4) == 0)
  }

  private mutating func redemption() throws -> (any Message, String) {
    let place = random(channels.count)
    let receipt = try world.receipt(drawn(channel: channels[place].id))
    receipts.append(receipt)
    let amount = receipt.body.amountOwed + UInt64(random(8) == 0 ? 1 : 0)
    channels[place].cumulative = (world.chain.record(.channel(channels[place].id))?.redeemed ?? 0) + amount
    let voucher = try world.voucher(channels[place].cumulative, channel: channels[place].id)
    let program = random(4) == 0 ? Digest.zero : InferenceChain.program
    return (
      RedeemVoucher(voucher: voucher, lines: [.init(receipt: receipt.hash, program: program, microcredits: amount)]),
      random(9) == 0 ? "mallory" : "owner"
    )
  }

  private mutating func anchoring() throws -> (any Message, String) {
    let next = (try world.record()).batches + 1
    return (try world.anchor([world.receipt(drawn())], batch: next), "owner")
  }

  private mutating func claim(by name: String) throws -> (any Message, String) {
    if random(2) == 0, let receipt = receipts.last { return (ClaimUnanchored(receipt: receipt), name) }
    let answer = drawn()
    let accept = try world.accept(answer)
    claims.append((Claim.id(.dropped, accept.hash), try world.receipt(answer, accept: accept)))
    return (ClaimDropped(accept: accept, secret: answer.secret), name)
  }

  private mutating func decision(by name: String) throws -> (any Message, String) {
    if random(3) == 0, !receipts.isEmpty {
      return (DisputeSettlement(receipt: receipts[random(receipts.count)]), name)
    }
    guard !claims.isEmpty else { return (ResolveClaim(claim: .zero), name) }
    if random(2) == 0 { return (ResolveClaim(claim: claims[random(claims.count)].id), name) }
    let claim = claims[claims.count - 1 - random(min(2, claims.count))]
    return (AnswerDropped(claim: claim.id, receipt: claim.receipt), name)
  }

  private func beacon(by name: String) -> (any Message, String) {
    let phase = BeaconRound.phase(
      height: world.chain.machine.height + 1, roundLength: Self.roundLength)
    let commitment = BeaconRound.commitment(account: world.id(name), round: phase.round, secret: .zero)
    return phase.takesCommitments
      ? (CommitBeacon(round: phase.round, commitment: commitment), name)
      : (RevealBeacon(round: phase.round, secret: .zero), name)
  }
}

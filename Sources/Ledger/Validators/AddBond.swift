import Hashing
import Receipts

/// Puts RAZ of the sender's behind its consensus validator, or makes one. It comes into force at an epoch's end, if its
/// bond is among the largest then.
///
/// Fields: consensus key 32 | amount u64, grains | proof of possession 64: the consensus key's signature over
/// H("razao/bond/1", chain ‖ account).
/// Checks: the amount is not zero (22); the proof holds (150); the validator has not offended (154); the account's bond,
/// if it has one, is for this key (152); the key belongs to no other bond (153); with the amount the bond is at least
/// the least (151); the balance covers the amount (20), a hot key's limit too (23); there are not 256 candidates with
/// larger bonds (155).
public struct AddBond: Message {
  public static let kind: UInt16 = 20
  public static let name = "bond"
  public static let scope = KeyScope.bond

  /// Ed25519, the validator's.
  public var key: PublicKey
  /// Grains.
  public var amount: UInt64
  public var possession: Signature

  public init(key: PublicKey, amount: UInt64, possession: Signature) {
    self.key = key
    self.amount = amount
    self.possession = possession
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(
      key: try reader.readPublicKey(), amount: try reader.read(), possession: try reader.readSignature())
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(key)
    writer.write(amount)
    writer.write(possession)
  }

  /// What the consensus key signs to show that the account's owner has it.
  public static func possessionDigest(chain: Digest, account: Digest) -> Digest {
    taggedHash("razao/bond/1", chain.bytes, account.bytes)
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    guard amount > 0 else { throw Refusal(.zeroAmount) }
    let statement = Self.possessionDigest(chain: ledger.block.chain, account: sender.account)
    guard key.verifies(possession, over: statement) else { throw Refusal(.badPossession) }
    var bond = ledger.state.get(.bond(sender.account)) ?? Bond(key: key)
    guard !bond.isJailed else { throw Refusal(.jailed) }
    guard bond.key == key else { throw Refusal(.otherConsensusKey, bond.key.bytes.hex) }
    if let owner = ledger.state.get(.consensusKey(of: key)), owner.account != sender.account {
      throw Refusal(.takenConsensusKey, owner.account.hex)
    }
    bond.active = try LedgerContext.sum(bond.active, amount)
    let least = ledger.parameters.minimumBond
    guard bond.active >= least else { throw Refusal(.lowBond, "\(bond.active) of \(least) grains") }
    try ledger.debit(from: sender, .raz, amount, .bonded)
    var set = ledger.state.get(.validatorSet) ?? ValidatorSet()
    try set.rank(sender.account, bond: bond.active)
    ledger.state.set(.validatorSet, set)
    ledger.state.set(.bond(sender.account), bond)
    ledger.state.set(.consensusKey(of: key), ConsensusKey(account: sender.account))
    ledger.emit("bonded", [MessageField("account", sender.account), MessageField("amount", amount)])
  }

  public var fields: [MessageField] {
    [
      MessageField("key", key.bytes.hex), MessageField("amount", amount),
      MessageField("possession", possession.bytes.hex),
    ]
  }
}

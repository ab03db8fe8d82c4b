import Hashing

/// A consensus validator: its key and its voting power.
package struct Validator: Hashable, Sendable {
  package var key: ConsensusKey
  /// At least 1 in a set.
  package var power: UInt64

  package init(key: ConsensusKey, power: UInt64) {
    self.key = key
    self.power = power
  }
}

/// Why validators are no set.
package enum ValidatorSetError: Error, Equatable, Sendable {
  case empty
  case tooMany(Int)
  /// No voting power.
  case powerless(index: Int)
  /// The sum is above what CometBFT allows, (2⁶³ − 1) / 8.
  case tooMuchPower(index: Int)
  /// The same validator stands in the set twice.
  case duplicate(ValidatorAddress)
  /// A validator stands before one that precedes it.
  case unordered(index: Int)
}

/// The validators of one height: by falling power, then by rising address, each once.
package struct ValidatorSet: Hashable, Sendable {
  /// More validators than CometBFT's limit on votes are never read.
  package static let maximumCount = 10_000
  /// CometBFT's limit on the sum of powers; comparisons with fractions below cannot overflow 128 bits.
  package static let maximumTotalPower = UInt64(Int64.max / 8)

  package let validators: [Validator]
  /// The addresses, in the validators' order.
  package let addresses: [ValidatorAddress]
  /// 1…(2⁶³ − 1) / 8.
  package let totalPower: UInt64
  /// What a header's `validatorsHash` says: Merkle root over the validators' encodings.
  package let hash: Digest

  /// A set in the order in which it was sent.
  /// - Throws: `ValidatorSetError` for duplicates, another order, or powers that cannot be.
  /// - Complexity: O(n log n), and one SHA-256 for each address and each node of the tree.
  package init(_ validators: [Validator]) throws(ValidatorSetError) {
    guard !validators.isEmpty else { throw .empty }
    guard validators.count <= Self.maximumCount else { throw .tooMany(validators.count) }
    totalPower = try Self.total(of: validators)
    addresses = validators.map(\.key.address)
    try Self.checkUnique(addresses)
    for index in validators.indices.dropFirst()
    where !Self.precedes(
      (validators[index - 1].power, addresses[index - 1]), (validators[index].power, addresses[index]))
    {
      throw .unordered(index: index)
    }
    self.validators = validators
    hash = Merkle.root(of: validators.map { Merkle.leaf(CometEncoding.simpleValidator($0)) })
  }

  /// A set from validators in any order, such as a genesis file's.
  package init(sorting validators: [Validator]) throws(ValidatorSetError) {
    guard validators.count <= Self.maximumCount else { throw .tooMany(validators.count) }
    let keyed = validators.map { (validator: $0, rank: ($0.power, $0.key.address)) }
    try self.init(keyed.sorted { Self.precedes($0.rank, $1.rank) }.map(\.validator))
  }

  private static func precedes(_ left: (UInt64, ValidatorAddress), _ right: (UInt64, ValidatorAddress)) -> Bool {
    left.0 != right.0 ? left.0 > right.0 : left.1 < right.1
  }

  private static func total(of validators: [Validator]) throws(ValidatorSetError) -> UInt64 {
    var total: UInt64 = 0
    for (index, validator) in validators.enumerated() {
      guard validator.power > 0 else { throw .powerless(index: index) }
      guard validator.power <= maximumTotalPower - total else { throw .tooMuchPower(index: index) }
      total += validator.power
    }
    return total
  }

  private static func checkUnique(_ addresses: [ValidatorAddress]) throws(ValidatorSetError) {
    var seen: Set<ValidatorAddress> = []
    for address in addresses where !seen.insert(address).inserted { throw .duplicate(address) }
  }
}

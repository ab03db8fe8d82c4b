import Hashing

/// Which contribution of a provider goes into a joint seed, as an accept names it; all zero for the other kinds.
public struct ContributionSlot: Hashable, Sendable {
  /// Slots of one epoch.
  public static let count: UInt32 = 4_096

  public var epoch: UInt64
  /// Below `count`.
  public var slot: UInt32
  /// The root over the epoch's contributions, which the provider has anchored on the ledger.
  public var root: Digest

  public static let none = ContributionSlot(epoch: 0, slot: 0, root: .zero)

  public init(epoch: UInt64, slot: UInt32, root: Digest) {
    self.epoch = epoch
    self.slot = slot
    self.root = root
  }
}

/// A contribution and the proof that it stands at its slot under an epoch's root.
public struct JointOpening: Equatable, Sendable {
  /// Hashes of a path: the tree always has 4,096 leaves.
  public static let pathCount = 12
  /// Size of the bundle's field.
  public static let byteCount = 32 + 32 * pathCount

  public var contribution: Digest
  /// From the leaf up, exactly `pathCount` hashes in a sound opening.
  public var path: [Digest]

  public init(contribution: Digest, path: [Digest]) {
    self.contribution = contribution
    self.path = path
  }

  /// Whether this is the contribution that an accept names.
  /// - Complexity: O(1): thirteen hashes, whatever the path's length.
  public func opens(_ slot: ContributionSlot) -> Bool {
    Merkle.verify(
      ContributionTree.leaf(of: contribution, slot: slot.slot), at: slot.slot, count: ContributionSlot.count,
      path: path, root: slot.root)
  }

  /// Contribution and path, one after the other.
  public func encoded() -> [UInt8] { contribution.bytes + path.flatMap(\.bytes) }

  /// - Returns: `nil` unless there are exactly `byteCount` bytes.
  public init?(field: [UInt8]) {
    guard field.count == Self.byteCount, let contribution = Digest(field.prefix(32)) else { return nil }
    self.contribution = contribution
    path = stride(from: 32, to: field.count, by: 32).compactMap { Digest(field[$0..<$0 + 32]) }
  }
}

/// A provider's contributions of one epoch, all made of one secret that it keeps until the epoch's jobs are answered.
///
/// One contribution tells nothing of the others. A provider that gives out a slot twice could choose between two draws:
/// two accepts for one slot convict it.
public struct ContributionTree: Sendable {
  public let epoch: UInt64
  /// What the provider anchors before the epoch begins.
  public let root: Digest
  private let secret: Digest
  private let leaves: [Digest]

  /// - Parameter secret: 32 random bytes of this epoch alone.
  /// - Complexity: O(4,096) hashes.
  public init(secret: Digest, epoch: UInt64) {
    self.epoch = epoch
    self.secret = secret
    leaves = (0..<ContributionSlot.count).map {
      Self.leaf(of: Self.contribution(secret: secret, epoch: epoch, slot: $0), slot: $0)
    }
    root = Merkle.root(of: leaves)
  }

  /// What an accept names; `nil` for a slot that the epoch does not have.
  public func slot(_ slot: UInt32) -> ContributionSlot? {
    slot < ContributionSlot.count ? ContributionSlot(epoch: epoch, slot: slot, root: root) : nil
  }

  /// What a bundle carries; `nil` for a slot that the epoch does not have.
  /// - Complexity: O(4,096) hashes.
  public func opening(of slot: UInt32) -> JointOpening? {
    guard slot < ContributionSlot.count, let path = Merkle.path(to: Int(slot), of: leaves) else { return nil }
    return JointOpening(
      contribution: Self.contribution(secret: secret, epoch: epoch, slot: slot), path: path)
  }

  /// H("razao/contribution/1", secret ‖ u64 epoch ‖ u32 slot).
  public static func contribution(secret: Digest, epoch: UInt64, slot: UInt32) -> Digest {
    var hasher = SHA256(tag: "razao/contribution/1")
    hasher.update(secret.bytes)
    hasher.update(littleEndian: epoch)
    hasher.update(littleEndian: slot)
    return hasher.finalize()
  }

  /// H("razao/contribution-leaf/1", u32 slot ‖ contribution).
  public static func leaf(of contribution: Digest, slot: UInt32) -> Digest {
    var hasher = SHA256(tag: "razao/contribution-leaf/1")
    hasher.update(littleEndian: slot)
    hasher.update(contribution.bytes)
    return hasher.finalize()
  }
}

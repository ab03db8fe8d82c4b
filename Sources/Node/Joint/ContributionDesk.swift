import Hashing
import Receipts
import Synchronization

/// A slot that was given out, with what opens it.
package struct TakenSlot: Sendable {
  private let tree: ContributionTree
  /// What the accept names.
  package let named: ContributionSlot

  init?(tree: ContributionTree, slot: UInt32) {
    guard let named = tree.slot(slot) else { return nil }
    self.tree = tree
    self.named = named
  }

  /// What goes into the seed and the bundle; for nobody's eyes before the requester has revealed its secret.
  package func opening() -> JointOpening? { tree.opening(of: named.slot) }
}

/// A provider's contributions to joint seeds: draws epochs, has them anchored, gives out each slot once.
///
/// A requester is safe only if the contribution was fixed before its own commitment was seen, so nothing is given out of
/// an epoch that the ledger does not have.
package final class ContributionDesk: Sendable {
  /// Free slots below which the next epoch is drawn.
  static let reserve = 512

  private let store: ContributionStore
  private let anchoring: any ContributionAnchoring
  /// The trees of the epochs used last; each costs some milliseconds to make.
  private let trees = Mutex<[ContributionTree]>([])

  /// How long a requester may post its secret, in milliseconds from the accept on, and some more.
  private let retention: UInt64
  private let clock: WallClock

  package init(
    store: ContributionStore, anchoring: any ContributionAnchoring, retention: UInt64 = 2 * 3_600_000,
    clock: WallClock = .system
  ) {
    self.store = store
    self.anchoring = anchoring
    self.retention = retention
    self.clock = clock
  }

  /// Takes a slot that was never given out; on disk it is used before this returns.
  /// - Returns: `nil` when no anchored epoch has one.
  package func take() throws(StoreError) -> TakenSlot? {
    guard let epoch = try store.take() else { return nil }
    return TakenSlot(tree: tree(of: epoch), slot: epoch.next)
  }

  /// Keeps an accepted job until it is answered or nobody can ask for it any more; on disk when this returns.
  package func keep(_ job: KeptJob) throws(StoreError) { try store.keep(job) }

  /// Notes that a job was answered: its receipt answers for it from now on.
  package func answered(_ accept: SignedAccept) throws(StoreError) { try store.forgetJob(acceptHash: accept.hash) }

  /// A job that was accepted and not answered, with the contribution that its accept names.
  package func kept(acceptHash: Digest) throws(StoreError) -> (job: KeptJob, opening: JointOpening)? {
    guard let job = try store.keptJob(acceptHash: acceptHash) else { return nil }
    let named = job.accept.body.contribution
    guard let epoch = try store.epoch(named.epoch), let opening = tree(of: epoch).opening(of: named.slot),
      opening.opens(named)
    else { return nil }
    return (job, opening)
  }

  /// Sees to it that there are slots: draws an epoch when few are left, and has an epoch anchored that is not yet.
  ///
  /// An epoch that a crash left behind is asked for first: the ledger may have it. One whose number the ledger has under
  /// another root, or has passed, is given up.
  /// - Throws: `StoreError`, and whatever the ledger's side throws; the next call goes on from there.
  package func maintain() async throws {
    let now = clock.now()
    if now > retention { try store.forgetJobs(acceptedBefore: now - retention) }
    if let latest = try store.latest(), !latest.isAnchored, latest.next < ContributionSlot.count {
      if try await anchor(latest) { return }
      try store.close(latest.number)
    }
    guard try store.freeSlots() < Self.reserve else { return }
    let known = max(try store.latest()?.number ?? 0, try await anchoring.latestEpoch() ?? 0)
    guard known < UInt64(Int64.max) else { return }
    try store.add(known + 1, secret: .random())
    if let drawn = try store.latest() { _ = try await anchor(drawn) }
  }

  /// - Returns: whether the ledger has the epoch's root now; `false` when it can never have.
  private func anchor(_ epoch: ContributionStore.Epoch) async throws -> Bool {
    let root = tree(of: epoch).root
    if let anchored = try await anchoring.anchoredRoot(epoch: epoch.number) {
      guard anchored == root else { return false }
    } else {
      guard try await anchoring.latestEpoch() ?? 0 < epoch.number else { return false }
      try await anchoring.anchor(root, epoch: epoch.number)
    }
    try store.markAnchored(epoch.number)
    return true
  }

  private func tree(of epoch: ContributionStore.Epoch) -> ContributionTree {
    if let known = trees.withLock({ $0.first { $0.epoch == epoch.number } }) { return known }
    let made = ContributionTree(secret: epoch.secret, epoch: epoch.number)
    trees.withLock { trees in
      trees.removeAll { $0.epoch == epoch.number }
      trees = [made] + trees.prefix(1)
    }
    return made
  }
}

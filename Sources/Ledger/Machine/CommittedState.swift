import Hashing
import StateTree

/// The state after a commit: a persistent tree, so that readers keep theirs while the next block is worked out.
public struct CommittedState: StateSource {
  package let tree: StateTree

  /// The state before the genesis.
  public init() {
    tree = StateTree()
  }

  package init(tree: StateTree) {
    self.tree = tree
  }

  /// The app hash.
  public var root: Digest { tree.root }

  public var count: Int { tree.count }

  public func value(_ key: [UInt8]) -> [UInt8]? { tree[key] }

  /// The encoding of the proof that a key has its value, or none.
  public func proof(of key: [UInt8]) -> [UInt8] { tree.proof(of: key).encoded() }

  /// All records, in the order of their keys' hashes.
  /// - Complexity: O(records).
  public var records: [(key: [UInt8], value: [UInt8])] {
    var records: [(key: [UInt8], value: [UInt8])] = []
    records.reserveCapacity(count)
    tree.visit { _, key, value in records.append((key, value)) }
    return records
  }

  /// The state with changes made.
  /// - Complexity: O(changes · log count) hashes.
  func applying(_ changes: [(key: [UInt8], value: [UInt8]?)]) -> CommittedState {
    CommittedState(tree: tree.applying(changes.map { StateChange(key: $0.key, value: $0.value) }))
  }
}

extension ProvenValue {
  /// Checks the proof against the app hash that it names; that the hash is the ledger's is for the caller to know.
  /// - Throws: `LedgerClientError.unverified`.
  public func verify() throws(LedgerClientError) {
    do throws(StateProofError) {
      try StateProof(decoding: proof).verify(root: appHash, key: key, value: value)
    } catch {
      throw .unverified("the state proof: \(error)")
    }
  }
}

import Hashing
import Testing

@testable import LightClient

/// Transactions under a header's `dataHash`.
@Suite struct TransactionProofTests {
  private func leaf(_ transaction: [UInt8]) -> Digest {
    var hasher = SHA256()
    hasher.update(transaction)
    return Merkle.leaf(hasher.finalize().bytes)
  }

  /// Root and path by RFC 6962's definition: split at the largest power of two below the count.
  private func tree(_ hashes: ArraySlice<Digest>, _ index: Int) -> (root: Digest, path: [Digest]) {
    guard hashes.count > 1 else { return (hashes[hashes.startIndex], []) }
    var half = 1
    while half * 2 < hashes.count { half *= 2 }
    let split = hashes.startIndex + half
    let isLeft = index < half
    let (left, right) = (tree(hashes[..<split], index), tree(hashes[split...], index - half))
    return (Merkle.node(left.root, right.root), isLeft ? left.path + [right.root] : right.path + [left.root])
  }

  @Test func pathsOfAllSmallBlocks() throws {
    for count in 1...17 {
      let transactions = (0..<count).map { [UInt8($0), 7] }
      let root = TransactionProof.root(of: transactions)
      for index in 0..<count {
        let expected = tree(transactions.map(leaf)[...], index)
        #expect(expected.root == root)
        let proof = TransactionProof(index: UInt32(index), total: UInt32(count), path: expected.path)
        #expect(proof.root(of: transactions[index]) == root)
        #expect(proof.root(of: [9, 9]) != root)
        for (other, total) in [(index + 1, count), (index, count + 1), (index, count * 2)] {
          let moved = TransactionProof(index: UInt32(other), total: UInt32(total), path: expected.path)
          if moved.root(of: transactions[index]) == root { #expect(other == index) }
        }
        let long = TransactionProof(index: UInt32(index), total: UInt32(count), path: expected.path + [.zero])
        #expect(long.root(of: transactions[index]) == nil)
        guard !expected.path.isEmpty else { continue }
        let short = TransactionProof(index: UInt32(index), total: UInt32(count), path: expected.path.dropLast())
        #expect(short.root(of: transactions[index]) == nil)
      }
    }
  }

  @Test func placesOutsideTheBlockAreRefused() {
    for (index, total) in [(0, 0), (1, 1), (UInt32.max, 3)] as [(UInt32, UInt32)] {
      #expect(TransactionProof(index: index, total: total, path: []).root(of: [1]) == nil)
    }
    for index in [0, 1 << 31, UInt32.max - 1] {
      let accepted = (0...33).filter {
        TransactionProof(index: index, total: .max, path: Array(repeating: .zero, count: $0)).root(of: [1]) != nil
      }
      #expect(accepted.count == 1)
    }
  }

  @Test func headerDecides() throws {
    let transactions: [[UInt8]] = [[1], [2], [3]]
    var header = try TestChain(count: 1).block(1).header
    header.dataHash = TransactionProof.root(of: transactions)
    let proof = TransactionProof(index: 0, total: 3, path: [leaf([2]), leaf([3])])
    #expect(proof.proves([1], in: header))
    #expect(!proof.proves([2], in: header))
    header.dataHash = nil
    #expect(!proof.proves([1], in: header))
  }

  @Test func emptyBlockHasTheHashOfNothing() {
    #expect(
      TransactionProof.root(of: []).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }
}

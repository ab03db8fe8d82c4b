import Hashing
import Testing

@Suite struct MerklePathTests {
  private static let hashes = (0..<70).map { Merkle.leaf([UInt8($0)]) }

  /// The definition of RFC 9162, 2.1.3.1, written as it stands there.
  private func definition(_ index: Int, _ hashes: ArraySlice<Digest>) -> [Digest] {
    guard hashes.count > 1 else { return [] }
    var split = 1
    while split * 2 < hashes.count { split *= 2 }
    let middle = hashes.startIndex + split
    return index < split
      ? definition(index, hashes[..<middle]) + [Merkle.root(of: hashes[middle...])]
      : definition(index - split, hashes[middle...]) + [Merkle.root(of: hashes[..<middle])]
  }

  @Test(arguments: 1...70) func everyPathOfEverySmallTree(count: Int) throws {
    let hashes = Array(Self.hashes[..<count])
    let root = Merkle.root(of: hashes)
    for index in 0..<count {
      let path = try #require(Merkle.path(to: index, of: hashes))
      #expect(path == definition(index, hashes[...]))
      #expect(Merkle.pathCount(of: UInt32(index), count: UInt32(count)) == path.count)
      #expect(Merkle.verify(hashes[index], at: UInt32(index), count: UInt32(count), path: path, root: root))
    }
  }

  @Test(arguments: [2, 3, 7, 8, 21, 64]) func pathOfAnotherPlaceHashOrRoot(count: Int) throws {
    let hashes = Array(Self.hashes[..<count])
    let (root, total) = (Merkle.root(of: hashes), UInt32(count))
    for index in 0..<count {
      let path = try #require(Merkle.path(to: index, of: hashes))
      let place = UInt32(index)
      for other in 0..<total where other != place {
        #expect(!Merkle.verify(hashes[index], at: other, count: total, path: path, root: root))
      }
      #expect(!Merkle.verify(hashes[(index + 1) % count], at: place, count: total, path: path, root: root))
      #expect(!Merkle.verify(hashes[index], at: place, count: total, path: path, root: hashes[0]))
      #expect(!Merkle.verify(hashes[index], at: place, count: total, path: path + [root], root: root))
      #expect(!Merkle.verify(hashes[index], at: place, count: total, path: path.dropLast(), root: root))
      for step in path.indices {
        var turned = path
        turned[step] = Merkle.leaf(turned[step].bytes)
        #expect(!Merkle.verify(hashes[index], at: place, count: total, path: turned, root: root))
      }
    }
  }

  /// Nothing of the caller's numbers is trusted: no trap, no long loop.
  @Test func impossiblePlacesAndPaths() {
    let hash = Self.hashes[0]
    #expect(Merkle.path(to: 0, of: []) == nil)
    #expect(Merkle.path(to: -1, of: [hash]) == nil)
    #expect(Merkle.path(to: 1, of: [hash]) == nil)
    #expect(Merkle.path(to: .max, of: [hash]) == nil)
    for (index, count) in [(0, 0), (1, 1), (5, 5), (.max, .max), (.max, 0)] as [(UInt32, UInt32)] {
      #expect(Merkle.pathCount(of: index, count: count) == nil)
      #expect(Merkle.root(from: hash, at: index, count: count, path: []) == nil)
    }
    let long = [Digest](repeating: hash, count: 10_000)
    #expect(Merkle.root(from: hash, at: 0, count: .max, path: long) == nil)
    #expect(Merkle.pathCount(of: 0, count: .max) == Merkle.pathLimit)
    #expect(Merkle.pathCount(of: .max - 1, count: .max) == 31)
    #expect(Merkle.root(from: hash, at: .max - 1, count: .max, path: Array(long.prefix(31))) != nil)
    #expect(Merkle.root(from: hash, at: 0, count: 1, path: []) == hash)
    #expect(Merkle.root(from: hash, at: 0, count: 1, path: [hash]) == nil)
  }
}

import Hashing
import Testing

@testable import Node

@Suite struct ChunkTreeTests {
  private func leaves(_ count: Int) -> [Digest] { (0..<count).map { Merkle.leaf([UInt8($0), UInt8(count)]) } }

  @Test func everyPathOfEverySmallTreeLeadsToTheRoot() {
    for count in 1...33 {
      let tree = ChunkTree(leaves(count))
      #expect(tree.root == Merkle.root(of: leaves(count)))
      for index in 0..<count {
        let path = tree.path(of: index)
        #expect(path == Merkle.path(to: index, of: tree.leaves))
        let root = Merkle.root(from: tree.leaves[index], at: UInt32(index), count: UInt32(count), path: path)
        #expect(root == tree.root, "\(index) of \(count)")
      }
    }
  }

  @Test func aChunkIsItsOwnAndNoOther() {
    let file = FakeFile.five
    let chunk = file.chunk(3)
    #expect(chunk.leaf(at: 3, of: file.manifest) == file.tree.leaves[3])
    #expect(chunk.leaf(at: 2, of: file.manifest) == nil)
    #expect(chunk.leaf(at: 4, of: file.manifest) == nil)
    #expect(file.chunk(4).leaf(at: 4, of: file.manifest) == file.tree.leaves[4])
  }

  @Test func manifestsComeBackFromJSON() throws {
    let manifest = FakeFile.five.manifest
    #expect(try ProgramManifest(json: manifest.json, program: FakeFile.program) == manifest)
  }

  @Test func manifestsThatCannotBeAreRefused() {
    let good = FakeFile.five.manifest
    #expect(throws: ProgramPeerError.self) { try ProgramManifest(json: good.json, program: .zero) }
    for (name, value) in [("byte_count", 0), ("byte_count", -5), ("byte_count", 1 << 43), ("chunk_size", 4_096)] {
      guard var object = good.json.object else { continue }
      object[name] = .init(value)
      #expect(throws: ProgramPeerError.self) {
        try ProgramManifest(json: .object(object), program: FakeFile.program)
      }
    }
    #expect(throws: ProgramPeerError.self) { try ProgramManifest(json: ["file_root": "zz"], program: .zero) }
    #expect(throws: ProgramPeerError.self) { try ProgramManifest(json: 7, program: .zero) }
  }
}

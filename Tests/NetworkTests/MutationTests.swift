import FileMapping
import Program
import Testing

/// Foreign bytes never trap, and what is accepted has one encoding only.
@Suite struct MutationTests {
  private func decode(_ bytes: [UInt8]) -> Bool {
    guard let network = try? Network(decoding: bytes) else { return false }
    #expect(network.encoded() == bytes)
    return true
  }

  @Test(arguments: [Network.small, .everything]) func everyTruncationIsRefused(network: Network) {
    let bytes = network.encoded()
    for count in bytes.indices { #expect(!decode(Array(bytes[..<count]))) }
    #expect(!decode(bytes + [0]))
  }

  @Test(arguments: [Network.small, .everything]) func everyByteMayChange(network: Network) {
    let bytes = network.encoded()
    for index in bytes.indices {
      for value in [0, 1, 2, 4, 0x7F, 0x80, 0xFF, bytes[index] ^ 1, bytes[index] &+ 1] {
        var changed = bytes
        changed[index] = value
        _ = decode(changed)
      }
    }
  }

  @Test(arguments: 0..<400) func randomDamage(seed: Int) {
    var random = RandomNumbers(seed: UInt64(seed))
    var bytes = (seed.isMultiple(of: 2) ? Network.small : .everything).encoded()
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      let index = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: index)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
      default:
        for offset in index..<min(bytes.count, index + 4) { bytes[offset] = 0xFF }
      }
    }
    _ = decode(bytes)
  }

  @Test func randomBytesAfterTheHeader() {
    var random = RandomNumbers(seed: 77)
    for _ in 0..<2000 { _ = decode([2, 0, 0, 0, 3, 0, 0, 0] + random.bytes(Int.random(in: 0...80, using: &random))) }
  }

  /// A whole file with a network whose every graph byte is damaged in turn: opened, checked, never trapped.
  @Test func damagedFilesAreRefused() throws {
    var random = RandomNumbers(seed: 8)
    let bytes = TestNetwork(.small, random: &random).bytes
    let section = try #require(try Program(MappedFile(name: "small", bytes: bytes)).sections.first)
    for index in section.offset..<section.offset + section.length {
      for flip in [1, 0x80] as [UInt8] {
        var damaged = bytes
        damaged[index] ^= flip
        #expect(throws: ProgramError.self) {
          try Program(MappedFile(name: "damaged", bytes: damaged)).checkContent()
        }
      }
    }
  }
}

import FileMapping
import Hashing
import Program
import Testing

@Suite struct CodingTests {
  @Test(arguments: [Network.small, .everything, .donor, .acceptor, .digits])
  func everyNetworkComesBack(network: Network) throws {
    #expect(try Network(decoding: network.encoded()) == network)
  }

  @Test(arguments: 0..<60) func randomNetworksComeBack(seed: Int) throws {
    let network = RandomNetwork.draw(seed: UInt64(seed)).network.network
    #expect(try Network(decoding: network.encoded()) == network)
  }

  /// docs/spec-networks.md, section 4, byte by byte.
  @Test func theLayoutIsTheDocumentedOne() {
    let input = "01 10 01 01 04000000 05000000" + "01010000 ffffffffffffffff"
    let axes = "03000000 01000000 01000000 01000000 01000000" + "03000000 02000000 02000000 00000000 00000000"
    let convolution = "01 00000000" + axes + "00 00" + "03000000 09000000 01 01 0000 0c 01 04 00"
    let dense = "02 02000000" + "02 02" + "02000000 0c000000 01 01 0000 10 01 04 00"
    let labels = "02000000" + "02000000 6e6f" + "03000000 796573"
    let text = "02000000 03000000" + input + "03000000" + convolution + "03 01000000" + dense + labels
    #expect(Network.small.encoded().hex == text.filter { $0 != " " })
  }

  @Test func matricesAreNumberedInOrder() {
    let matrices = Network.everything.matrices
    #expect(matrices.map(\.matrix.index) == [0, 1])
    #expect(matrices.map(\.place.description) == ["layer 1, convolution", "layer 10, dense"])
  }

  @Test func aProgramFileHoldsANetwork() throws {
    var random = RandomNumbers(seed: 5)
    let test = TestNetwork(.everything, random: &random)
    let program = try test.loaded().program
    #expect(try program.network == test.network)
    #expect(throws: ProgramError.kind(needed: "transformer", found: "network")) { try program.graph }
    #expect(
      test.contents.indices.allSatisfy { index in
        let weights = program.weights(of: test.network.matrices[index].matrix)
        return weights.row(0) == Array(test.contents[index].weights.prefix(weights.matrix.columns))
      })
  }

  @Test func aFlippedWeightBitIsFound() throws {
    var random = RandomNumbers(seed: 5)
    var bytes = TestNetwork(.small, random: &random).bytes
    let offset = try #require(
      try Program(MappedFile(name: "small", bytes: bytes)).sections.first { $0.kind == .matrix }?.offset)
    bytes[offset] ^= 2
    let program = try Program(MappedFile(name: "damaged", bytes: bytes))
    #expect(throws: ProgramError.self) { try program.checkContent() }
  }
}

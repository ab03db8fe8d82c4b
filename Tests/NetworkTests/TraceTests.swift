import Hashing
import Program
import Runtime
import Testing

@Suite struct TraceTests {
  private let input = NetworkInput.sequence(Array("ACGTACGTTGCA".utf8))
  private let salt = SHA256.hash([1, 2, 3])

  private func network() -> TestNetwork {
    var random = RandomNumbers(seed: 11)
    return TestNetwork(.everything, random: &random)
  }

  private func run(_ test: TestNetwork, salt: Digest? = nil, keepsCells: Bool = true) throws -> NetworkRun {
    try NetworkRun(
      input, model: test.model(), trace: TraceBuilder.Options(salt: salt ?? self.salt, keepsCells: keepsCells))
  }

  /// docs/spec-networks.md, section 6, from the reference's values.
  @Test func theRootIsThatOfTheReferencesCells() throws {
    let test = network()
    let values = try test.reference().run(input)
    let cells = values.indices.map { layer in
      var writer = ByteWriter()
      writer.write(salt)
      writer.write(UInt32(0))
      writer.write(UInt32(layer))
      writer.write(UInt32(0))
      writer.write(contentsOf: payload(values[layer]))
      return Merkle.leaf(writer.bytes)
    }
    let traced = try run(test)
    #expect(traced.cells == cells)
    #expect(traced.traceRoot == Merkle.root(of: cells))
    #expect(
      cells.enumerated().allSatisfy { layer, cell in
        cell == ReferenceNetwork.cellHash(layer: layer, values: values[layer], salt: salt)
      })
  }

  /// A width byte, the smallest that holds every value, then the values.
  private func payload(_ values: [Int64]) -> [UInt8] {
    var width = 1
    while !values.allSatisfy({ [0, -1].contains($0 >> Int64(8 * width - 1)) }) { width += 1 }
    var bytes = [UInt8(width)]
    for value in values {
      for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> Int64(8 * byte))) }
    }
    return bytes
  }

  @Test func oneWeightBitChangesTheRoot() throws {
    let test = network()
    let root = try run(test).traceRoot
    for matrix in test.contents.indices {
      var changed = test
      let index = try #require(changed.contents[matrix].weights.firstIndex { abs($0) < 100 && $0 != 0 })
      changed.contents[matrix].weights[index] ^= 1
      #expect(try run(changed).traceRoot != root)
    }
  }

  @Test func oneOperatorChangesItsCellAndLaterOnes() throws {
    let test = network()
    var changed = test
    changed.network.operators[3] = .clamp(source: 3, low: -10, high: 10)
    let (cells, others) = (try run(test).cells, try run(changed).cells)
    #expect(zip(cells, others).map { $0 == $1 }.prefix(5).elementsEqual([true, true, true, true, false]))
  }

  @Test func theSaltChangesEveryCell() throws {
    let test = network()
    #expect(zip(try run(test).cells, try run(test, salt: .zero).cells).allSatisfy { $0 != $1 })
  }

  @Test func cellsAreKeptOnlyWhenAskedFor() throws {
    let test = network()
    let (kept, dropped) = (try run(test), try run(test, keepsCells: false))
    #expect(dropped.cells.isEmpty && dropped.traceRoot == kept.traceRoot)
    #expect(kept.cells.count == test.network.tensorCount)
    #expect(try NetworkRun(input, model: test.model()).traceRoot == .zero)
  }

  @Test func aRerunIsTheSameCall() throws {
    let test = network()
    let (first, second) = (try run(test), try run(test))
    #expect(first.answer == second.answer && first.traceRoot == second.traceRoot && first.tensors == second.tensors)
  }
}

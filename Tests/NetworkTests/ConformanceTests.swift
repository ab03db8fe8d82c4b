import Glibc
import Hashing
import Program
import Runtime
import Testing

/// The vectors of docs/spec-networks.md, section 8, read from the page itself.
@Suite struct ConformanceTests {
  /// One block between three backticks: hexadecimal lines, then named lines.
  private struct Vector {
    var graph: [UInt8] = []
    var lines: [String: String] = [:]

    init(_ block: String) {
      var digits = ""
      for line in block.split(separator: "\n") {
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        if words.count == 1 {
          digits += line
        } else {
          // Names have two words but for the answer's.
          let count = words[0] == "answer" ? 1 : 2
          lines[words.prefix(count).joined(separator: " ")] = words.dropFirst(count).joined(separator: " ")
        }
      }
      graph = [UInt8](hex: digits) ?? []
    }
  }

  private func vectors() throws -> [Vector] {
    let path = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let file = try #require(fopen("/\(path)/docs/spec-networks.md", "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
    let page = String(decoding: bytes, as: UTF8.self)
    let section = try #require(page.split(separator: "## 8. ").last)
    let blocks = section.split(separator: "```\n", omittingEmptySubsequences: false)
    return blocks.indices.filter { $0 % 2 == 1 }.map { Vector(String(blocks[$0])) }
  }

  /// W[n, i] = ((37·n + 101·i) mod 255) − 127, w_n = 1000 + 7·n, bias_n = 500·n − 300.
  private func content(_ matrix: Matrix) -> MatrixContent {
    let weights = (0..<matrix.rows * matrix.columns).map { place in
      Int8((37 * (place / matrix.columns) + 101 * (place % matrix.columns)) % 255 - 127)
    }
    return MatrixContent(
      weights: weights, scales: (0..<matrix.rows).map { UInt16(1000 + 7 * $0) },
      biases: matrix.hasBias ? (0..<matrix.rows).map { Int64(500 * $0 - 300) } : [])
  }

  @Test(arguments: [0, 1]) func thePagesVectors(index: Int) throws {
    let vectors = try vectors()
    #expect(vectors.count == 2)
    let vector = vectors[index]
    let pixels = (0..<20).map { UInt8(5 * $0 * $0 % 256) }
    let input =
      index == 0
      ? NetworkInput.picture(shape: TensorShape(channels: 1, height: 4, width: 5), bytes: pixels)
      : .sequence(Array("ACGTTGCAGGTA".utf8))
    let network = try Network(decoding: vector.graph)
    let test = TestNetwork(network, network.matrices.map { content($0.matrix) })
    #expect(test.network == network)
    let run = try NetworkRun(input, model: test.model(), trace: TraceBuilder.Options(salt: .zero))
    #expect(run.tensors == (try test.reference().run(input)))
    #expect(try test.program().root.hex == vector.lines["program root"])
    #expect(run.traceRoot.hex == vector.lines["trace root"])
    #expect(String(decoding: run.answer.text, as: UTF8.self) == vector.lines["answer"])
    let stated = vector.lines.filter { $0.key.hasPrefix("tensor") }
    #expect(stated.count >= 4)
    for (name, values) in stated {
      let tensor = try #require(Int(name.dropFirst("tensor ".count)))
      #expect(run.tensors[tensor].map(String.init).joined(separator: " ") == values)
    }
  }
}

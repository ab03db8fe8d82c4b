import FileMapping
import Import
import Program
import StrictJSON
import Testing

@Suite("splice sites", .enabled(if: SharedData.isPresent))
struct SpliceTests {
  struct Golden {
    let sequence: [UInt8]
    let logit: Double
  }

  static func golden(_ kind: String) throws -> [Golden] {
    let root = try JSON.parse(SharedData.bytes("models/splice/mmsplice-golden.json"))
    return try #require(root[kind]?.array).map { entry in
      guard case .number(let number)? = entry["logit"] else { throw Missing() }
      return Golden(sequence: Array(try #require(entry["seq"]?.string).utf8), logit: try #require(Double(number.text)))
    }
  }

  struct Missing: Error {}

  private func logits(_ kind: String) throws -> (ours: [Double], golden: [Double]) {
    let folder = try Folder()
    let program = try folder.program(SharedData.path("models/splice/mmsplice-\(kind).safetensors"))
    let golden = try Self.golden(kind)
    #expect(golden.count == 32)
    return (try golden.map { try program.logits(.sequence($0.sequence))[0] }, golden.map(\.logit))
  }

  @Test("64 logits lie within a thousandth of the range of the goldens", arguments: ["donor", "acceptor"])
  func accuracy(kind: String) throws {
    let (ours, golden) = try logits(kind)
    let range = try #require(golden.max()) - (try #require(golden.min()))
    for (logit, expected) in zip(ours, golden) { #expect(abs(logit - expected) <= range / 1_000) }
  }

  @Test("donors and acceptors rank as the goldens do", arguments: ["donor", "acceptor"])
  func ranking(kind: String) throws {
    let (ours, golden) = try logits(kind)
    #expect(ours.indices.sorted { ours[$0] < ours[$1] } == golden.indices.sorted { golden[$0] < golden[$1] })
  }

  @Test("the last sigmoid is left out, and said to be; one logit has no label")
  func record() throws {
    let folder = try Folder()
    let program = try folder.program(SharedData.path("models/splice/mmsplice-donor.safetensors"))
    let options = try #require(try JSON.parse(program.sources)["options"])
    #expect(options["dropped"]?.array?.compactMap(\.string) == ["layer dense_1 (sigmoid)"])
    #expect(try program.network.labels.isEmpty)
    #expect(try program.network.input == .nucleotides(NucleotideFormat(length: 18, fraction: 16)))
  }

  @Test("ambiguous bases and other lengths are refused")
  func badSequences() throws {
    let folder = try Folder()
    let format = try folder.program(SharedData.path("models/splice/mmsplice-acceptor.safetensors")).network.input
    #expect(throws: NetworkInputError.wrongLength(expected: 53, actual: 4)) {
      try format.values(of: .sequence(Array("ACGT".utf8)))
    }
    let ambiguous = [UInt8](repeating: 0x41, count: 52) + [0x4E]
    #expect(throws: NetworkInputError.self) { try format.values(of: .sequence(ambiguous)) }
  }
}

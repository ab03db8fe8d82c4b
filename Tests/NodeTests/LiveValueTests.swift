import Audit
import Dialects
import FileMapping
import Hashing
import Node
import Program
import ProgramTestSupport
import Receipts
import Runtime
import StrictJSON
import Testing

/// Embeddings, pictures and sequences over HTTP: answers that are values, with receipts and audits like any other.
@Suite struct LiveValueTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func encoder() throws -> LoadedProgram {
    var recipe = ProgramRecipe.randomEncoder(seed: 3)
    recipe.vocabularyCount = ByteVocabulary.count
    recipe.tokenizer = try ByteVocabulary.tokenizer().encoded()
    recipe.sources = Array(#"{"name":"vectors"}"#.utf8)
    return try LoadedProgram(checking: RandomProgram(recipe).program())
  }

  /// One dense operator on eight bases.
  private static func scorer() throws -> LoadedProgram {
    let matrix = Matrix(rows: 1, columns: 32, exponent: 12, outputFraction: 16, accumulatorWidth: 4)
    let network = Network(
      input: .nucleotides(NucleotideFormat(length: 8, fraction: 16)),
      operators: [.dense(Dense(source: 0, site: QuantizerSite(block: 1), matrix: matrix))])
    let content = MatrixContent(weights: (0..<32).map { Int8($0 * 7 % 41 - 20) }, scales: [100])
    let parts = ProgramParts(structure: .network(network), sources: Array(#"{"name":"scores"}"#.utf8))
    let bytes = ProgramWriter.encode(parts) { _, _ in content }
    return try LoadedProgram(checking: Program(MappedFile(name: "scorer", bytes: bytes)))
  }

  private func withNetwork(_ loaded: LoadedProgram, _ body: (String) async throws -> Void) async throws {
    let engine = try #require(try ValueEngine(loaded))
    try await withServices { start in
      let (gate, ready) = (ReadyPoint(), ReadyPoint())
      _ = start(Peers.gateway(folder.path + "/g", ready: gate))
      let gateway = try await gate.endpoint()
      _ = start(Peers.provider(folder.path + "/p", engine: engine, gateway: gateway, ready: ready))
      try await eventually("the provider is registered") {
        let answer = try await PeerHTTP.plain.send(.get, "\(gateway)/v1/models", timeout: .seconds(5))
        return try JSON.parse(answer.body)["data"]?.array?.count == 1
      }
      try await body(gateway)
    }
  }

  private func post(_ gateway: String, _ path: String, _ body: String) async throws -> (status: Int, json: JSON) {
    let answer = try await PeerHTTP.plain.send(
      .post, gateway + path, body: Array(body.utf8), type: "application/json", timeout: .seconds(60))
    return (answer.status, try JSON.parse(answer.body))
  }

  @Test func embeddingsComeWithAReceiptThatAnAuditConfirms() async throws {
    let loaded = try Self.encoder()
    let auditor = try AnswerAuditor(loaded)
    try await withNetwork(loaded) { gateway in
      for extra in ["", #","encoding_format":"base64""#, #","dimensions":3"#] {
        let body = #"{"model":"vectors","input":["a fox","a longer lantern","x"]\#(extra)}"#
        let answer = try await post(gateway, "/v1/embeddings", body)
        #expect(answer.status == 200, "\(answer.json.text)")
        let bytes = try #require(answer.json["razao"]?["bundle"]?.string.flatMap { [UInt8](base64: $0) })
        #expect(auditor.audit(bytes).refutation == nil)
        let bundle = try Bundle(decoding: bytes)
        guard case .part(let part) = try AnswerEvent(body: answer.json.encoded(), endpoint: .embeddings) else { return }
        #expect(part.shown == bundle.text)
        #expect(bundle.receipt.body.form == .embeddings && bundle.receipt.body.answer.finishReason == .complete)
        var forged = bundle
        forged.text[0] ^= 1
        #expect(auditor.audit(forged.encoded()).refutation != nil)
      }
    }
  }

  @Test func everyTextHasTheVectorThatItHasAlone() async throws {
    try await withNetwork(try Self.encoder()) { gateway in
      let texts = ["a fox", "a lantern in the wood", "b"]
      let together = try await post(
        gateway, "/v1/embeddings", #"{"model":"vectors","input":["a fox","a lantern in the wood","b"]}"#)
      for (index, text) in texts.enumerated() {
        let alone = try await post(gateway, "/v1/embeddings", #"{"model":"vectors","input":"\#(text)"}"#)
        #expect(alone.json["data"]?.array?[0]["embedding"] == together.json["data"]?.array?[index]["embedding"])
      }
    }
  }

  @Test func sequencesAreScoredAndWrongOnesRefused() async throws {
    let loaded = try Self.scorer()
    let auditor = try AnswerAuditor(loaded)
    try await withNetwork(loaded) { gateway in
      let path = "/v1/sequences/scores"
      let good = try await post(gateway, path, #"{"model":"scores","sequence":"ACGTTGCA"}"#)
      #expect(good.status == 200, "\(good.json.text)")
      #expect(good.json["result"]?["logit"] != nil)
      let bytes = try #require(good.json["razao"]?["bundle"]?.string.flatMap { [UInt8](base64: $0) })
      #expect(auditor.audit(bytes).refutation == nil)
      for (sequence, word) in [("ACGTTGC", "8 bases"), ("ACGTTGCN", "position 7"), ("ACGTTGC-", "not one of")] {
        let bad = try await post(gateway, path, #"{"model":"scores","sequence":"\#(sequence)"}"#)
        #expect(bad.status == 400)
        #expect(bad.json["error"]?["message"]?.string?.contains(word) == true, "\(bad.json.text)")
      }
      let other = try await post(gateway, "/v1/images/classifications", #"{"model":"scores","image":"AAAA"}"#)
      #expect(other.status == 400 && other.json["error"]?["param"]?.string == "model")
      let chat = try await post(gateway, "/v1/completions", #"{"model":"scores","prompt":"hi"}"#)
      #expect(chat.status == 400)
    }
  }
}

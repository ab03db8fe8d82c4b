import StrictJSON
import Testing

@testable import Dialects

/// Requests and answers of the endpoints whose answers are values.
@Suite struct ValueRequestTests {
  private func request(_ endpoint: Endpoint, _ body: String) throws(RequestError) -> InferenceRequest {
    try InferenceRequest(endpoint: endpoint, body: Array(body.utf8))
  }

  private func refusal(_ endpoint: Endpoint, _ body: String) -> RequestError? {
    #expect(throws: RequestError.self) { try request(endpoint, body) }
  }

  @Test func everyFormOfAnEmbeddingsInput() throws {
    let forms: [(String, [EmbeddingInput.Item])] = [
      (#""a""#, [.text("a")]), (#"["a","b"]"#, [.text("a"), .text("b")]), ("[1,2]", [.tokens([1, 2])]),
      ("[[1],[2,3]]", [.tokens([1]), .tokens([2, 3])]), (#"["a",[7]]"#, [.text("a"), .tokens([7])]),
    ]
    for (input, items) in forms {
      let request = try request(.embeddings, #"{"model":"m","input":\#(input)}"#)
      #expect(request.input == .embedding(EmbeddingInput(items: items)))
      #expect(request.sampling == SamplingParameters() && request.seed == nil && !request.isStreamed)
    }
    let full = try request(
      .embeddings, #"{"model":"m","input":"a","dimensions":3,"encoding_format":"base64","user":"u"}"#)
    #expect(full.input == .embedding(EmbeddingInput(items: [.text("a")], dimensions: 3, encoding: .base64)))
  }

  @Test func refusedEmbeddings() {
    let bad: [(String, String?)] = [
      (#"{"model":"m"}"#, "input"), (#"{"model":"m","input":""}"#, "input"), (#"{"model":"m","input":[]}"#, "input"),
      (#"{"model":"m","input":["a",""]}"#, "input[1]"), (#"{"model":"m","input":[[]]}"#, "input[0]"),
      (#"{"model":"m","input":[1,"a"]}"#, "input[1]"), (#"{"model":"m","input":[-1]}"#, "input[0]"),
      (#"{"model":"m","input":"a","dimensions":0}"#, "dimensions"),
      (#"{"model":"m","input":"a","encoding_format":"int8"}"#, "encoding_format"),
      (#"{"model":"m","input":"a","temperature":0}"#, "temperature"), (#"{"model":"m","input":"a","seed":1}"#, "seed"),
      (#"{"model":"m","input":"a","stream":true}"#, "stream"), (#"{"input":"a"}"#, "model"),
    ]
    for (body, parameter) in bad { #expect(refusal(.embeddings, body)?.parameter == parameter, "\(body)") }
    let many = #"{"model":"m","input":[\#(Array(repeating: "\"a\"", count: 2_049).joined(separator: ","))]}"#
    #expect(refusal(.embeddings, many)?.parameter == "input")
  }

  @Test func picturesInBase64() throws {
    for prefix in ["", "data:image/png;base64,", "data:image/jpeg;base64,"] {
      #expect(try request(.images, #"{"model":"m","image":"\#(prefix)AAEC"}"#).input == .picture([0, 1, 2]))
    }
    for image in [
      "", "AAE", "AAEC=", "AA*C", "AAF=", "data:image/gif;base64,AAEC", "data:image/png;base64,", "http://x",
    ] {
      #expect(refusal(.images, #"{"model":"m","image":"\#(image)"}"#)?.parameter == "image", "\(image)")
    }
    #expect(refusal(.images, #"{"model":"m"}"#)?.code == .missingParameter)
    #expect(refusal(.images, #"{"model":"m","image":"AAEC","sequence":"A"}"#)?.code == .unknownParameter)
  }

  @Test func sequences() throws {
    #expect(try request(.sequences, #"{"model":"m","sequence":"ACGT"}"#).input == .sequence(Array("ACGT".utf8)))
    #expect(refusal(.sequences, #"{"model":"m","sequence":""}"#)?.parameter == "sequence")
    #expect(refusal(.sequences, #"{"model":"m","sequence":["A"]}"#)?.code == .invalidType)
  }

  @Test func base64HasOneEncoding() {
    var generator = SeededGenerator(state: 5)
    for count in 0..<70 {
      let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
      #expect(Base64.decode(Array(Base64.encode(bytes).utf8)) == bytes)
    }
    for text in ["A", "AA", "AAA", "AB==", "AAB=", "A===", "====", "AA=A", "AAA\n", "AA==AAAA"] {
      #expect(Base64.decode(Array(text.utf8)) == nil, "\(text)")
    }
  }
}

@Suite struct ValueAnswerTests {
  private func vector(_ values: [Int32]) -> [UInt8] {
    values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> Int32(8 * $0)) } }
  }

  private func answer(_ value: [UInt8], _ input: RequestInput, _ endpoint: Endpoint) throws -> JSON {
    try ValueAnswer(endpoint: endpoint, model: "m").body(
      value: value, input: input, requestID: "ab", created: 7, promptCount: 3, razao: ["request_id": "ab"])
  }

  private func part(_ json: JSON, _ endpoint: Endpoint) throws -> AnswerPart {
    guard case .part(let part) = try AnswerEvent(body: json.encoded(), endpoint: endpoint) else {
      throw AnswerError.unexpected(member: "")
    }
    return part
  }

  @Test(arguments: EmbeddingInput.Encoding.allCases)
  func vectorsAreReadBackExactly(encoding: EmbeddingInput.Encoding) throws {
    var generator = SeededGenerator(state: 3)
    let values =
      [0, 1, -1, 1 << 24, -(1 << 24), 12_345]
      + (0..<58).map { _ in Int32.random(in: -(1 << 24)...1 << 24, using: &generator) }
    let input = EmbeddingInput(items: [.text("a"), .text("b")], encoding: encoding)
    let json = try answer(vector(values), .embedding(input), .embeddings)
    #expect(try part(json, .embeddings).shown == vector(values))
    #expect(json["data"]?.array?.count == 2 && json["usage"]?["total_tokens"]?.integer == 3)
  }

  @Test func shownVectorThatIsNotTheReceipted() throws {
    let input = RequestInput.embedding(EmbeddingInput(items: [.text("a")]))
    let json = try answer(vector([1, 2, 3]), input, .embeddings)
    for (good, bad) in [("5.9604645e-08", "5.9604646e-08"), ("\"index\":0", "\"index\":1"), ("\"list\"", "\"lists\"")] {
      let text = String(decoding: json.encoded(), as: UTF8.self).replacing(good, with: bad)
      let changed = try? part(JSON.parse(Array(text.utf8)), .embeddings).shown
      #expect(changed == nil, "\(bad)")
      #expect(text != String(decoding: json.encoded(), as: UTF8.self))
    }
  }

  @Test func resultsAreReadBackByteForByte() throws {
    let value = Array(#"{"label":"7","index":7,"logits":[1,-2]}"#.utf8)
    let json = try answer(value, .picture([1]), .images)
    #expect(try part(json, .images).shown == value)
    #expect(throws: AnswerError.self) { try part(json, .sequences) }
    #expect(throws: AnswerError.self) { try part(json, .embeddings) }
    #expect(throws: AnswerError.self) { try part(json, .chat) }
  }
}

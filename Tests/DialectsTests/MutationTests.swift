import Testing

@testable import Dialects

/// SplitMix64: the same mutations in every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}

@Suite struct MutationTests {
  private static let bodies = [
    #"{"model":"m","messages":[{"role":"system","content":"Be kind."},{"role":"user","content":[{"type":"text","#
      + #""text":"Hi"}]},{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":"#
      + #"{"name":"f","arguments":"{\"a\":1}"}}]}],"temperature":0.7,"top_p":0.9,"seed":5,"stop":["a","b"],"#
      + #""logit_bias":{"5":-1.5},"stream":true,"stream_options":{"include_usage":true},"#
      + #""razao":{"date":"2026-01-31"}}"#,
    #"{"model":"m","prompt":[1,2,3],"max_tokens":16,"top_k":40,"repetition_penalty":1.1,"logit_bias":{"9":100}}"#,
    #"{"model":"m","prompt":"Once","presence_penalty":-1.25,"frequency_penalty":2,"stop":"\n"}"#,
  ].map { Array($0.utf8) }

  private static let fragments = [
    "null", "-1", "1e400", "-0", "\"\\ud83d\\ude00\"", "[", "]", "{", "}", "\"", "\\", ",", ":", "9223372036854775808",
    "0.00005", "[[]]", "{}", "true", "\u{0}", "é", "\"seed\":1,", "\"n\":2,",
  ].map { Array($0.utf8) }

  private func mutated(_ body: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = body
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      let end = min(bytes.count, place + Int.random(in: 0...6, using: &generator))
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: bytes[place] = .random(in: 0...255, using: &generator)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: bytes.replaceSubrange(place..<end, with: Self.fragments.randomElement(using: &generator) ?? [])
      default: if end - place < bytes.count { bytes.removeSubrange(place..<end) }
      }
    }
    return bytes
  }

  /// No body traps; what is accepted keeps the promises of its type, and is read the same twice.
  @Test func mutatedRequests() {
    var generator = SeededGenerator(state: 11)
    var acceptedCount = 0
    for round in 0..<20_000 {
      let body = mutated(Self.bodies[round % 3], &generator)
      let endpoint: Endpoint = round % 3 == 0 ? .chat : .completions
      guard let request = try? InferenceRequest(endpoint: endpoint, body: body) else { continue }
      acceptedCount += 1
      #expect((try? InferenceRequest(endpoint: endpoint, body: body)) == request)
      expectPromises(of: request)
      let routing = try? RoutingFields(body: body)
      #expect(routing?.seed == request.seed && routing?.isStreamed == request.isStreamed)
    }
    #expect(acceptedCount > 200)
  }

  private func expectPromises(of request: InferenceRequest) {
    let sampling = request.sampling
    #expect(sampling.temperature == 0 || (100...1_000_000).contains(sampling.temperature))
    #expect((1...10_000).contains(sampling.topP) && (1_000...100_000).contains(sampling.repetition))
    #expect((-20_000...20_000).contains(sampling.presence) && (-20_000...20_000).contains(sampling.frequency))
    #expect(sampling.stop.allSatisfy { (1...256).contains($0.count) } && sampling.stop.count <= 16)
    #expect(zip(sampling.logitBias, sampling.logitBias.dropFirst()).allSatisfy { $0.id < $1.id })
    #expect(!request.model.isEmpty)
    switch request.input {
    case .messages(let messages, _): #expect(!messages.isEmpty)
    case .text(let text): #expect(!text.isEmpty)
    case .tokens(let ids): #expect(!ids.isEmpty && ids.allSatisfy { $0 < 1 << 22 })
    case .embedding(let input): #expect((1...2_048).contains(input.items.count))
    case .picture(let bytes), .sequence(let bytes): #expect(!bytes.isEmpty)
    }
  }

  @Test func mutatedStreams() {
    let writer = AnswerWriter(endpoint: .chat, requestID: "ab", created: 1, model: "m", includesUsage: true)
    let usage = TokenUsage(promptTokens: 1, completionTokens: 1)
    let events = [writer.textEvent("Hi")] + writer.closingEvents(end: .stop, usage: usage)
    let stream = events.flatMap { StreamEvent.framed($0) } + StreamEvent.doneFrame
    var generator = SeededGenerator(state: 12)
    for _ in 0..<5_000 {
      var parser = EventStreamParser(limit: 1_000)
      for event in (try? parser.receive(mutated(stream, &generator))) ?? [] { _ = try? AnswerEvent(event) }
    }
  }
}

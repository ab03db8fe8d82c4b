import Testing

@testable import ABCI

/// Bytes that no engine sends: they may be refused or read as something else, and never trap. Whatever is read is
/// written and read again as the same value.
@Suite struct DecoderFuzzTests {
  private static let samples: [[UInt8]] =
    SampleMessages.requests.map { $0.frame() } + SampleMessages.responses.map { $0.frame() }

  private func probe(_ message: [UInt8]) throws {
    if let request = try? ABCIRequest(decoding: message) {
      #expect(try ABCIRequest(decoding: body(request.frame())) == request)
    }
    if let response = try? ABCIResponse(decoding: message) {
      #expect(try ABCIResponse(decoding: body(response.frame())) == response)
    }
  }

  private func body(_ frame: [UInt8]) throws -> [UInt8] {
    try message(inFrame: frame)
  }

  @Test func messagesCutAnywhere() throws {
    for sample in Self.samples {
      let whole = try body(sample)
      for end in 0..<whole.count { try probe(Array(whole[..<end])) }
    }
  }

  @Test func messagesWithOneBitTurned() throws {
    for sample in Self.samples {
      var message = try body(sample)
      for bit in 0..<message.count * 8 {
        message[bit / 8] ^= 1 << (bit % 8)
        try probe(message)
        message[bit / 8] ^= 1 << (bit % 8)
      }
    }
  }

  @Test func messagesWithBytesReplaced() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<5_000 {
      var message = try body(Self.samples.randomElement(using: &generator) ?? [0])
      for _ in 0..<Int.random(in: 1...4, using: &generator) where !message.isEmpty {
        message[Int.random(in: 0..<message.count, using: &generator)] = .random(in: 0...255, using: &generator)
      }
      try probe(message)
    }
  }

  @Test func randomStreams() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<5_000 {
      var decoder = FrameDecoder(limit: 64)
      let count = Int.random(in: 0..<200, using: &generator)
      decoder.append((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
      while let message = try? decoder.next() { _ = try? ABCIRequest(decoding: message) }
    }
  }

  @Test(.enabled(if: Recording.isPresent, "needs ../shared/data"))
  func recordedMessagesCutAndTurned() throws {
    var generator = SystemRandomNumberGenerator()
    for call in try Recording.calls("node-trace-b") {
      let whole = try body(call.request)
      for _ in 0..<5 {
        var message = whole
        message[Int.random(in: 0..<message.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        try probe(message)
        try probe(Array(whole.prefix(Int.random(in: 0...whole.count, using: &generator))))
      }
    }
  }
}

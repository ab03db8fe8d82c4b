import Testing

@testable import Dialects

@Suite struct EventStreamTests {
  private func events(_ text: String) throws -> [String] {
    var parser = EventStreamParser()
    return try parser.receive(Array(text.utf8)).map { String(decoding: $0.data, as: UTF8.self) }
  }

  @Test(arguments: ["\n", "\r\n", "\r"]) func everyLineEndingIsOne(end: String) throws {
    #expect(try events("data: a\(end)\(end)data:b\(end)\(end)") == ["a", "b"])
  }

  @Test func fieldsAndComments() throws {
    #expect(try events("\u{FEFF}: hello\n\ndata: a\n\n") == ["a"])
    #expect(try events("data: a\ndata:  b\ndata\n\n") == ["a\n b\n"])
    #expect(try events("id: 7\nretry: 5\nother: x\n\n") == [])
    #expect(try events("data: a\n\n\n\ndata: [DONE]\n\n") == ["a", "[DONE]"])
    #expect(try events("datax: a\n\n data: b\n\n") == [])
  }

  @Test func eventNamesAreKept() throws {
    var parser = EventStreamParser()
    let events = try parser.receive(Array("event: error\ndata: x\n\ndata: y\n\n".utf8))
    #expect(events == [StreamEvent(name: Array("error".utf8), data: [0x78]), StreamEvent(data: [0x79])])
  }

  @Test func anEventThatTheStreamEndsInsideIsDropped() throws {
    var parser = EventStreamParser()
    #expect(try parser.receive(Array("data: a\n".utf8)).isEmpty)
    #expect(parser.isInsideEvent)
    #expect(try parser.receive([0x0A]).count == 1)
    #expect(!parser.isInsideEvent)
  }

  @Test func piecesOfAnySizeGiveTheSameEvents() throws {
    let bytes = Array("\u{FEFF}data: één\r\n\r\n: c\r\ndata: b\rdata: c\r\r\n\ndata: d\n\n".utf8)
    var whole = EventStreamParser()
    let expected = try whole.receive(bytes)
    #expect(expected.count == 3)
    for size in 1...bytes.count {
      var parser = EventStreamParser()
      var events: [StreamEvent] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        events += try parser.receive(bytes[start..<min(start + size, bytes.count)])
      }
      #expect(events == expected, "pieces of \(size)")
    }
  }

  @Test func endlessLineIsRefused() throws {
    var parser = EventStreamParser(limit: 100)
    #expect(throws: EventStreamError.tooLong(limit: 100)) {
      try parser.receive([UInt8](repeating: 0x61, count: 101))
    }
  }

  @Test func endlessEventIsRefused() throws {
    var parser = EventStreamParser(limit: 100)
    #expect(throws: EventStreamError.tooLong(limit: 100)) {
      for _ in 0..<100 { _ = try parser.receive(Array("data: aaaaaaaaaa\n".utf8)) }
    }
    var empty = EventStreamParser(limit: 100)
    #expect(throws: EventStreamError.tooLong(limit: 100)) {
      for _ in 0..<200 { _ = try empty.receive(Array("data:\n".utf8)) }
    }
  }

  @Test func framing() {
    #expect(StreamEvent.framed(["a": "x\ny"]) == Array("data: {\"a\":\"x\\ny\"}\n\n".utf8))
    #expect(StreamEvent(data: Array("[DONE]".utf8)).isDone)
    #expect(!StreamEvent(data: Array("[DONE] ".utf8)).isDone)
  }
}

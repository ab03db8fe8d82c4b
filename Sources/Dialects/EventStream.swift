import StrictJSON

/// One event of a `text/event-stream`.
package struct StreamEvent: Equatable, Sendable {
  /// The `event:` field, empty when absent.
  package var name: [UInt8]
  /// The `data:` lines, joined by line feeds.
  package var data: [UInt8]

  package init(name: [UInt8] = [], data: [UInt8]) {
    self.name = name
    self.data = data
  }

  /// `data: …` and an empty line. JSON text has no line breaks, so one line is enough.
  package static func framed(_ json: JSON) -> [UInt8] {
    Array("data: ".utf8) + json.encoded() + Array("\n\n".utf8)
  }

  /// OpenAI's end mark, framed.
  package static let doneFrame = Array("data: [DONE]\n\n".utf8)

  /// Whether this is OpenAI's end mark.
  package var isDone: Bool { data.elementsEqual("[DONE]".utf8) }
}

/// Why a peer's event stream cannot be read on.
package enum EventStreamError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A line, or the data of one event, is longer than the parser's limit.
  case tooLong(limit: Int)

  package var description: String {
    switch self {
    case .tooLong(let limit): "an event of the stream has more than \(limit) bytes; the peer is not to be trusted"
    }
  }
}

/// Reads a `text/event-stream` as it arrives, in pieces of any size (WHATWG HTML, section 9.2.6).
///
/// Lines end with LF, CR or CRLF, also when the two bytes arrive apart. An event that the stream ends inside is
/// dropped, as the standard says. Memory is bounded by the limit.
package struct EventStreamParser: Sendable {
  private let limit: Int
  private var line: [UInt8] = []
  private var event = StreamEvent(data: [])
  private var hasData = false
  private var isAfterCarriageReturn = false
  private var isFirstLine = true

  /// - Parameter limit: the most bytes of one line, and of the data of one event.
  package init(limit: Int = 4 << 20) {
    self.limit = limit
  }

  /// Whether the stream, if it ended here, would lose something.
  package var isInsideEvent: Bool { !line.isEmpty || hasData }

  /// Takes the next bytes and returns the events they complete.
  /// - Complexity: O(bytes).
  package mutating func receive(_ bytes: some Sequence<UInt8>) throws(EventStreamError) -> [StreamEvent] {
    var events: [StreamEvent] = []
    for byte in bytes {
      let endsPair = isAfterCarriageReturn && byte == 0x0A
      isAfterCarriageReturn = byte == 0x0D
      if endsPair { continue }
      if byte == 0x0A || byte == 0x0D {
        if let event = try endLine() { events.append(event) }
      } else {
        guard line.count < limit else { throw .tooLong(limit: limit) }
        line.append(byte)
      }
    }
    return events
  }

  private mutating func endLine() throws(EventStreamError) -> StreamEvent? {
    defer { line.removeAll(keepingCapacity: true) }
    if isFirstLine, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    isFirstLine = false
    if line.isEmpty { return endEvent() }
    let colon = line.firstIndex(of: UInt8(ascii: ":"))
    let name = line[..<(colon ?? line.endIndex)]
    var value = line[(colon.map { $0 + 1 } ?? line.endIndex)...]
    if value.first == 0x20 { value.removeFirst() }
    if name.elementsEqual("data".utf8) {
      guard event.data.count + value.count < limit else { throw .tooLong(limit: limit) }
      if hasData { event.data.append(0x0A) }
      event.data.append(contentsOf: value)
      hasData = true
    } else if name.elementsEqual("event".utf8) {
      event.name = Array(value)
    }
    return nil
  }

  private mutating func endEvent() -> StreamEvent? {
    defer {
      event = StreamEvent(data: [])
      hasData = false
    }
    return hasData ? event : nil
  }
}

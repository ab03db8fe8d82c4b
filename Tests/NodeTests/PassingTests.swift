import Dialects
import StrictJSON
import Testing

@testable import Node

/// What a gateway holds back of a stream before it knows that an answer begins.
@Suite struct PassingTests {
  private func part(_ text: String, padding: Int = 0) throws -> FollowedEvent {
    let json: JSON = ["choices": [["delta": ["content": .string(text)]]]]
    let event = StreamEvent(data: json.encoded() + [UInt8](repeating: 0x20, count: padding))
    guard case .part(let part) = try AnswerEvent(event) else { throw PeerError.malformed("no part") }
    return .part(event, part)
  }

  @Test func whatBeginsNoAnswerIsHeldUntilTextComes() throws {
    var passing = Passing()
    #expect(try passing.receive(part("")).isEmpty)
    #expect(!passing.hasPassed)
    #expect(try passing.receive(part("a")).count == 2)
    #expect(try passing.receive(part("")).count == 1)
  }

  @Test func eventsThatNeverBeginAnAnswerAreNotHeldForEver() throws {
    var passing = Passing()
    #expect(try passing.receive(part("", padding: 1 << 19)).isEmpty)
    #expect(throws: PeerError.self) { try passing.receive(part("", padding: 1 << 19)) }
    #expect(!passing.hasPassed)
  }
}

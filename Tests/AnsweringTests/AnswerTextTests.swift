import Answering
import ProgramTestSupport
import Testing

@Suite struct AnswerTextTests {
  private func answer(stops: [String] = [], limit: Int = 100, isLimitContext: Bool = false) throws -> AnswerText {
    AnswerText(
      tokenizer: try ByteVocabulary.tokenizer(), stopTokens: [ByteVocabulary.stopToken],
      stopStrings: stops.map { Array($0.utf8) }, limit: limit, isLimitContext: isLimitContext)
  }

  /// Feeds the bytes of a text as tokens and returns the pieces that were given out.
  private func feed(_ text: String, to answer: inout AnswerText) -> [String] {
    var pieces: [String] = []
    for byte in text.utf8 where answer.end == nil {
      pieces.append(String(decoding: answer.append(UInt32(byte)), as: UTF8.self))
    }
    return pieces
  }

  @Test func aStopTokenEndsAndHasNoText() throws {
    var answer = try answer()
    _ = feed("hi", to: &answer)
    #expect(answer.append(ByteVocabulary.stopToken).isEmpty)
    #expect(answer.end == .stopToken && answer.count == 3)
    #expect(answer.text == Array("hi".utf8))
  }

  @Test func aStopStringEndsBeforeItself() throws {
    var answer = try answer(stops: ["END", "zzz"])
    let pieces = feed("abENcEND more", to: &answer)
    #expect(answer.end == .stopString)
    #expect(String(decoding: answer.text, as: UTF8.self) == "abENc")
    #expect(pieces.joined() == "abENc")
    // "EN" could have been the beginning of END, so it waited for the c.
    #expect(pieces[2] == "" && pieces[3] == "" && pieces[4] == "ENc")
  }

  @Test func overlappingStopStringsTakeTheFirst() throws {
    var answer = try answer(stops: ["bcd", "b"])
    _ = feed("abcd", to: &answer)
    #expect(answer.text == Array("a".utf8) && answer.end == .stopString)
  }

  @Test func heldTextIsGivenOutAtTheEnd() throws {
    var answer = try answer(stops: ["STOP"], limit: 3)
    let pieces = feed("aST", to: &answer)
    #expect(answer.end == .lengthLimit)
    #expect(pieces == ["a", "", "ST"])
  }

  @Test func theContextsEndIsNotTheRequestsLimit() throws {
    var answer = try answer(limit: 2, isLimitContext: true)
    _ = feed("abc", to: &answer)
    #expect(answer.end == .contextFull && answer.count == 2)
  }

  @Test func splitUTF8WaitsForItsEnd() throws {
    var answer = try answer()
    let pieces = feed("é😀x", to: &answer)
    #expect(pieces == ["", "é", "", "", "", "😀", "x"])
  }

  @Test func aCutSequenceBecomesTheReplacementCharacter() throws {
    var answer = try answer()
    _ = answer.append(0xF0)
    _ = answer.append(0x9F)
    #expect(String(decoding: answer.abort(), as: UTF8.self) == "\u{FFFD}")
    #expect(answer.end == .aborted)
    #expect(answer.abort().isEmpty)
  }

  @Test func streamedPiecesAreTheText() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      var answer = try answer(stops: ["ab", "ba", "aab"], limit: 24)
      var pieces: [UInt8] = []
      while answer.end == nil {
        pieces += answer.append(UInt32([0x61, 0x62, 0x63, 0xC3].randomElement(using: &generator) ?? 0x61))
      }
      #expect(pieces == answer.text)
      let text = String(decoding: answer.text, as: UTF8.self)
      #expect(!text.contains("ab") && !text.contains("ba"))
    }
  }
}

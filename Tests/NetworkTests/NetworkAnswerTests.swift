import Program
import Testing

@Suite struct NetworkAnswerTests {
  private func text(_ logits: [Int32], _ labels: [String] = []) -> String {
    String(decoding: NetworkAnswer(logits: logits, labels: labels.map { Array($0.utf8) }).text, as: UTF8.self)
  }

  @Test(
    arguments: [
      (0, "0.0000"), (65_536, "1.0000"), (-65_536, "-1.0000"), (505_957, "7.7203"), (1, "0.0000"), (3, "0.0000"),
      (4, "0.0001"), (-3, "0.0000"), (-4, "-0.0001"), (Int32.max, "32768.0000"), (Int32.min, "-32768.0000"),
      (65_533, "1.0000"), (65_532, "0.9999"),
    ] as [(Int32, String)]) func decimals(logit: Int32, expected: String)
  {
    #expect(NetworkAnswer.decimal(logit) == expected)
  }

  /// 2^16/10^4 · ½ = 3.2768 is no integer, but 2^11 · 0.5⁠… = 0.00005·k are: 2048 is 312.5 ten-thousandths.
  @Test func halvesGoUp() {
    #expect(NetworkAnswer.decimal(2048) == "0.0313")
    #expect(NetworkAnswer.decimal(-2048) == "-0.0312")
  }

  @Test func manyLogits() {
    #expect(
      text([65_536, -32_768, 98_304], ["a", "b", "c\"\\é"])
        == #"{"label":"c\"\\é","index":2,"logits":[1.0000,-0.5000,1.5000]}"#)
    #expect(text([1, 0]) == #"{"label":null,"index":0,"logits":[0.0000,0.0000]}"#)
  }

  @Test func oneLogit() {
    #expect(text([505_957]) == #"{"label":null,"logit":7.7203}"#)
    #expect(text([-65_536], ["donor"]) == #"{"label":"donor","logit":-1.0000}"#)
  }

  @Test func tiesGoToTheLowestIndex() {
    #expect(NetworkAnswer(logits: [3, 5, 5, -1], labels: []).index == 1)
    #expect(NetworkAnswer(logits: [.min, .min], labels: []).index == 0)
  }
}

import Testing

@testable import ABCI

@Suite struct CallGrammarTests {
  private static let letters: [(Character, ABCIMethod)] = [
    ("I", .info), ("N", .initChain), ("P", .prepareProposal), ("R", .processProposal), ("E", .extendVote),
    ("V", .verifyVoteExtension), ("F", .finalizeBlock), ("C", .commit), ("O", .offerSnapshot),
    ("A", .applySnapshotChunk), ("Q", .query), ("T", .checkTx), ("L", .flush),
  ]

  private func methods(_ text: some StringProtocol) -> [ABCIMethod] {
    text.compactMap { letter in Self.letters.first { $0.0 == letter }?.1 }
  }

  private func accepts(_ text: some StringProtocol) -> Bool {
    (try? CallGrammar.check(methods(text))) != nil
  }

  @Test(arguments: [
    "", "I", "IN", "INFC", "INPRFC", "INPRVVEVFCRFCFCFC", "IFCFC", "IVVPREVFC", "INPRPRPRFC", "IRFCPRF", "IFRPV",
    "IFF", "ITQLNTFCQTTTLI", "OAAIFC", "INOAOAAIRFC", "IOAIVRFC", "QTLIN",
  ])
  func ordersOfARealEngineAreAllowed(text: String) {
    #expect(accepts(text))
  }

  @Test(arguments: [
    "N", "F", "C", "P", "V", "INN", "IFCN", "IC", "INC", "IFCC", "IFRC", "IFFC", "INPC", "A", "IA", "OF", "OAC", "IFCO",
    "IFN", "OAV",
  ])
  func otherOrdersAreNot(text: String) {
    #expect(!accepts(text))
  }

  @Test func aViolationNamesTheCall() {
    #expect(throws: CallGrammar.Violation(method: .commit, index: 4)) { try CallGrammar.check(methods("INFCC")) }
    #expect(
      CallGrammar.Violation(method: .commit, index: 4).description == "call 4 is commit, which may not come there")
  }

  @Test func aRefusedCallChangesNothing() throws {
    var grammar = CallGrammar()
    try grammar.receive(.info)
    #expect(throws: CallGrammar.Violation.self) { try grammar.receive(.commit) }
    try grammar.receive(.initChain)
    try grammar.receive(.finalizeBlock)
    try grammar.receive(.commit)
  }

  /// All sequences of up to six calls against the grammar as a regular expression.
  @Test func shortSequencesAgreeWithTheRegularExpression() throws {
    let expression = /IN?((V*(PR?)?(V*EV*)?|V*R?(V*EV*)?)*?FC)*(V|P|R|E|F)*/
    var sequences = [""]
    for _ in 0..<5 {
      sequences = sequences.flatMap { start in "NPREVFC".map { start + String($0) } }
      for tail in sequences {
        let text = "I" + tail
        let expected = try expression.wholeMatch(in: text) != nil
        #expect(accepts(text) == expected, "\(text)")
      }
      // Longer sequences only grow from accepted ones and their first wrong step.
      sequences = sequences.filter { accepts("I" + $0) }
    }
  }
}

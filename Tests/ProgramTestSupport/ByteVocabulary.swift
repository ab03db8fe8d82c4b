import Tokenizers

/// A vocabulary for tests: every byte is a token, then `<s>`, `</s>` and a few control tokens.
package enum ByteVocabulary {
  package static let startToken: UInt32 = 256
  package static let stopToken: UInt32 = 257
  package static let userToken: UInt32 = 258
  package static let assistantToken: UInt32 = 259
  package static let count = 260

  /// A template that marks turns with the control tokens.
  package static let template =
    "{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>"

  package static func tokenizer() throws -> Tokenizer {
    var definition = TokenizerDefinition()
    definition.alphabet = .bytes
    definition.mergeRule = .listedPairs
    definition.pieces = (0...255).map { [UInt8($0)] }
    definition.pieces += ["<s>", "</s>", "<user>", "<assistant>"].map { Array($0.utf8) }
    definition.kinds = Array(repeating: .normal, count: 256) + Array(repeating: .control, count: 4)
    definition.addedTokens = (256..<260).map { AddedToken(id: $0, isSpecial: true) }
    definition.beginningID = startToken
    definition.endID = stopToken
    definition.addsBeginning = true
    return try Tokenizer(definition)
  }
}

import StrictJSON
import Testing

@testable import Tokenizers

/// WordPiece from `tokenizer.json` and from `vocab.txt`.
struct WordPieceFileTests {
  static let pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##aff", "##able", "a", ",", "e"]

  /// `tokenizer.json` as it is published, with members replaced.
  static func file(_ changes: [(String, JSON)] = [], model: [(String, JSON)] = []) -> [UInt8] {
    var vocabulary = JSONObject()
    for (id, piece) in pieces.enumerated() { vocabulary[piece] = JSON(id) }
    var inner: JSONObject = [
      "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
      "vocab": .object(vocabulary),
    ]
    for (name, value) in model { inner[name] = value }
    let special = (0..<5).map { id -> JSON in
      ["id": JSON(id), "special": true, "content": .string(pieces[id]), "normalized": false]
    }
    var root: JSONObject = [
      "truncation": ["max_length": 128], "padding": nil, "added_tokens": .array(special),
      "normalizer": [
        "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": nil,
        "lowercase": true,
      ],
      "pre_tokenizer": ["type": "BertPreTokenizer"],
      "post_processor": [
        "type": "TemplateProcessing",
        "single": [
          ["SpecialToken": ["id": "[CLS]", "type_id": 0]], ["Sequence": ["id": "A", "type_id": 0]],
          ["SpecialToken": ["id": "[SEP]", "type_id": 0]],
        ],
        "special_tokens": ["[CLS]": ["id": "[CLS]", "ids": [2]], "[SEP]": ["id": "[SEP]", "ids": [3]]],
      ],
      "decoder": ["type": "WordPiece", "prefix": "##"], "model": .object(inner),
    ]
    for (name, value) in changes { root[name] = value }
    return JSON.object(root).encoded()
  }

  private func refusal(_ changes: [(String, JSON)], model: [(String, JSON)] = []) -> TokenizerFileError? {
    do {
      _ = try Tokenizer(huggingFace: Self.file(changes, model: model))
      return nil
    } catch {
      return error
    }
  }

  private func ids(_ tokenizer: Tokenizer, _ text: String) throws -> [UInt32] {
    try tokenizer.encode(Array(text.utf8), addSpecial: true, parseSpecial: true)
  }

  @Test func fileIsRead() throws {
    let tokenizer = try Tokenizer(huggingFace: Self.file(), configuration: Array(#"{"pad_token": "[PAD]"}"#.utf8))
    #expect(try ids(tokenizer, "Unaffable, É") == [2, 5, 6, 7, 9, 10, 3])
    #expect(try ids(tokenizer, "x [MASK]") == [2, 1, 4, 3])
    #expect(tokenizer.definition.paddingID == 0 && tokenizer.definition.unknownID == 1)
    #expect(tokenizer.definition.kinds[...4] == [.control, .unknown, .control, .control, .control])
    #expect(try Tokenizer(decoding: tokenizer.encoded()) == tokenizer)
  }

  @Test func vocabularyFileIsTheSame() throws {
    let text = Self.pieces.joined(separator: "\n")
    let full = try Tokenizer(huggingFace: Self.file(), configuration: Array(#"{"pad_token": "[PAD]"}"#.utf8))
    for text in [text, text + "\n", Self.pieces.joined(separator: "\r\n") + "\r\n"] {
      #expect(try Tokenizer(wordPieceVocabulary: Array(text.utf8)).definition == full.definition)
    }
  }

  @Test func olderPostProcessorIsRead() throws {
    let processor: JSON = ["type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]]
    #expect(try ids(try Tokenizer(huggingFace: Self.file([("post_processor", processor)])), "a") == [2, 8, 3])
    #expect(
      refusal([("post_processor", ["type": "BertProcessing", "sep": ["[SEP]", 3]])])
        == .invalidMember("post_processor.cls"))
    #expect(try ids(try Tokenizer(huggingFace: Self.file([("post_processor", .null)])), "a") == [8])
  }

  @Test(arguments: ["clean_text", "handle_chinese_chars", "lowercase", "strip_accents"])
  func casedTextIsRefusedByName(flag: String) {
    var normalizer: JSONObject = ["type": "BertNormalizer"]
    normalizer[flag] = false
    #expect(
      refusal([("normalizer", .object(normalizer))]) == .unsupported("normalizer BertNormalizer.\(flag) false"))
  }

  @Test func otherSettingsAreRefusedByName() {
    let limit = refusal([], model: [("max_input_chars_per_word", 50)])
    #expect(limit == .unsupported("model.max_input_chars_per_word other than 100"))
    let prefix = refusal([], model: [("continuing_subword_prefix", "@@")])
    #expect(prefix == .unsupported("model.continuing_subword_prefix other than ##"))
    #expect(refusal([("normalizer", .null)]) == .unsupported("WordPiece without BertNormalizer"))
    #expect(refusal([("pre_tokenizer", .null)]) == .unsupported("WordPiece without BertPreTokenizer"))
    #expect(refusal([], model: [("unk_token", "[X]")]) == .invalidMember("model.unk_token"))
    #expect(refusal([], model: [("type", "Unigram")]) == .unsupported("model type Unigram"))
  }

  @Test func vocabularyOfCasedTextIsRefusedByName() {
    let text = Array(Self.pieces.joined(separator: "\n").utf8)
    for name in ["do_lower_case", "strip_accents", "tokenize_chinese_chars", "do_basic_tokenize"] {
      #expect(throws: TokenizerFileError.unsupported("tokenizer_config.\(name) false")) {
        try Tokenizer(wordPieceVocabulary: text, configuration: Array("{\"\(name)\": false}".utf8))
      }
    }
    #expect(throws: TokenizerFileError.unsupported("vocab.txt without an unknown token")) {
      try Tokenizer(wordPieceVocabulary: Array("a\nb\n".utf8))
    }
    #expect(throws: TokenizerFileError.self) {
      try Tokenizer(wordPieceVocabulary: text, configuration: Array("{".utf8))
    }
  }

  @Test func renamedSpecialTokensAreFound() throws {
    let text = Array("<pad>\n<unk>\n<s>\n</s>\na\n".utf8)
    let names = #"{"cls_token": "<s>", "sep_token": {"content": "</s>"}, "unk_token": "<unk>", "pad_token": "<pad>"}"#
    let tokenizer = try Tokenizer(wordPieceVocabulary: text, configuration: Array(names.utf8))
    #expect(try ids(tokenizer, "a b") == [2, 4, 1, 3])
  }
}

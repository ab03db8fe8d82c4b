import StrictJSON
import Testing

@testable import Tokenizers

/// `tokenizer.json` files written by the tests.
enum HuggingFaceFile {
  /// A byte-level file over printable ASCII with two merges.
  static func byteLevel(
    _ changes: [String: JSON] = [:], model modelChanges: [String: JSON] = [:]
  ) -> [UInt8] {
    var vocabulary = JSONObject()
    for byte in UInt8(0x21)...0x7E { vocabulary[String(Unicode.Scalar(byte))] = JSON(Int(byte) - 0x21) }
    for (index, piece) in ["Ġ", "Ã", "©", "ab", "Ġab"].enumerated() { vocabulary[piece] = JSON(94 + index) }
    var model: JSONObject = [
      "type": "BPE", "dropout": nil, "unk_token": nil, "continuing_subword_prefix": "", "end_of_word_suffix": "",
      "fuse_unk": false, "byte_fallback": false, "vocab": .object(vocabulary), "merges": ["a b", ["Ġ", "ab"]],
    ]
    for name in modelChanges.keys.sorted() { model[name] = modelChanges[name] }
    var root: JSONObject = [
      "version": "1.0",
      "added_tokens": [
        [
          "id": 99, "content": "<|end|>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true,
        ]
      ],
      "normalizer": nil,
      "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true],
      "post_processor": ["type": "ByteLevel", "trim_offsets": false], "decoder": ["type": "ByteLevel"],
      "model": .object(model),
    ]
    for name in changes.keys.sorted() { root[name] = changes[name] }
    return JSON.object(root).encoded()
  }

  /// A SentencePiece-style file in the old form (`Prepend`, `Replace`) or the new one (`Metaspace`).
  static func sentencePiece(usesMetaspace: Bool) -> [UInt8] {
    var vocabulary: JSONObject = ["<unk>": 0, "<s>": 1, "</s>": 2]
    for byte in UInt8.min...UInt8.max {
      vocabulary[String(decoding: BytePieceName.name(of: byte), as: UTF8.self)] = JSON(3 + Int(byte))
    }
    for (index, piece) in ["▁", "a", "b", "▁a", "▁ab"].enumerated() { vocabulary[piece] = JSON(259 + index) }
    let special = [(0, "<unk>"), (1, "<s>"), (2, "</s>")].map { id, text -> JSON in
      ["id": JSON(id), "content": .string(text), "special": true, "normalized": false]
    }
    let old: JSON = [
      "type": "Sequence",
      "normalizers": [
        ["type": "Prepend", "prepend": "▁"], ["type": "Replace", "pattern": ["String": " "], "content": "▁"],
      ],
    ]
    let new: JSON = ["type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false]
    let root: JSON = [
      "added_tokens": .array(special), "normalizer": usesMetaspace ? nil : old,
      "pre_tokenizer": usesMetaspace ? new : nil,
      "post_processor": [
        "type": "TemplateProcessing",
        "single": [["SpecialToken": ["id": "<s>", "type_id": 0]], ["Sequence": ["id": "A", "type_id": 0]]],
        "special_tokens": ["<s>": ["id": "<s>", "ids": [1], "tokens": ["<s>"]]],
      ],
      "model": [
        "type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
        "vocab": .object(vocabulary), "merges": ["▁ a", "▁a b"],
      ],
    ]
    return root.encoded()
  }
}

struct HuggingFaceReaderTests {
  @Test func byteLevelFile() throws {
    let tokenizer = try Tokenizer(huggingFace: HuggingFaceFile.byteLevel())
    #expect(try tokenizer.pieces(of: "ab abé") == ["ab", " ab", "\u{FFFD}", "\u{FFFD}"])
    #expect(try tokenizer.encode(Array("<|end|>".utf8), addSpecial: true, parseSpecial: true) == [99])
    #expect(tokenizer.definition.preTokenizer == .gpt2)
    #expect(tokenizer.vocabularyCount == 100)
  }

  @Test func sentencePieceFiles() throws {
    let old = try Tokenizer(huggingFace: HuggingFaceFile.sentencePiece(usesMetaspace: false))
    let new = try Tokenizer(huggingFace: HuggingFaceFile.sentencePiece(usesMetaspace: true))
    for (text, ids) in [("ab", [1, 263]), ("a é", [1, 262, 259, 198, 172]), ("", [1])] as [(String, [UInt32])] {
      #expect(try old.encode(Array(text.utf8), addSpecial: true, parseSpecial: true) == ids)
      #expect(try new.encode(Array(text.utf8), addSpecial: true, parseSpecial: true) == ids)
    }
    #expect(try old.pieces(of: " ab") == [" ", " ab"])
    #expect(try new.pieces(of: " ab") == [" ab"])
  }

  @Test(arguments: PublishedExpression.table.indices)
  func publishedExpressionsAreRecognised(row: Int) throws {
    let (steps, expected) = PublishedExpression.table[row]
    var list = steps.map { step -> JSON in
      let text = String(decoding: step, as: UTF8.self)
      if text == "Digits" { return ["type": "Digits", "individual_digits": true] }
      return ["type": "Split", "pattern": ["Regex": .string(text)], "behavior": "Isolated", "invert": false]
    }
    list.append(["type": "ByteLevel", "add_prefix_space": false, "use_regex": false])
    let file = HuggingFaceFile.byteLevel(["pre_tokenizer": ["type": "Sequence", "pretokenizers": .array(list)]])
    #expect(try Tokenizer(huggingFace: file).definition.preTokenizer == expected)
  }

  @Test func unknownExpressionIsRefusedAndQuoted() {
    let split: JSON = ["type": "Split", "pattern": ["Regex": #"\w+"#], "behavior": "Isolated", "invert": false]
    let level: JSON = ["type": "ByteLevel", "add_prefix_space": false, "use_regex": false]
    let file = HuggingFaceFile.byteLevel(["pre_tokenizer": ["type": "Sequence", "pretokenizers": [split, level]]])
    #expect(throws: TokenizerFileError.unknownPreTokenizer(#"\w+"#)) { try Tokenizer(huggingFace: file) }
  }

  @Test func anythingElseIsRefused() {
    for (name, value) in [
      ("normalizer", ["type": "Lowercase"]), ("normalizer", ["type": "Prepend", "prepend": "x"]),
      ("normalizer", ["type": "Replace", "pattern": ["Regex": " "], "content": "▁"]),
      ("pre_tokenizer", ["type": "Whitespace"]), ("pre_tokenizer", ["type": "Digits", "individual_digits": false]),
      ("post_processor", ["type": "RobertaProcessing"]), ("post_processor", ["type": "TemplateProcessing"]),
      ("model", ["type": "Unigram"]), ("model", nil), ("model", ["type": "BPE"]),
      ("added_tokens", [["id": 99, "content": "x", "single_word": true]]), ("added_tokens", [["content": "x"]]),
      ("added_tokens", [["id": -1, "content": "x"]]), ("added_tokens", [["id": 4_194_304, "content": "x"]]),
    ] as [(String, JSON)] {
      #expect(throws: TokenizerFileError.self) { try Tokenizer(huggingFace: HuggingFaceFile.byteLevel([name: value])) }
    }
    for (name, value) in [
      ("dropout", JSON.number(JSONNumber(1))), ("end_of_word_suffix", "</w>"), ("continuing_subword_prefix", "##"),
      ("merges", ["a"]), ("merges", ["a b c"]), ("merges", [["a"]]), ("merges", ["a z9"]), ("vocab", ["a": "b"]),
      ("vocab", ["a": 1, "b": 1]), ("vocab", ["a": 99_999_999]),
    ] {
      #expect(throws: TokenizerFileError.self) {
        try Tokenizer(huggingFace: HuggingFaceFile.byteLevel(model: [name: value]))
      }
    }
  }

  @Test func configurationNamesTokensAndTemplate() throws {
    let configuration: JSON = [
      "add_bos_token": true, "bos_token": ["content": "<|end|>"], "eos_token": "<|end|>", "pad_token": nil,
      "chat_template": [["name": "tool", "template": "x"], ["name": "default", "template": "é{{ messages }}"]],
    ]
    let tokenizer = try Tokenizer(
      huggingFace: HuggingFaceFile.byteLevel(), configuration: configuration.encoded())
    #expect((tokenizer.beginningID, tokenizer.endID) == (99, 99))
    #expect(try tokenizer.encode([0x61], addSpecial: true, parseSpecial: false) == [99, 64])
    #expect(tokenizer.definition.chatTemplate == Array("é{{ messages }}".utf8))
    #expect(throws: TokenizerFileError.self) {
      try Tokenizer(huggingFace: HuggingFaceFile.byteLevel(), configuration: Array(#"{"eos_token":"nobody"}"#.utf8))
    }
  }

  @Test func truncatedFilesAreRefused() {
    let file = HuggingFaceFile.byteLevel()
    for count in stride(from: 0, to: file.count, by: 7) {
      #expect(throws: TokenizerFileError.self) { try Tokenizer(huggingFace: Array(file.prefix(count))) }
    }
  }

  /// GPT-2's real vocabulary, written as `tokenizer.json`, gives the recorded identifiers.
  @Test(.enabled(if: SharedData.isPresent)) func gpt2ThroughJSON() throws {
    let arrays = try SharedVocabularies.arrays(ofGGUF: "tokenizers/ggml-vocab-gpt-2.gguf")
    let vocabulary = arrays.tokens.enumerated().map { id, token in
      JSONObject.Member(name: String(decoding: token, as: UTF8.self), value: JSON(id))
    }
    let merges = try #require(arrays.merges).map { JSON.string(String(decoding: $0, as: UTF8.self)) }
    let model: [String: JSON] = ["vocab": .object(JSONObject(vocabulary)), "merges": .array(merges)]
    let end: JSON = ["id": 50256, "content": "<|endoftext|>", "special": true, "normalized": false]
    let file = HuggingFaceFile.byteLevel(["added_tokens": [end]], model: model)
    let tokenizer = try Tokenizer(huggingFace: file)
    for item in try ConformanceTests.cases("gpt-2") {
      #expect(try tokenizer.encode(item.text, addSpecial: true, parseSpecial: false) == item.expected)
    }
  }
}

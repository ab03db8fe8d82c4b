import Measurement
import Program
import Runtime
import StrictJSON
import Testing
import Tokenizers

@testable import Import

/// all-MiniLM-L6-v2 against its float original.
@Suite(.enabled(if: MiniLM.isFetched), .serialized) struct MiniLMTests {
  private func cosines(_ program: Program, _ data: MiniLM) throws -> [Double] {
    let model = try Model(LoadedProgram(checking: program))
    let encodings = try Encoding.batch(data.tokens.map { EncodingRequest($0) }, model: model)
    return zip(encodings, data.vectors).map { encoding, vector in
      cosine(encoding.vector.map { Double($0) }, vector)
    }
  }

  @Test func vectorsOf300SentencesAreThoseOfTheOriginal() throws {
    let data = try MiniLM()
    #expect(data.sentences.count == 300 && data.tokens.count == 300 && data.vectors.count == 300)
    let cosines = try MiniLM.withProgram { try self.cosines($0, data) }
    let (least, mean) = (cosines.min() ?? 0, cosines.reduce(0, +) / 300)
    #expect(mean >= 0.999 && least >= 0.995)
  }

  @Test func calibrationIsNoCondition() throws {
    let data = try MiniLM()
    let cosines = try MiniLM.withProgram(isCalibrated: false) { try self.cosines($0, data) }
    let (least, mean) = (cosines.min() ?? 0, cosines.reduce(0, +) / 300)
    #expect(mean >= 0.999 && least >= 0.995)
  }

  @Test func tokenizerOfTheProgramGivesTheOriginalsTokens() throws {
    let data = try MiniLM()
    try MiniLM.withProgram(isCalibrated: false) { program in
      let tokenizer = try Tokenizer(decoding: program.tokenizer)
      for (sentence, tokens) in zip(data.sentences, data.tokens) {
        let found = try tokenizer.encode(sentence, addSpecial: true, parseSpecial: true)
        #expect(found == tokens, "\(String(decoding: sentence, as: UTF8.self))")
      }
    }
  }

  @Test func vocabularyFileGivesTheSameTokenizer() throws {
    let folder = try #require(MiniLM.path)
    let vocabulary = try #require(fileBytes(folder + "/vocab.txt"))
    let configuration = try #require(fileBytes(folder + "/tokenizer_config.json"))
    let plain = try Tokenizer(wordPieceVocabulary: vocabulary, configuration: configuration)
    let full = try Tokenizer(
      huggingFace: try #require(fileBytes(folder + "/tokenizer.json")), configuration: configuration)
    #expect(plain.definition == full.definition)
  }

  @Test func sourcesNameThePoolingFiles() throws {
    try MiniLM.withProgram(isCalibrated: false) { program in
      let names = try JSON.parse(program.sources)["files"]?.array?.compactMap { $0["name"]?.string }
      #expect(
        names == [
          "1_Pooling/config.json", "config.json", "model.safetensors", "modules.json", "tokenizer.json",
          "tokenizer_config.json",
        ])
      let graph = try program.graph
      #expect(graph.output == .embedding(.mean) && graph.contextLength == 512 && graph.startToken == nil)
    }
  }
}

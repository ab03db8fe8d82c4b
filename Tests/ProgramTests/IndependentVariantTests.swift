import FileMapping
import Hashing
import Program
import ProgramTestSupport
import Testing

/// Values that the independent implementation (Tests/Independent, written from SPEC.md) computed from the files of random
/// programs of graph version 2: root, SHA-256 of the logits (or of the first values of the vector), trace root.
@Suite struct IndependentVariantTests {
  struct Vector: Sendable {
    let isEncoder: Bool
    let seed: UInt64
    let root: String
    let result: String
    let trace: String
  }

  static let vectors: [Vector] = [
    Vector(
      isEncoder: false, seed: 0,
      root: "34de49af6aa5a0ed244f4f3a7c535166497f8e96069ac7729da4f9c5f26cbdf4",
      result: "eaabda9f49b8a2fc799e98b7e06e6d79e0baa89be1a6db7811514d2ccca0bbd6",
      trace: "e8c6e7d9993904d095e906407180416cd3d61cc307510d3ca2446ee6c9a4b082"),
    Vector(
      isEncoder: true, seed: 0,
      root: "d73e4efcdc35d4447dd6b6939a0481f9bc27f291ac1f4b80250faf6a7aa81705",
      result: "ec375506d81ea11d9533a342f8f803da4191acab0103a0d98b09044b20baa6d2",
      trace: "5811302472d80497220a1d629ded6bd2957cc4a0883fac8a15c5d8e6fc4d84d6"),
    Vector(
      isEncoder: false, seed: 8,
      root: "a058b7344c2c42aadae29a6337469459bc68a56b4332e386c6ef29fe96d6e82e",
      result: "9bfb3d91b218ba52b2f013e96af1ef94553b3026fbb2a73d353cfe8bf100e1da",
      trace: "2ad2d223251edefd8d871aab4c98cda43c12e069100a36ca3c0f36b06bedc579"),
    Vector(
      isEncoder: true, seed: 8,
      root: "306a0ef713ebda6018e1a87d351367e6f22307f24e935dd3cc0b4f95094095ad",
      result: "56ace181163839adb415c7f8cc373b24affbc144e772e4b06f7e5dcf208f2330",
      trace: "c5107b057d820d921eae80571cfc5d22ced39e1b29b3c93c2d9fc763bd238a21"),
    Vector(
      isEncoder: false, seed: 13,
      root: "4984cfce19fe126bd6c808226ba3defae00c3efa4bfbf7f02801551780472233",
      result: "21d2bd9b560aef9a989abb5263b7587fc9d448489ceea7e3b5c4921a166d7ab0",
      trace: "6c3f2da9a244f2bef62acd71176b5d02e1362a9957d8590ac84d1a46dd120881"),
    Vector(
      isEncoder: true, seed: 13,
      root: "a1ab0d753b70803efb1ac01440695f79434ed9ceeedfddff36af71fd5147d2d9",
      result: "2c59c6408c6b35120ede066a436e64d36cbfd562197fc5316412bdeec4bb0e6b",
      trace: "14339d75335b10ba263b10814a45d51d51d3b2204c84cb8e48c2bf020ecf66a6"),
    Vector(
      isEncoder: false, seed: 16,
      root: "d2b0f0c10e5373eabffc87bb9f3a7e1fcb9142e6e86c5a8837d639d6ecca9883",
      result: "2c98ec777230faf6d6bbcdf66faab537988fbfe8586b3872e80da4fa9ac1e27d",
      trace: "16b9d547b54c756aafa2b3a31c207ca3f061d0f97b1ffba98395152c27fc6f1b"),
    Vector(
      isEncoder: true, seed: 16,
      root: "7fd75ab951ba4e47df6ec36cf2aab501fdd577d482a0526e4b82ede594396299",
      result: "aed50d7310d0bc123cc367534ae6eb6f054ae88d493207cf6befd8a3687954b2",
      trace: "f9404bf63ba4001c185c7dcc4c2441e337faf92a43915c8116da6bd261f6ef72"),
    Vector(
      isEncoder: false, seed: 32,
      root: "af6cd660b76a0242e3143dd3db7935960d06b808ae23d41692908b708ef2d132",
      result: "28675b52416d2ace6003747a12ef15e2fd692d3ad83fd77c1caa44ca21b0f154",
      trace: "a516348823fd7308d8faf087876ea0ec574addf38eb0cb5887ae6ed708f4f862"),
    Vector(
      isEncoder: true, seed: 32,
      root: "67286731fc2476c5f96a33c3c49ea3d0e74675ee65dd1322f6b15c59cb6f0978",
      result: "3bc8eb04eae3b53354128777694038bdd6659f2c5f0613a16d8ef4fc0f06116c",
      trace: "19a095507df452c4eb5919965acfff5f4dce7cf0fec243f0da03eb38f983253b"),
    Vector(
      isEncoder: false, seed: 40,
      root: "966fdd0b6b6f25c5d0b15006412507a3777255865fb76de7cc1e8c6ad9718ee1",
      result: "04085a9b8e3a95d298dc4241a809fe60a915733a9cd0c5d5729d2d5de5361be6",
      trace: "364ba98d89899b0ba4e7ce66ca90d3af37751170fa6c4064608b556c0cc6e404"),
    Vector(
      isEncoder: true, seed: 40,
      root: "e6483054b3e45ea174cad33e92dc4e4181e36f5564c443bc9c21d5d074f4e7f6",
      result: "1a8f13b920ca0fb3e536a65f75ffeded32db7c0184326d08a6578346178b7de1",
      trace: "2f0daef3cdcc02be398be416c599aa27f7fb1dbb58d9153fb9b50ebce45b7f84"),
    Vector(
      isEncoder: false, seed: 48,
      root: "21c610484e4c4c0e265e1e5cbfc5c91170882bb7de6d3ef20f44c7cf2e08026c",
      result: "bc8c16de215d7ae06538e0ef1f56ef4c3b479972d645c23f72f5e48404c62288",
      trace: "714591e1fe13e959f9af045e3572d79304fe176003363ff28f0ba794ec89a223"),
    Vector(
      isEncoder: true, seed: 48,
      root: "86147bee60b4e395d91cc1859907c85ee382445645ffb3b75acb9c2f216d9191",
      result: "e061600950f4f4d1afd7eef47d2c5fc40ca9dc91dc3ab9c4e2fb804088986cd4",
      trace: "5f2c525469e4786c630ee4c159bce5e19fe302ab2ed08321adab64ad40576bf8"),
    Vector(
      isEncoder: false, seed: 56,
      root: "4ffa380bfc513474792f40007ac2c8c24a8b931b0161f07827a7c299bf55c7a7",
      result: "4855312dc37c417d7c329585bc1a8c067d72e2c8d14faeb90aac8ec2bc61eeb1",
      trace: "af35c8203dff3752af87c400cb0d08ac90b81cf1a71bfa7c79219e3cdad76719"),
    Vector(
      isEncoder: true, seed: 56,
      root: "54ebd24c4d6e50c552a68c4fad4ac0b0f14f4263c80beca02be18dd99c525721",
      result: "f4f43287da6045e45b65efd2f592d9df80d51e6b8804d30973b10fee9e6d81d0",
      trace: "5f95dabefbe768ef512bf9071393a6af547eb16e7b6cc98e822625f1a618a0c2"),
  ]

  @Test(arguments: vectors) func rootResultAndTraceAreTheStrangers(_ vector: Vector) throws {
    var recipe = vector.isEncoder ? ProgramRecipe.randomEncoder(seed: vector.seed) : .randomVariant(seed: vector.seed)
    recipe.sources = Array(#"{"importer":"1","name":"x","options":{},"files":[]}"#.utf8)
    let program = try RandomProgram(recipe).program()
    #expect(program.root.hex == vector.root)
    let tokens = (0..<20 as Range<UInt32>).map { ($0 * 7 + UInt32(vector.seed)) % UInt32(recipe.vocabularyCount) }
    let (values, trace) = try vector.isEncoder ? encoded(program, tokens, vector.seed) : decoded(program, tokens)
    var writer = ByteWriter()
    writer.write(values)
    #expect(SHA256.hash(writer.bytes).hex == vector.result)
    #expect(trace.hex == vector.trace)
  }

  private static func salt() throws -> Digest { try #require(Digest([UInt8](repeating: 9, count: 32))) }

  private func encoded(_ program: Program, _ tokens: [UInt32], _ seed: UInt64) throws -> ([Int32], Digest) {
    let (encoder, salt) = (try ReferenceEncoder(program, tokens: tokens), try Self.salt())
    let roots = tokens.indices.map { position in
      Merkle.root(
        of: encoder.graph.layers.indices.map { encoder.cellHash(layer: $0, position: position, salt: salt) })
    }
    return (encoder.embedding(dimensions: Int(seed) % encoder.graph.hiddenSize + 1), Merkle.root(of: roots))
  }

  private func decoded(_ program: Program, _ tokens: [UInt32]) throws -> ([Int32], Digest) {
    var reference = try Reference(program)
    let salt = try Self.salt()
    let roots = tokens.map { token in
      let residuals = reference.append(token)
      return Merkle.root(
        of: residuals.enumerated().map { reference.cellHash(layer: $0, residual: $1, salt: salt) })
    }
    return (reference.logits(), Merkle.root(of: roots))
  }
}

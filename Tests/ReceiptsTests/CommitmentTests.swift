import Hashing
import Testing

@testable import Receipts

/// Values computed from the specification's sections 1, 7 and 8 with Python's hashlib and struct alone:
/// `H = lambda tag, *m: sha256(bytes([len(tag)]) + tag + b"".join(m))`, master blind 00 01 … 1f.
@Suite struct CommitmentTests {
  private let blinds: Blinds
  private let body = Array(#"{"seed":-5}"#.utf8)

  init() throws {
    blinds = Blinds(master: try #require(Digest(0..<32)))
  }

  @Test func blindsOfEveryName() {
    #expect(blinds.request.hex == "76443b2d128732f7dc4d994363ad7527f338799cda14c19a734ec5d7533a3447")
    #expect(blinds.prompt.hex == "8acc57a33183ad0d8ce90cdbba3dc48861939a829643cc4b7e63c784650f755d")
    #expect(blinds.chain.hex == "3811201440b4e414ba58692dde23fb9e36ab9c851d7e76ca2422699998c402a6")
    #expect(blinds.text.hex == "be345f1fe001a9074be67060950f24fb7e0a14862547d6c2a7758f8c98cce8cf")
    #expect(blinds.trace.hex == "0702000eeeca26c22d3ab37282a1b00f4bf8891f853d8babfc444ce09b187a75")
  }

  @Test func commitments() {
    #expect(
      blinds.commitment(toRequest: body).hex == "764946caa8092152015f98a6dd43619b334ea275e876968c2329677a7d698aad")
    #expect(
      blinds.commitment(toPrompt: [1, 65_536, .max]).hex
        == "3281d7ace30adf81d443a085645ba56134c1e9fddfadb07d7f3422fe68eca2e2")
    #expect(
      blinds.commitment(toText: Array("é".utf8)).hex
        == "ac3ccd8c46a4fbbf8cce0485a64be29b33e1ea2c3b8be6e8336c58a6d5c167b8")
  }

  /// The blind is 20 21 … 3f.
  @Test func consent() throws {
    let blind = try #require(Digest(32..<64))
    #expect(
      Consent.commitment(isGiven: true, blind: blind).hex
        == "c24673944d6011a9830df60f628df1690d20c6b3369ac3c5e7f04ac21dfdcea8")
    #expect(
      Consent.commitment(isGiven: false, blind: blind).hex
        == "62fc0d424dc5ef4f6ff694ba7f6307ebdfb0fc6232c8be6b269c62876f4db320")
  }

  @Test func tokenChain() {
    var chain = TokenChain(blinds)
    #expect(chain.end.hex == "f8a8a6fd2e524a0022d24d667dcfeefa93d8887b9ee9145f44c338c25876f872")
    chain.append(7)
    chain.append(65_536)
    #expect(chain.end.hex == "c00d19da1db16da41affe75584c06a13ccaf292fff30738266c5bc7fd21ee88b")
    #expect(chain == TokenChain(blinds, over: [7, 65_536]))
    #expect(chain.count == 2)
  }

  @Test func seeds() throws {
    let explicit = SeedStatement.explicit(-5)
    #expect(explicit.explicitSeed == -5)
    #expect(
      explicit.seed(requestBody: body).hex == "3db90736d67a004d6a959d9a7a1b8da1670cb1fd475817f1911e9f76195fb6fc")
    let gateway = SeedStatement.gateway(revealing: try #require(Digest(32..<64)))
    #expect(gateway.commitment.hex == "c9d69a2273dd91319ac3dd0db4960b54196006af7258e5accbef5ad6d2655c99")
    #expect(
      gateway.seed(requestBody: body).hex == "5d1bda05e04c5ad04ff7378be4c1e30c888b23484af835220c68979742fdbb72")
    #expect(gateway.explicitSeed == nil)
    #expect(SeedStatement(kind: .gateway, commitment: .zero, material: explicit.material).explicitSeed == nil)
  }

  @Test func traceSalt() throws {
    let provider = try #require(
      Digest(hex: "fdf58e828a97198de1126fd0a8738d1f3e94a87d40be93f4edc246c5226c7bb7"))
    #expect(
      blinds.traceSalt(provider: provider).hex == "3fabfdc51f008b67a6f6691c4e49b21f6f77ed150468c21bcd1ee9d117cac160")
  }

  @Test func extras() {
    #expect(SamplingExtras().hash.hex == "7839af45fa92befe446b134e36b7551fae2bb9fce15537229bff64e3149604ec")
    let extras = SamplingExtras(
      biases: [.init(id: 3, value: -10_000), .init(id: 9, value: 5)], stops: [[0x0A, 0x0A]])
    #expect(extras.hash.hex == "bac9a2dce315bd6ad33b11f4e718a9fd7e0e8e1e5445449520d7f717b078fca4")
    #expect(extras.encoded().count == 4 + 16 + 4 + 4 + 2)
    #expect(extras.hash != SamplingExtras(stops: [[0x0A], [0x0A]]).hash)
  }

  /// Three positions of two layers; cell i is leaf(byte i).
  @Test func traceRoot() {
    let cells = (0..<6 as Range<UInt8>).map { Merkle.leaf([$0]) }
    #expect(
      TraceHashes.root(of: cells, positions: 3, layers: 2)?.hex
        == "bb36e7d3d4cee5720cbd323d02fab15962e2ba1dadf5f8fc6eeef4fd6ad056a8")
    #expect(TraceHashes.root(of: cells, positions: 2, layers: 3)?.hex != nil)
    #expect(
      TraceHashes.root(of: cells, positions: 2, layers: 3) != TraceHashes.root(of: cells, positions: 3, layers: 2))
    #expect(TraceHashes.root(of: cells, positions: 3, layers: 3) == nil)
    #expect(TraceHashes.root(of: [], positions: .max, layers: .max) == nil)
    #expect(TraceHashes.root(of: [], positions: 0, layers: 2) == .zero)
    #expect(TraceHashes.root(of: [], positions: 9, layers: 0) == .zero)
  }

  @Test func amounts() {
    let prices = Prices(prompt: 150_000, answer: 600_001)
    #expect(prices.amount(promptTokens: 0, answerTokens: 0) == 0)
    #expect(prices.amount(promptTokens: 1, answerTokens: 0) == 1)
    #expect(prices.amount(promptTokens: 20, answerTokens: 0) == 3)
    #expect(prices.amount(promptTokens: 20, answerTokens: 1) == 4)
    #expect(prices.amount(promptTokens: 0, answerTokens: 1_000_000) == 600_001)
    #expect(Prices(prompt: .max, answer: 0).amount(promptTokens: 1_000_000, answerTokens: 0) == .max)
    #expect(Prices(prompt: .max, answer: 1).amount(promptTokens: 1_000_000, answerTokens: 1) == nil)
    #expect(Prices(prompt: .max, answer: .max).amount(promptTokens: .max, answerTokens: .max) == nil)
  }
}

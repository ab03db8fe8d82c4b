import ArgumentParser
import Dialects
import Foundation
import Hashing
import NIOCore
import Node
import Receipts
import StrictJSON

/// `razao ask`.
struct Ask: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ask a question, through a gateway or of a provider directly.",
    discussion: """
      EXAMPLES
        razao ask "Tell me a story about a fox." --receipt r.bin
        razao ask "What is 3 + 4?" --temperature 0
        razao ask "Hello" --provider https://127.0.0.1:9443
      """)

  @Argument(help: "The question.") var prompt: String
  @Option(help: "The gateway. Default: RAZAO_GATEWAY or http://127.0.0.1:8080.") var gateway: String?
  @Option(help: "A provider to ask without any gateway, https://host:port.") var provider: String?
  @Option(help: "The provider's public key, where it must be this one.") var providerKey: String?
  @Option(help: "The model: a name or a program root. Default: the first on offer.") var model: String?
  @Option(help: "Write the bundle here: the receipt and everything that is needed to check it.") var receipt: String?
  @Flag(help: "Continue the text as it is, without the chat template.") var raw = false
  @OptionGroup var sampling: SamplingOptions
  @Flag(help: "Print the answer and its receipt as JSON.") var json = false

  func run() async throws {
    try await Terminal.reporting {
      let answer: ReceivedAnswer
      if let provider { answer = try await askProvider(endpoint(provider)) } else { answer = try await askGateway() }
      if json {
        Terminal.json([
          "text": .string(String(decoding: answer.text, as: UTF8.self)), "request_id": .string(answer.requestID),
          "verdict": .string(answer.report.isVerified ? "verified" : "refuted"), "level": "signature",
          "reason": answer.report.refutation.map { .string($0.reason) } ?? .null,
          "receipt": receipt.map { .string($0) } ?? .null,
        ])
      } else {
        Terminal.line("")
      }
      try keep(answer)
    }
  }

  /// Writes the bundle, and says what was verified.
  private func keep(_ answer: ReceivedAnswer) throws {
    if let receipt { try Files.write(answer.bundle, to: receipt) }
    if let refutation = answer.report.refutation {
      throw CommandFailure("refuted at level signature: \(refutation.reason)", status: 1)
    }
    guard !json else { return }
    let hint = receipt.map { "run it again, bit for bit: razao verify \($0)" } ?? "keep it with --receipt FILE"
    Terminal.note("receipt \(answer.requestID) verified at level signature; \(hint)")
  }

  private func endpoint(_ text: String) -> String {
    text.hasSuffix("/") ? String(text.dropLast()) : text
  }

  // MARK: Through a gateway

  private func askGateway() async throws -> ReceivedAnswer {
    let environment = ProcessInfo.processInfo.environment["RAZAO_GATEWAY"]
    let base = endpoint(gateway ?? environment ?? "http://127.0.0.1:8080")
    let name: String
    if let model { name = model } else { name = try await firstModel(base) }
    let body = sampling.body(prompt: prompt, isChat: !raw, model: name, isStreamed: true).encoded()
    let form: Endpoint = raw ? .completions : .chat
    let response = try await PeerHTTP.plain.open(
      .post, base + form.path, body: body, type: "application/json", timeout: .seconds(3_600))
    var stream = ShownStream(endpoint: form, isShown: !json)
    for try await chunk in response.body { try stream.receive(chunk.readableBytesView) }
    guard let id = stream.requestID else {
      throw CommandFailure("the gateway's answer ended without a receipt; ask again", status: 69)
    }
    let full = try await PeerHTTP.plain.send(
      .get, "\(base)/v1/receipts/\(id)", headers: [("accept", "application/vnd.razao.bundle")], timeout: .seconds(30))
    let bundle = full.status == 200 ? full.body : stream.bundle
    var expectation = ExpectedJob()
    expectation.requestBody = body
    expectation.text = stream.text
    let now = UInt64(Date().timeIntervalSince1970 * 1000)
    return ReceivedAnswer(
      text: stream.text, requestID: id, bundle: bundle,
      report: VerificationReport(bundle: bundle, expectation: expectation, now: now))
  }

  private func firstModel(_ base: String) async throws -> String {
    let answer: PeerHTTP.Answer
    do {
      answer = try await PeerHTTP.plain.send(.get, "\(base)/v1/models", timeout: .seconds(10))
    } catch {
      throw CommandFailure(
        "\(base) cannot be reached; start a network with `razao up`, or name one with --gateway", status: 69)
    }
    guard answer.status == 200, let list = try? JSON.parse(answer.body)["data"]?.array,
      let name = list.first?["id"]?.string
    else { throw CommandFailure("\(base) offers no model; are its providers up?", status: 69) }
    return name
  }

  /// The provider's full bundle, if it is of the very receipt that was verified and sound itself.
  private static func checked(_ bytes: [UInt8]?, like verified: VerifiedAnswer) -> [UInt8]? {
    guard let bytes, let bundle = try? Receipts.Bundle(decoding: bytes), bundle.receipt == verified.bundle.receipt,
      VerificationReport(of: bundle).isVerified
    else { return nil }
    return bytes
  }

  // MARK: Without a gateway

  private func askProvider(_ base: String) async throws -> ReceivedAnswer {
    let key = try providerKey.map { text in
      guard let bytes = [UInt8](hex: text), let key = PublicKey(bytes) else {
        throw CommandFailure("--provider-key must be 64 hexadecimal digits", status: 64)
      }
      return key
    }
    let document = try await ProviderClient.identity(at: base, network: NetworkName.local, expectedKey: key)
    guard let program = document.programs.first(where: { model == nil || $0.name == model || $0.root.hex == model })
    else { throw CommandFailure("the provider does not serve \(model ?? "anything")", status: 69) }
    let body = sampling.body(prompt: prompt, isChat: !raw, model: program.name, isStreamed: true).encoded()
    let errand = Errand(
      Question(
        form: raw ? .completions : .chat, body: body, programRoot: program.root,
        explicitSeed: sampling.seed.map { Int64($0) }))
    let client = ProviderClient(
      document: document, endpoint: base, http: try PeerHTTP(pinning: document.certificate))
    let profile = RequesterProfile(payerKind: .direct, payer: .zero)
    let isShown = !json
    let verified = try await client.ask(errand, profile: profile) { event in
      if isShown, case .part(_, let part) = event { Terminal.write(Array(part.text.utf8)) }
    }
    let full = Self.checked(try? await client.bundle(errand.requestID), like: verified) ?? verified.bytes
    return ReceivedAnswer(
      text: verified.text, requestID: "\(errand.requestID)", bundle: full, report: verified.report)
  }
}

/// An answer with its bundle and what level 0 says of it.
struct ReceivedAnswer {
  let text: [UInt8]
  let requestID: String
  let bundle: [UInt8]
  let report: VerificationReport
}

/// A gateway's stream as it is shown: text as it comes, the bundle at the end, errors as failures.
private struct ShownStream {
  let endpoint: Endpoint
  let isShown: Bool
  private(set) var text: [UInt8] = []
  private(set) var requestID: String?
  private(set) var bundle: [UInt8] = []
  private var parser = EventStreamParser(limit: 128 << 20)

  init(endpoint: Endpoint, isShown: Bool) {
    self.endpoint = endpoint
    self.isShown = isShown
  }

  mutating func receive(_ bytes: some Sequence<UInt8>) throws {
    let bytes = Array(bytes)
    // An error before the stream begins is a plain JSON object.
    if text.isEmpty, requestID == nil, bytes.first == UInt8(ascii: "{"),
      case .failure(let error)? = try? AnswerEvent(body: bytes, endpoint: endpoint)
    {
      throw CommandFailure(error.message, status: 1)
    }
    for event in try parser.receive(bytes) {
      switch try AnswerEvent(event, endpoint: endpoint) {
      case .part(let part): receive(part)
      case .failure(let error): throw CommandFailure(error.message, status: 69)
      case .done: break
      }
    }
  }

  private mutating func receive(_ part: AnswerPart) {
    text += Array(part.text.utf8)
    if isShown { Terminal.write(Array(part.text.utf8)) }
    guard let razao = part.razao, let encoded = razao["bundle"]?.string, let data = Data(base64Encoded: encoded) else {
      return
    }
    bundle = [UInt8](data)
    requestID = razao["request_id"]?.string
  }
}

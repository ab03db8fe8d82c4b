import ArgumentParser
import Foundation
import Hashing
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
        razao ask "Hello" --plain                     let the gateway pay and draw the seed
        razao ask --image seven.png --receipt r.bin
        razao ask --sequence AACAGGTAAGTATTTGCA
        razao ask "How do I get my money back?" --search questions.txt
      """)

  @Argument(help: "The question, or the text to embed.") var prompt: String?
  @Option(help: "The gateway. Default: RAZAO_GATEWAY or http://127.0.0.1:8080.") var gateway: String?
  @Option(help: "A provider to ask without any gateway, https://host:port.") var provider: String?
  @Option(help: "The provider's public key, where it must be this one.") var providerKey: String?
  @Option(help: "Where the purse is that pays. Default: RAZAO_HOME or ~/.razao.") var home: String?
  @Flag(help: "Let the gateway draw the seed and pay, as for a plain client.") var plain = false
  @Option(help: "The model: a name or a program root. Default: the first on offer.") var model: String?
  @Option(help: "Write the bundle here: the receipt and everything that is needed to check it.") var receipt: String?
  @Flag(help: "Continue the text as it is, without the chat template.") var raw = false
  @Option(help: "A PNG or JPEG picture to classify.") var image: String?
  @Option(help: "A DNA sequence to score, letters A, C, G and T.") var sequence: String?
  @Flag(help: "Print the text's vector.") var embed = false
  @Option(help: "A file with one text a line: print those that mean most nearly what the question does.")
  var search: String?
  @OptionGroup var sampling: SamplingOptions
  @Flag(help: "Print the answer and its receipt as JSON.") var json = false

  func validate() throws {
    let ways = [image != nil, sequence != nil, embed, search != nil].count { $0 }
    guard ways <= 1 else { throw ValidationError("Give one of --image, --sequence, --embed and --search.") }
    guard (prompt == nil) == (image != nil || sequence != nil) else {
      throw ValidationError("Give a question, or --image FILE or --sequence LETTERS without one.")
    }
  }

  func run() async throws {
    try await Terminal.reporting {
      let requester = try await Paying(home: Files.home(home), isPlain: plain).requester(route())
      let question = try ValueQuestion(self)
      let name: String
      if let model { name = model } else { name = try await firstModel(requester, question?.kind ?? .text) }
      let answer: VerifiedAnswer
      if let question {
        answer = try await requester.ask(question.form, body: question.body(model: name).encoded())
      } else {
        let body = sampling.body(prompt: prompt ?? "", isChat: !raw, model: name, isStreamed: true).encoded()
        let isShown = !json
        answer = try await requester.ask(raw ? .completions : .chat, body: body) { text in
          if isShown { Terminal.write(Array(text.utf8)) }
        }
      }
      if let receipt { try Files.write(await bundle(of: answer, requester), to: receipt) }
      try tell(answer, question)
    }
  }

  /// The bundle; where the answer is paid by a channel, with its place on the ledger, which takes a block or two.
  private func bundle(of answer: VerifiedAnswer, _ requester: Requester) async -> [UInt8] {
    guard answer.bundle.receipt.body.channel != .zero else { return await requester.fullBundle(of: answer) }
    if !json { Terminal.note("waiting for the receipt's place on the ledger…") }
    return await requester.anchoredBundle(of: answer, within: .seconds(8))
  }

  private func route() throws -> Requester.Route {
    guard let provider else {
      let environment = ProcessInfo.processInfo.environment["RAZAO_GATEWAY"]
      return .gateway(trimmed(gateway ?? environment ?? "http://127.0.0.1:8080"))
    }
    let key = try providerKey.map { text in
      guard let bytes = [UInt8](hex: text), let key = PublicKey(bytes) else {
        throw CommandFailure("--provider-key must be 64 hexadecimal digits", status: 64)
      }
      return key
    }
    return .provider(trimmed(provider), key: key)
  }

  private func trimmed(_ endpoint: String) -> String {
    endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
  }

  private func firstModel(_ requester: Requester, _ kind: ProgramKind) async throws -> String {
    do {
      return try await requester.firstModel(kind)
    } catch let error as PeerError {
      throw CommandFailure("\(error); start a network with `razao up`, or name one with --gateway", status: 69)
    }
  }

  /// What was verified, and what to do with it.
  private func tell(_ answer: VerifiedAnswer, _ question: ValueQuestion?) throws {
    let id = answer.bundle.receipt.body.requestID
    if json {
      var object: JSONObject = [
        "request_id": .string("\(id)"), "verdict": "verified", "level": "signature",
        "receipt": receipt.map { .string($0) } ?? .null,
      ]
      if let question {
        object["result"] = try question.result(answer.text)
      } else {
        object["text"] = .string(String(decoding: answer.text, as: UTF8.self))
      }
      Terminal.json(.object(object))
    } else {
      for line in try question?.lines(answer.text) ?? [""] { Terminal.line(line) }
      let hint = receipt.map { "run it again, bit for bit: razao verify \($0)" } ?? "keep it with --receipt FILE"
      Terminal.note("receipt \(id) verified at level signature; \(hint)")
    }
  }
}

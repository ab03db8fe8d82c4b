import Audit
import Dialects
import Foundation
import Hashing
import Node
import Program
import Receipts
import Runtime
import StrictJSON
import Testing

/// Many answers of the real program at once, over HTTP and TLS: whatever goes together, every bit is what it would be
/// alone, which an audit of each answer by itself shows.
@Suite struct LiveBatchingTests {
  let folder: TemporaryFolder
  let loaded: LoadedProgram

  init() throws {
    folder = try TemporaryFolder()
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    loaded = try LoadedProgram.open(root.path + "/Sources/razao/Resources/fabula.razao")
  }

  private var name: String { loaded.program.name }

  private func engine(_ edit: (inout BatchOptions) -> Void = { _ in }) throws -> ProgramEngine {
    var options = BatchOptions()
    options.rowLimit = 24
    options.prefixByteLimit = 64 << 20
    edit(&options)
    return try ProgramEngine(loaded, options: options)
  }

  private func post(_ gateway: String, _ body: String) async throws -> PeerHTTP.Answer {
    try await PeerHTTP.plain.send(
      .post, "\(gateway)/v1/completions", body: Array(body.utf8), type: "application/json", timeout: .seconds(120))
  }

  private func bundle(_ answer: PeerHTTP.Answer) throws -> [UInt8] {
    let json = try JSON.parse(answer.body)
    return try #require(json["razao"]?["bundle"]?.string.flatMap { [UInt8](base64: $0) }, "\(json.text)")
  }

  /// A gateway and one provider.
  private func withNetwork(
    _ engine: ProgramEngine, running: Int = 16, waiting: Int = 64, _ body: (String) async throws -> Void
  ) async throws {
    try await withServices { start in
      let (gate, ready) = (ReadyPoint(), ReadyPoint())
      _ = start(Peers.gateway(folder.path + "/g", ready: gate))
      let gateway = try await gate.endpoint()
      _ = start(
        Peers.provider(
          folder.path + "/p", engine: engine, gateway: gateway, running: running, waiting: waiting, ready: ready))
      try await eventually("the provider is registered") {
        let answer = try await PeerHTTP.plain.send(.get, "\(gateway)/v1/models", timeout: .seconds(5))
        return try JSON.parse(answer.body)["data"]?.array?.count == 1
      }
      try await body(gateway)
    }
  }

  /// A request of the mix: prompts of many lengths, greedy and drawn, short and long, some under a key of their own.
  private func request(_ index: Int) -> String {
    let words = ["The fox", "Once upon a time there was a lantern", "A", "Ask: what is 3 + 4? Answer:"]
    let prompt = String(repeating: words[index % 4] + " and ", count: 1 + index * 7 % 13)
    let sampling = index.isMultiple(of: 3) ? #""temperature":0"# : #""temperature":0.8,"top_p":0.9,"seed":\#(index)"#
    return #"{"model":"\#(name)","prompt":"\#(prompt)","max_tokens":\#(3 + index * 5 % 23),\#(sampling)}"#
  }

  @Test func anyMixOfRequestsGivesTheBitsOfEachAlone() async throws {
    let engine = try engine()
    let auditor = try AnswerAuditor(loaded)
    try await withNetwork(engine) { gateway in
      let bundles = try await withThrowingTaskGroup(of: [UInt8].self) { group in
        for index in 0..<20 {
          group.addTask {
            // Arrivals in three waves, so that prompts meet answers under way.
            try await Task.sleep(for: .milliseconds(40 * (index % 3)))
            return try self.bundle(try await self.post(gateway, self.request(index)))
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(bundles.count == 20)
      for report in auditor.audit(bundles) { #expect(report.refutation == nil, "\(report.refutation?.reason ?? "")") }
      // One at a time, and all in one pass, are the same audit.
      for bundle in bundles.prefix(3) { #expect(auditor.audit(bundle).refutation == nil) }
    }
  }

  @Test func aCachedPrefixIsStatedAndVerified() async throws {
    let engine = try engine()
    let auditor = try AnswerAuditor(loaded)
    let story = String(repeating: "The fox went to the forest with a lantern and a friend. ", count: 12)
    func body(_ end: String, key: String?) -> String {
      let key = key.map { #","prompt_cache_key":"\#($0)""# } ?? ""
      return #"{"model":"\#(name)","prompt":"\#(story + end)","max_tokens":12,"temperature":0\#(key)}"#
    }
    try await withNetwork(engine) { gateway in
      func receipt(_ end: String, key: String?) async throws -> (receipt: Receipt, bytes: [UInt8]) {
        let bytes = try bundle(try await post(gateway, body(end, key: key)))
        return (try Bundle(decoding: bytes).receipt.body, bytes)
      }
      let first = try await receipt("Then", key: "a secret of user one")
      #expect(first.receipt.prefix == .none)
      let second = try await receipt("Later", key: "a secret of user one")
      #expect(second.receipt.prefix.length >= 64 && second.receipt.prefix.length.isMultiple(of: 64))
      #expect(second.receipt.trace.positions < first.receipt.trace.positions)
      // Another key, one that could be guessed, and none, share nothing.
      #expect(try await receipt("Later", key: "short").receipt.prefix == .none)
      #expect(try await receipt("Later", key: "a secret of user two").receipt.prefix == .none)
      let alone = try await receipt("Later", key: nil)
      #expect(alone.receipt.prefix == .none)
      #expect(try Bundle(decoding: alone.bytes).answer == Bundle(decoding: second.bytes).answer)
      #expect(auditor.audit([first.bytes, second.bytes, alone.bytes]).allSatisfy { $0.refutation == nil })
      let forged = try forgedPrefix(second.bytes)
      #expect(auditor.audit(forged).refutation != nil)
    }
  }

  /// The bundle with another salt for the earlier job: its cells cannot be those that were committed.
  private func forgedPrefix(_ bytes: [UInt8]) throws -> [UInt8] {
    var bundle = try Bundle(decoding: bytes)
    bundle.prefixOrigin?.traceBlind = .random()
    return bundle.encoded()
  }

  @Test func overloadIsRefusedAndNothingIsDropped() async throws {
    let engine = try engine()
    try await withNetwork(engine, running: 1, waiting: 1) { gateway in
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for index in 0..<12 { group.addTask { try await self.post(gateway, self.request(index)).status } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses.count == 12)
      #expect(statuses.allSatisfy { $0 == 200 || $0 == 429 })
      #expect(statuses.contains(200) && statuses.contains(429))
    }
  }

  @Test func anAnswerThatCannotFitIntoMemoryIsRefusedByName() async throws {
    let engine = try engine { $0.cacheByteLimit = 200_000 }
    try await withNetwork(engine) { gateway in
      let body = #"{"model":"\#(name)","prompt":"A","max_tokens":400}"#
      let answer = try await post(gateway, body)
      #expect(answer.status == 400)
      #expect(try JSON.parse(answer.body)["error"]?["code"]?.string == "context_length_exceeded")
    }
  }

  /// A reader that goes away frees its place; the answers beside it go on, and their bits stay.
  @Test func aClientThatLeavesDoesNotDisturbTheOthers() async throws {
    let engine = try engine()
    let auditor = try AnswerAuditor(loaded)
    try await withNetwork(engine) { gateway in
      let leaver = Task {
        try await post(gateway, #"{"model":"\#(name)","prompt":"A long","max_tokens":400,"seed":1}"#)
      }
      async let stayed = post(gateway, request(7))
      try await Task.sleep(for: .milliseconds(30))
      leaver.cancel()
      #expect(auditor.audit(try bundle(try await stayed)).refutation == nil)
      _ = await leaver.result
    }
  }
}

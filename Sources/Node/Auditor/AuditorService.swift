import Dialects
import Glibc
import Hashing
import Logging
import Receipts
import ServiceLifecycle
import StrictJSON
import Wallet

/// How an auditor runs.
package struct AuditorConfiguration: Sendable {
  /// Folder with its identity and its place in the gateway's list; made when absent.
  package var home: String
  /// The gateway whose answers it checks, `http://host:port`.
  package var gateway: String
  package var network: Digest
  /// Share of the answers that it runs again, 0…1.
  package var share: Double
  /// Time between looks at the gateway's list.
  package var interval: Duration
  /// The least time between two answers run again, so that the auditor leaves the machine to others.
  package var pause: Duration
  /// Ends when standard input ends; for a supervisor's children.
  package var endsWithInput: Bool

  package init(
    home: String, gateway: String, network: Digest = NetworkName.local, share: Double = 1,
    interval: Duration = .milliseconds(500), pause: Duration = .milliseconds(50), endsWithInput: Bool = false
  ) {
    self.home = home
    self.gateway = gateway
    self.network = network
    self.share = share
    self.interval = interval
    self.pause = pause
    self.endsWithInput = endsWithInput
  }
}

/// An auditor as a process: takes new bundles from a gateway, runs a share of them again, reports what does not agree.
package struct AuditorService: Sendable {
  private let configuration: AuditorConfiguration
  private let rerun: Rerun
  private let clock: WallClock
  private let logger: Logger
  private let report: @Sendable (ServiceEvent) -> Void

  /// - Parameters:
  ///   - rerun: runs a bundle's job again.
  ///   - report: takes what a starter wants to know: ready, each refuted answer.
  package init(
    _ configuration: AuditorConfiguration, rerun: @escaping Rerun, clock: WallClock = .system,
    logger: Logger = Logger(label: "razao.auditor"), report: @escaping @Sendable (ServiceEvent) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.rerun = rerun
    self.clock = clock
    self.logger = logger
    self.report = report
  }

  /// Audits until SIGINT, SIGTERM or cancellation.
  /// - Throws: `HomeError` when it cannot start.
  package func run(handlesSignals: Bool = true) async throws {
    let identity = try IdentityFile.loadOrMake(home: configuration.home)
    let rounds = AuditRounds(
      configuration: configuration, identity: identity, rerun: rerun, clock: clock, logger: logger, report: report)
    report(.ready(endpoint: configuration.gateway))
    try await ServiceRunner.run(
      [rounds], endsWithInput: configuration.endsWithInput, handlesSignals: handlesSignals, logger: logger)
  }
}

/// The auditor's loop.
struct AuditRounds: Service {
  let configuration: AuditorConfiguration
  let identity: NodeIdentity
  let rerun: Rerun
  let clock: WallClock
  let logger: Logger
  let report: @Sendable (ServiceEvent) -> Void

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var place = AuditPlace.load(home: configuration.home)
      while !Task.isCancelled {
        do {
          place = try await round(after: place)
        } catch is CancellationError {
          break
        } catch {
          logger.warning("the round failed: \(error)")
        }
        try? await Task.sleep(for: configuration.interval)
      }
    }
  }

  /// Answers that are run again together.
  private static let groupSize = 8
  private static let groupByteCount = 64 << 20

  /// An entry of the gateway's list.
  private struct Entry {
    var sequence: Int64
    var id: RequestID
  }

  /// Audits what came after a sequence number.
  /// - Returns: the last sequence number that is done.
  func round(after place: Int64) async throws -> Int64 {
    let entries = try Self.entries(of: JSON.parse(try await get("/razao/v1/receipts?after=\(place)", limit: 1 << 20)))
    var done = place
    for start in stride(from: 0, to: entries.count, by: Self.groupSize) {
      let group = entries[start..<min(start + Self.groupSize, entries.count)]
      let drawn = group.filter { _ in isDrawn() }
      try await audit(drawn.map(\.id))
      if !drawn.isEmpty { try await Task.sleep(for: configuration.pause * drawn.count) }
      try Task.checkCancellation()
      done = group.last?.sequence ?? done
      AuditPlace.save(done, home: configuration.home)
    }
    return done
  }

  private static func entries(of list: JSON) throws -> [Entry] {
    try (list["receipts"]?.array ?? []).map { entry in
      guard let sequence = entry["sequence"]?.integer,
        let id = entry["request_id"]?.string.flatMap({ RequestID(hex: $0) })
      else { throw PeerError.malformed("the list of receipts") }
      return Entry(sequence: Int64(sequence), id: id)
    }
  }

  /// Runs bundles again, and reports those that are refuted. One that cannot be had must not keep the auditor from the
  /// others.
  func audit(_ ids: [RequestID]) async throws {
    var sound: [(id: RequestID, bundle: Bundle, bytes: [UInt8])] = []
    for id in ids {
      do {
        let bytes = try await get("/v1/receipts/\(id)", limit: 192 << 20)
        var expected = ExpectedJob()
        expected.requestID = id
        expected.network = configuration.network
        let evidence = VerificationReport(bundle: bytes, expectation: expected)
        if let bundle = evidence.bundle, evidence.refutation == nil {
          sound.append((id, bundle, bytes))
        } else {
          logger.warning("request \(id): the bundle does not verify: \(evidence.refutation?.reason ?? "")")
        }
      } catch let error where !(error is CancellationError) {
        logger.error("request \(id) was not audited: \(error)")
      }
    }
    // A few great bundles are enough for one pass.
    while !sound.isEmpty {
      var byteCount = 0
      let count = sound.prefix { entry in
        defer { byteCount += entry.bytes.count }
        return byteCount == 0 || byteCount + entry.bytes.count <= Self.groupByteCount
      }.count
      try await judge(Array(sound.prefix(count)))
      sound.removeFirst(count)
    }
  }

  private func judge(_ sound: [(id: RequestID, bundle: Bundle, bytes: [UInt8])]) async throws {
    for (entry, verdict) in zip(sound, await rerun(sound.map(\.bytes))) {
      do {
        try await act(on: verdict, entry.id, bundle: entry.bundle, bytes: entry.bytes)
      } catch let error where !(error is CancellationError) {
        logger.error("request \(entry.id) was not reported: \(error)")
      }
    }
  }

  private func act(on verdict: RerunVerdict, _ id: RequestID, bundle: Bundle, bytes: [UInt8]) async throws {
    switch verdict {
    case .agrees: logger.info("request \(id): the answer is the program's")
    case .cannotTell(let reason): logger.warning("request \(id): cannot tell, \(reason)")
    case .refuted(let reason): try await post(reason: reason, bundle: bundle, bytes: bytes)
    }
  }

  private func post(reason: String, bundle: Bundle, bytes: [UInt8]) async throws {
    let line = String(decoding: reason.utf8.prefix(1_024), as: UTF8.self)
    let signed = try identity.key.sign(
      AuditReport(on: bundle, bytes: bytes, reason: line, auditor: identity.publicKey, now: clock.now()))
    let document = ReportDocument(report: signed, reason: line, bundle: bytes)
    let receipt = bundle.receipt.body
    report(.notice("provider \(receipt.provider.short) is refuted on request \(receipt.requestID): \(line)"))
    let answer = try await PeerHTTP.plain.send(
      .post, "\(configuration.gateway)/razao/v1/reports", body: document.json.encoded(), type: "application/json",
      timeout: .seconds(60), limit: 1 << 20)
    if answer.status != 200 { logger.error("the gateway did not take the report: \(answer.refusal.message)") }
  }

  private func get(_ path: String, limit: Int) async throws -> [UInt8] {
    let answer = try await PeerHTTP.plain.send(.get, configuration.gateway + path, timeout: .seconds(30), limit: limit)
    guard answer.status == 200 else { throw PeerError.refused(answer.refusal) }
    return answer.body
  }

  /// Drawn from the system's generator: nobody can tell which answers are audited.
  private func isDrawn() -> Bool { configuration.share >= 1 || Double.random(in: 0..<1) < configuration.share }
}

/// How far in the gateway's list an auditor is, kept in its home; losing it only means auditing again.
enum AuditPlace {
  static func load(home: String) -> Int64 {
    guard let bytes = try? PrivateFile.read("\(home)/place") else { return 0 }
    return Int64(String(decoding: bytes, as: UTF8.self)) ?? 0
  }

  static func save(_ place: Int64, home: String) {
    try? PrivateFile.replace(Array(String(place).utf8), at: "\(home)/place")
  }
}

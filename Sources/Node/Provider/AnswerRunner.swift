import Dialects
import Hashing
import Logging
import Receipts
import Synchronization

/// What a requester gets while an answer grows.
package struct AnswerPiece: Equatable, Sendable {
  /// Whole UTF-8 scalars; may be empty when there is a checkpoint.
  package var text: [UInt8]
  package var checkpoint: SignedCheckpoint?
}

/// An answer with its receipt.
package struct FinishedAnswer: Sendable {
  package var bundle: Bundle
  /// The end of the text that no piece has carried.
  package var rest: [UInt8]

  /// What goes over the wire: everything but the trace hashes, which stay with the provider.
  package var sentBundle: Bundle {
    var sent = bundle
    sent.trace = nil
    return sent
  }
}

/// Runs jobs: waits for a turn, computes, signs checkpoints on the way and the receipt at the end, stores the bundle.
///
/// An answer that is cut short, by a requester who goes away or by the end of the process, leaves a partial receipt.
package struct AnswerRunner: Sendable {
  package let desk: ProviderDesk
  package let gate: JobGate
  package let shelf: BundleShelf
  /// Where receipts are entered before they leave; `nil` where there is no ledger.
  private let books: ProviderBooks?
  private let cashier: Cashier?
  private let logger: Logger

  package init(
    desk: ProviderDesk, gate: JobGate, shelf: BundleShelf, books: ProviderBooks? = nil, cashier: Cashier? = nil,
    logger: Logger
  ) {
    self.desk = desk
    self.gate = gate
    self.shelf = shelf
    self.books = books
    self.cashier = cashier
    self.logger = logger
  }

  /// Computes one answer.
  /// - Parameter emit: takes the pieces in order. While it waits the engine goes on beside the others' answers, at most to this one's end.
  /// - Throws: `GateError`, `CancellationError` before the first token, whatever the engine or `emit` throws.
  package func run(
    _ job: OpenedJob, emit: @escaping @Sendable (AnswerPiece) async throws -> Void
  ) async throws -> FinishedAnswer {
    guard let (engine, program) = desk.offer(job.accept.body.programRoot) else {
      throw RequestError(.modelNotFound, "model", "This provider no longer serves the program.")
    }
    defer {
      let (cashier, id) = (cashier, job.accept.body.requestID)
      if let cashier { Task { await cashier.release(id) } }
    }
    return try await gate.run {
      let progress = Progress(JobRecord(job, program: program))
      let engineJob = EngineJob(
        request: job.request, prompt: job.prompt, seed: job.samplerSeed,
        traceSalt: job.blinds.traceSalt(provider: desk.identity.id), traceBlind: job.blinds.trace,
        cacheKey: job.cacheKey)
      let answer = try await engine.answer(engineJob) { step in
        let checkpoint = try progress.receive(step, desk: desk)
        guard !step.text.isEmpty || checkpoint != nil else { return }
        try await emit(AnswerPiece(text: step.text, checkpoint: checkpoint))
      }
      return try finish(answer, progress: progress)
    }
  }

  private func finish(_ answer: EngineAnswer, progress: Progress) throws -> FinishedAnswer {
    let (record, sentCount) = progress.state
    var body = try record.receipt(for: answer, now: desk.now)
    let receipt: SignedReceipt
    if let books {
      receipt = try books.enter(channel: body.channel, amount: body.amountOwed) { owed in
        body.channelOwed = owed
        return try desk.sign(body)
      }
    } else {
      receipt = try desk.sign(body)
    }
    answer.onReceipt?(receipt)
    let bundle = Bundle(
      receipt: receipt, accept: record.job.accept, blinds: record.job.blinds, requestBody: record.job.body,
      prompt: record.job.prompt, answer: answer.tokens, text: answer.text, trace: answer.cells,
      certificate: desk.identity.certificate, prefixOrigin: answer.prefix?.origin, joint: record.job.joint)
    shelf.put(bundle, now: desk.now)
    do { try desk.answered(bundle.accept) } catch { logger.warning("an answered job is still kept: \(error)") }
    if answer.finish == .aborted {
      logger.info("request \(receipt.body.requestID) was cut short after \(answer.tokens.count) tokens")
    }
    return FinishedAnswer(bundle: bundle, rest: Array(answer.text.dropFirst(sentCount)))
  }
}

/// The record of an answer under way, shared between the engine's steps and the end.
private final class Progress: Sendable {
  private let shared: Mutex<(record: JobRecord, sentCount: Int)>

  init(_ record: JobRecord) {
    shared = Mutex((record, 0))
  }

  var state: (record: JobRecord, sentCount: Int) { shared.withLock { $0 } }

  func receive(_ step: EngineStep, desk: ProviderDesk) throws -> SignedCheckpoint? {
    let checkpoint = shared.withLock { state in
      state.sentCount += step.text.count
      return state.record.receive(step, now: desk.now)
    }
    return try checkpoint.map { try desk.sign($0) }
  }
}

/// Where finished bundles go: the store, and what is known of its health.
package final class BundleShelf: Sendable {
  private let store: ReceiptStore
  private let logger: Logger
  private let lastFailure = Mutex<String?>(nil)

  package init(store: ReceiptStore, logger: Logger) {
    self.store = store
    self.logger = logger
  }

  /// Why the last bundle could not be stored; `nil` when it was.
  package var failure: String? { lastFailure.withLock { $0 } }

  /// Stores a bundle. A failure is logged and remembered, not thrown: the answer goes out with its receipt all the same.
  package func put(_ bundle: Bundle, now: UInt64) {
    let receipt = bundle.receipt.body
    do throws(StoreError) {
      try store.insert(
        bundle: bundle.encoded(), requestID: receipt.requestID, provider: receipt.provider,
        program: receipt.programRoot, isPartial: receipt.answer.isPartial, now: now)
      lastFailure.withLock { $0 = nil }
    } catch {
      logger.error("bundle \(receipt.requestID) was not stored: \(error)")
      lastFailure.withLock { $0 = error.description }
    }
  }

  /// The bytes of a bundle, or `nil`.
  package func bundle(_ id: RequestID) throws(StoreError) -> [UInt8]? { try store.bundle(id) }
}

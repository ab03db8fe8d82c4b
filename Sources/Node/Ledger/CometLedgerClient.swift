import Hashing
import Ledger
import LightClient
import StateTree

/// A ledger that CometBFT drives, over a node's JSON-RPC.
///
/// With a chain of trust, values of the state are verified as a light client does it: the header by its validators'
/// signatures, the value by its proof under the header's app hash. Without one the node's headers are taken as they
/// come. Listings and events are never proven.
package struct CometLedgerClient: LedgerClient {
  package let connection: CometConnection
  private let trust: CometTrust?
  /// How long a header that proves the last state is waited for; it comes with the next block.
  private let patience: Duration
  private let pause: Duration

  package init(
    _ connection: CometConnection, trust: CometTrust? = nil, patience: Duration = .seconds(15),
    pause: Duration = .milliseconds(250)
  ) {
    self.connection = connection
    self.trust = trust
    self.patience = patience
    self.pause = pause
  }

  /// The node's own view; the app hash is that of the last header, which is the state before its block.
  package func status() async throws(LedgerClientError) -> LedgerStatus {
    let status = try await connection.call(CometRPC.status)
    return LedgerStatus(
      chainID: status.chainID.description, engine: .replicated, height: status.latestHeight,
      time: status.latestTime.milliseconds, appHash: Digest(status.latestAppHash) ?? .zero)
  }

  package func submit(_ transaction: [UInt8]) async throws(LedgerClientError) -> Digest {
    let answer = try await connection.call(CometRPC.broadcast(transaction))
    guard answer.code == 0 else { throw .refused(code: answer.code, detail: answer.log.withoutControls) }
    guard answer.hash == SignedTransaction.id(of: transaction) else { throw .unverified("another transaction's id") }
    return answer.hash
  }

  package func place(of id: Digest, timeout: Duration) async throws(LedgerClientError) -> TransactionPlace {
    let deadline = ContinuousClock.now + timeout
    while true {
      if let found = try await connection.find(CometRPC.transaction(id.bytes, prove: false)) {
        guard found.hash == id else { throw .unverified("another transaction") }
        return TransactionPlace(
          id: id, height: found.height, code: found.result.code, detail: found.result.log.withoutControls)
      }
      guard ContinuousClock.now < deadline, !Task.isCancelled else {
        throw .timeout("the transaction \(id) is in no block yet")
      }
      try? await Task.sleep(for: pause)
    }
  }

  /// The state after block H is proven by the header of H + 1. A chain at rest makes no more headers, and then the last
  /// one holds the app hash that is still the state's; so it is tried first.
  package func query(_ key: [UInt8]) async throws(LedgerClientError) -> ProvenValue {
    let deadline = ContinuousClock.now + patience
    while true {
      let answer = try await ask("/state", key, prove: true)
      guard answer.key == key || answer.key.isEmpty, let step = answer.proof.first else {
        throw .unverified("the node gives no proof of the value")
      }
      let latest = try await connection.call(CometRPC.status).latestHeight
      for height in [latest, answer.height + 1] where (1...latest).contains(height) {
        if let value = try await proven(key, answer.value, step.data, by: height) { return value }
      }
      guard ContinuousClock.now < deadline, !Task.isCancelled else {
        throw .timeout("no header proves the state after block \(answer.height) yet")
      }
      try? await Task.sleep(for: pause)
    }
  }

  /// The value, if the header of a height proves it.
  /// - Throws: when the proof is malformed, or shows another value than the node says.
  private func proven(
    _ key: [UInt8], _ stated: [UInt8], _ proof: [UInt8], by height: UInt64
  ) async throws(LedgerClientError) -> ProvenValue? {
    let header = try await header(at: height)
    guard let root = StateRoot(in: header) else { throw .unverified("the header's app hash is not the ledger's") }
    let value: [UInt8]?
    do {
      value = try StateProof(decoding: proof).provenValue(root: root.root, key: key)
    } catch StateProofError.otherRoot {
      return nil
    } catch {
      throw .unverified("the state proof: \(error)")
    }
    guard (value ?? []) == stated else { throw .unverified("the node says another value than its proof") }
    return ProvenValue(key: key, value: value, height: root.height, appHash: root.root, proof: proof)
  }

  /// The header of a height, verified where there is a chain of trust.
  private func header(at height: UInt64) async throws(LedgerClientError) -> Header {
    if let trust { return try await trust.header(at: height, from: connection) }
    return try await connection.call(CometRPC.commit(at: height)).header
  }

  package func events(after sequence: UInt64, wait: Duration) async throws(LedgerClientError) -> [PlacedEvent] {
    let deadline = ContinuousClock.now + wait
    var data = ByteWriter()
    data.write(sequence)
    data.write(UInt32(1_000))
    while true {
      let events = try CometListings.events(try await ask("/events", data.bytes, prove: false).value)
      if !events.isEmpty || ContinuousClock.now >= deadline || Task.isCancelled { return events }
      try? await Task.sleep(for: pause)
    }
  }

  package func list(
    _ table: StateTable, after cursor: [UInt8], limit: Int
  ) async throws(LedgerClientError) -> [(key: [UInt8], value: [UInt8])] {
    var data = ByteWriter()
    data.write(table.rawValue)
    data.write(UInt32(clamping: max(1, min(1_000, limit))))
    data.write(contentsOf: cursor)
    return try CometListings.records(try await ask("/list", data.bytes, prove: false).value)
  }

  private func ask(_ path: String, _ data: [UInt8], prove: Bool) async throws(LedgerClientError) -> QueryAnswer {
    let answer = try await connection.call(CometRPC.query(path: path, data: data, prove: prove))
    guard answer.code == 0 else {
      throw .unreachable("the application refuses \(path): \(answer.log.withoutControls) (\(answer.code))")
    }
    return answer
  }
}

/// The values of the application's "/list" and "/events": u32 count, then each; texts and bytes after their u32 length.
enum CometListings {
  private static let limit = 1_000
  private static let byteLimit = 16 << 20

  static func records(_ bytes: [UInt8]) throws(LedgerClientError) -> [(key: [UInt8], value: [UInt8])] {
    try read(bytes) { reader throws(ByteReaderError) in
      try reader.readList(limit: limit, "records") { reader throws(ByteReaderError) in
        (key: try reader.readBytes(limit: byteLimit, "key"), value: try reader.readBytes(limit: byteLimit, "value"))
      }
    }
  }

  static func events(_ bytes: [UInt8]) throws(LedgerClientError) -> [PlacedEvent] {
    try read(bytes) { reader throws(ByteReaderError) in
      try reader.readList(limit: limit, "events") { reader throws(ByteReaderError) in
        let (sequence, height) = (try reader.read(UInt64.self), try reader.read(UInt64.self))
        let kind = try reader.readText(limit: 1 << 16, "kind")
        let attributes = try reader.readList(limit: 1 << 12, "attributes") { reader throws(ByteReaderError) in
          MessageField(try reader.readText(limit: 1 << 16, "name"), try reader.readText(limit: 1 << 16, "value"))
        }
        return PlacedEvent(sequence: sequence, height: height, event: LedgerEvent(kind, attributes))
      }
    }
  }

  private static func read<Value>(
    _ bytes: [UInt8], _ body: (inout ByteReader) throws(ByteReaderError) -> Value
  ) throws(LedgerClientError) -> Value {
    do throws(ByteReaderError) {
      var reader = ByteReader(bytes)
      let value = try body(&reader)
      try reader.finish()
      return value
    } catch {
      throw .unverified("the application's listing: \(error)")
    }
  }
}

extension CometTime {
  /// Milliseconds since 1970; 0 before.
  var milliseconds: UInt64 { UInt64(clamping: seconds) &* 1_000 &+ UInt64(nanoseconds / 1_000_000) }
}

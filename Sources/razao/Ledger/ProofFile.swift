import Hashing
import Ledger
import StrictJSON

/// What `razao ledger prove` writes: a key, its value or its absence, and what leads from there to the state's root.
///
/// The file is JSON with bytes as hexadecimal digits. Whoever checks it needs nothing but the root, the app hash, from
/// a source that they trust: a block that validators or the operator signed.
struct ProofFile: Equatable {
  static let limits = JSONLimits(byteCount: 64 << 20, depth: 3)

  var chainID: String
  var engine: LedgerStatus.Engine
  var proven: ProvenValue
  /// The block's header with the operator's signature, where an operator signs.
  var header: [UInt8]?

  var json: JSON {
    [
      "version": 1, "chain": .string(chainID), "engine": .string(engine.rawValue), "height": JSON(proven.height),
      "app_hash": .string(proven.appHash.hex), "key": .string(proven.key.hex),
      "value": proven.value.map { .string($0.hex) } ?? .null, "proof": .string(proven.proof.hex),
      "header": header.map { .string($0.hex) } ?? .null,
    ]
  }

  /// The file's bytes.
  var encoded: [UInt8] { json.encoded(indented: true) + [0x0A] }

  init(chainID: String, engine: LedgerStatus.Engine, proven: ProvenValue, header: [UInt8]? = nil) {
    self.chainID = chainID
    self.engine = engine
    self.proven = proven
    self.header = header
  }

  /// Reads a file; it says nothing yet about whether the proof holds.
  /// - Throws: `CommandFailure` with status 1, naming the file.
  init(decoding bytes: [UInt8], path: String) throws {
    func malformed(_ what: String) -> CommandFailure { CommandFailure("\(path) is no proof file: \(what)", status: 1) }
    guard let json = try? JSON.parse(bytes, limits: Self.limits), json["version"]?.integer == 1 else {
      throw malformed("not JSON of version 1")
    }
    guard let chain = json["chain"]?.string,
      let engine = json["engine"]?.string.flatMap({ LedgerStatus.Engine(rawValue: $0) }),
      let height = json["height"]?.integer.flatMap({ UInt64(exactly: $0) }),
      let appHash = json["app_hash"]?.string.flatMap({ Digest(hex: $0) })
    else { throw malformed("the chain, the engine, the height or the app hash is missing") }
    guard let key = json["key"]?.string.flatMap({ [UInt8](hex: $0) }),
      let proof = json["proof"]?.string.flatMap({ [UInt8](hex: $0) }), let stated = json["value"]
    else { throw malformed("the key, the value or the proof is missing") }
    func optional(_ json: JSON?, _ what: String) throws -> [UInt8]? {
      guard let json, !json.isNull else { return nil }
      guard let bytes = json.string.flatMap({ [UInt8](hex: $0) }) else { throw malformed("the \(what) is not bytes") }
      return bytes
    }
    let value = try optional(stated, "value")
    self.init(
      chainID: chain, engine: engine,
      proven: ProvenValue(key: key, value: value, height: height, appHash: appHash, proof: proof),
      header: try optional(json["header"], "header"))
  }
}

import Hashing
import Hummingbird
import HummingbirdTesting
import Ledger
import LedgerStore
import LightClient
import Logging
import StrictJSON
import Synchronization
import Testing

import enum Crypto.Curve25519

@testable import Node

/// A CometBFT node of four validators, scripted: blocks over an embedded ledger's states, and JSON-RPC for them.
final class FakeComet: Sendable {
  static let start: UInt64 = 1_700_000_000

  let chainID: String
  let town: LedgerTown
  private let signers: [Curve25519.Signing.PrivateKey]
  private let blocks = Mutex<[LightBlock]>([])
  /// What the node says instead of the truth, by method.
  let lies = Mutex<[String: @Sendable (JSON) -> JSON]>([:])
  /// Transactions in blocks, by id.
  private let placed = Mutex<[Digest: UInt64]>([:])

  init(chainID: String = "town-1", signersFrom first: UInt8 = 0) async throws {
    self.chainID = chainID
    town = try await LedgerTown()
    signers = try (0..<4).map {
      try Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: first + $0 + 1, count: 32))
    }
    try await append()
  }

  /// Blocks so far.
  var height: UInt64 { blocks.withLock { UInt64($0.count) } }
  func block(_ height: UInt64) -> LightBlock { blocks.withLock { $0[Int(height) - 1] } }
  /// A moment shortly after the last block.
  var clock: WallClock { WallClock { (Self.start + self.height + 5) * 1_000 } }

  /// A block that carries the state's root as it is now, the state before the block.
  func append() async throws {
    let root = try await town.ledger.status().appHash
    let parent = blocks.withLock { $0.last }
    let block = try make(height: height + 1, parent: parent, appHash: root)
    blocks.withLock { $0.append(block) }
  }

  /// A block with a transfer, without the one that proves it.
  @discardableResult
  func transfer(nonce: UInt64) async throws -> Digest {
    try await append()
    let id = try await town.transfer(1, from: nonce)[0]
    placed.withLock { $0[id] = height }
    return id
  }

  private func make(height: UInt64, parent: LightBlock?, appHash: Digest) throws -> LightBlock {
    let validators = try signers.map { key in
      LightClient.Validator(key: try #require(ConsensusKey(Array(key.publicKey.rawRepresentation))), power: 10)
    }
    let set = try LightClient.ValidatorSet(sorting: validators)
    let time = try #require(CometTime(seconds: Int64(Self.start + height), nanoseconds: 5))
    let chain = try #require(ChainID(chainID))
    let header = Header(
      appVersion: 1, chainID: chain, height: height, time: time, lastBlockID: parent?.commit.blockID,
      lastCommitHash: .zero, dataHash: nil, validatorsHash: set.hash, nextValidatorsHash: set.hash,
      consensusHash: .zero, appHash: appHash.bytes, lastResultsHash: nil, evidenceHash: nil,
      proposer: set.addresses[0])
    let id = BlockID(hash: header.hash, parts: PartSetHeader(total: 1, hash: Merkle.leaf(header.hash.bytes)))
    var commit = Commit(height: height, round: 0, blockID: id, signatures: [])
    for validator in set.validators {
      let key = try #require(signers.first { Array($0.publicKey.rawRepresentation) == validator.key.bytes })
      let signature = try key.signature(for: commit.signBytes(chainID: chain, time: time))
      commit.signatures.append(
        .commit(
          try #require(
            PrecommitSignature(validator: validator.key.address, time: time, signature: Array(signature)))))
    }
    return LightBlock(header: header, commit: commit, validators: set)
  }

  func application() -> some ApplicationProtocol {
    let router = Router(context: NodeContext.self)
    router.post("/") { request, _ in
      var request = request
      let call = try JSON.parse(try await request.collectBytes(limit: 1 << 20))
      let method = call["method"]?.string ?? ""
      let answer = try await self.answer(method, call["params"] ?? [:])
      let shown = self.lies.withLock { $0[method] }?(answer) ?? answer
      guard var object = shown.object else { return Response(shown) }
      object["jsonrpc"] = "2.0"
      object["id"] = call["id"]
      return Response(.object(object), status: object["error"] == nil ? .ok : .internalServerError)
    }
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return Application(
      router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)), logger: logger)
  }

  private static func failure(_ message: String) -> JSON {
    ["error": ["code": -32_603, "message": "Internal error", "data": .string(message)]]
  }

  private func answer(_ method: String, _ parameters: JSON) async throws -> JSON {
    let wanted = parameters["height"]?.string.flatMap { UInt64($0) } ?? height
    switch method {
    case "status": return ["result": CometJSON.status(block(height))]
    case "commit" where (1...height).contains(wanted): return ["result": CometJSON.commit(block(wanted))]
    case "validators" where (1...height).contains(wanted):
      return ["result": CometJSON.validators(block(wanted).validators, height: wanted)]
    case "broadcast_tx_sync": return try await broadcast(parameters)
    case "tx":
      guard let id = (parameters["hash"]?.string).flatMap({ Base64Text.decode($0) }).flatMap({ Digest($0) }),
        let height = placed.withLock({ $0[id] }), let found = try await town.source.transaction(id)
      else { return Self.failure("tx not found") }
      return ["result": CometJSON.transaction(found, height: height)]
    case "abci_query": return try await query(parameters)
    default: return Self.failure("height must be less than or equal to the current blockchain height")
    }
  }

  private func broadcast(_ parameters: JSON) async throws -> JSON {
    let bytes = parameters["tx"]?.string.flatMap { Base64Text.decode($0) } ?? []
    let (code, log) = try await check(bytes)
    return [
      "result": [
        "code": JSON(code), "data": "", "log": .string(log), "codespace": "",
        "hash": CometJSON.hex(SignedTransaction.id(of: bytes).bytes),
      ]
    ]
  }

  private func check(_ bytes: [UInt8]) async throws -> (code: UInt32, log: String) {
    do {
      _ = try await town.ledger.submit(bytes)
      return (0, "")
    } catch {
      guard case .refused(let code, let detail) = error else { throw error }
      return (code, detail)
    }
  }

  private func query(_ parameters: JSON) async throws -> JSON {
    let data = parameters["data"]?.string.flatMap { [UInt8](hex: $0) } ?? []
    var response: JSONObject = ["code": 0, "height": .string(String(height)), "key": CometJSON.base64(data)]
    switch parameters["path"]?.string {
    case "/state":
      let value = try await town.ledger.query(data)
      response["value"] = CometJSON.base64(value.value ?? [])
      response["proofOps"] = [
        "ops": [["type": "razao/state/1", "key": CometJSON.base64(data), "data": CometJSON.base64(value.proof)]]
      ]
    case "/list":
      response["value"] = CometJSON.base64(CometJSON.records(try town.ledger.store.list(.account, limit: 9)))
    case "/events":
      response["value"] = CometJSON.base64(CometJSON.events(try await town.ledger.events(after: 0, wait: .zero)))
    default: (response["code"], response["log"]) = (1, "there is no path of this name")
    }
    return ["result": ["response": .object(response)]]
  }
}

import Hashing
import LightClient
import Receipts
import StrictJSON
import Wallet

/// What this user has decided to trust of each chain: `HOME/trust/CHAIN.json`, and beside it for CometBFT what the light
/// client has verified since.
struct TrustFile: Sendable {
  let folder: String

  init(home: String) {
    folder = home + "/trust"
  }

  /// What is pinned for a chain.
  enum Pin: Equatable, Sendable {
    case operatorKey(PublicKey)
    case root(height: UInt64, hash: Digest)
  }

  /// - Returns: `nil` when nothing is pinned.
  /// - Throws: `HomeError`; a file that is damaged is not silently pinned anew.
  func pin(of chainID: String) throws(HomeError) -> Pin? {
    let path = path(chainID)
    guard let bytes = try PrivateFile.read(path) else { return nil }
    guard let json = try? JSON.parse(bytes, limits: JSONLimits(byteCount: 1 << 16, depth: 4)),
      json["chain_id"]?.string.map({ $0.utf8.elementsEqual(chainID.utf8) }) == true
    else { throw .malformed(path: path, what: "not what this program writes") }
    if let key = json["operator_key"]?.string.flatMap({ [UInt8](hex: $0) }).flatMap({ PublicKey($0) }) {
      return .operatorKey(key)
    }
    guard let height = json["height"]?.integer.flatMap({ UInt64(exactly: $0) }),
      let hash = json["hash"]?.string.flatMap({ Digest(hex: $0) })
    else { throw .malformed(path: path, what: "not what this program writes") }
    return .root(height: height, hash: hash)
  }

  func set(_ pin: Pin, of chainID: String) throws(HomeError) {
    try PrivateFile.makeFolder(folder)
    var object: JSONObject = ["chain_id": .string(chainID)]
    switch pin {
    case .operatorKey(let key): object["operator_key"] = .string(key.bytes.hex)
    case .root(let height, let hash):
      object["height"] = JSON(height)
      object["hash"] = .string(hash.hex)
    }
    try PrivateFile.replace(JSON.object(object).encoded(indented: true), at: path(chainID))
  }

  /// What the light client has verified; `nil` when there is nothing, or nothing that belongs to the root.
  func store(of root: TrustedRoot) -> LightStore? {
    guard let bytes = try? PrivateFile.read(storePath(root.chainID.description), limit: 256 << 20),
      let store = try? LightStore(decoding: bytes), store.root == root
    else { return nil }
    return store
  }

  /// Best effort: without it the next start verifies again.
  func keep(_ store: [UInt8], of chainID: String) {
    try? PrivateFile.makeFolder(folder)
    try? PrivateFile.replace(store, at: storePath(chainID))
  }

  func path(_ chainID: String) -> String { "\(folder)/\(Self.fileName(chainID)).json" }
  private func storePath(_ chainID: String) -> String { "\(folder)/\(Self.fileName(chainID)).light" }

  /// The chain id where it can be a file's name, else a hash of it.
  static func fileName(_ chainID: String) -> String {
    let isPlain = chainID.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    return isPlain && !chainID.isEmpty && chainID.utf8.count <= 50
      ? chainID : "chain-\(SHA256.hash(Array(chainID.utf8)).hex.prefix(32))"
  }
}

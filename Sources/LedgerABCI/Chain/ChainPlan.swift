import Hashing
import Ledger
import Receipts

/// A chain that is to be started on CometBFT: its genesis, its validators, and where each of their nodes runs.
///
/// `files()` makes everything that the nodes need, the same bytes for the same plan.
package struct ChainPlan: Sendable {
  /// One validator's node.
  package struct Node: Sendable {
    /// Lower-case letters, digits and hyphens; the folder's name and the engine's moniker.
    package var name: String
    /// Where the other nodes reach it.
    package var host: String
    package var peerPort: UInt16
    /// The engine's JSON-RPC, on this machine alone.
    package var queryPort: UInt16
    /// Where the ledger listens for the engine.
    package var application: ABCIAddress
    /// 32 secret bytes: the Ed25519 key that votes.
    package var consensusSeed: [UInt8]
    /// 32 secret bytes: the Ed25519 key that names the node to its peers.
    package var nodeSeed: [UInt8]
    /// Whose bond stands behind the validator.
    package var account: Digest
    /// Grains.
    package var bond: UInt64

    package init(
      name: String, host: String, peerPort: UInt16, queryPort: UInt16, application: ABCIAddress,
      consensusSeed: [UInt8], nodeSeed: [UInt8], account: Digest, bond: UInt64
    ) {
      self.name = name
      self.host = host
      self.peerPort = peerPort
      self.queryPort = queryPort
      self.application = application
      self.consensusSeed = consensusSeed
      self.nodeSeed = nodeSeed
      self.account = account
      self.bond = bond
    }
  }

  /// The ledger's beginning; its validators are the nodes'.
  package var genesis: Genesis
  package var nodes: [Node]
  /// Without empty blocks an idle chain stays quiet.
  package var createsEmptyBlocks: Bool
  /// Seconds that the engine waits after a block for late votes.
  package var commitWait: UInt32

  package init(genesis: Genesis, nodes: [Node], createsEmptyBlocks: Bool = false, commitWait: UInt32 = 1) {
    self.genesis = genesis
    self.nodes = nodes
    self.createsEmptyBlocks = createsEmptyBlocks
    self.commitWait = commitWait
  }
}

extension ChainPlan.Node {
  private static let firstPort = 26_656

  /// The node of a number, from 1, among several on one machine: ports ten apart, from CometBFT's own on, and a unix
  /// socket in the node's folder; a port of the loopback where the folder's path is too long for a socket.
  /// - Parameters:
  ///   - number: 1…64.
  ///   - folder: the folder of all nodes, as an absolute path.
  package static func local(
    _ number: Int, in folder: String, consensusSeed: [UInt8], nodeSeed: [UInt8], account: Digest, bond: UInt64
  ) -> Self {
    precondition((1...ChainPlan.nodeLimit).contains(number))
    let port = firstPort + 10 * (number - 1)
    let socket = "\(folder)/node\(number)/abci.sock"
    return Self(
      name: "node\(number)", host: "127.0.0.1", peerPort: UInt16(port), queryPort: UInt16(port + 1),
      application: ChainPlan.isSocketPath(socket) ? .unix(path: socket) : .tcp(host: "127.0.0.1", port: port + 2),
      consensusSeed: consensusSeed, nodeSeed: nodeSeed, account: account, bond: bond)
  }
}

/// A file of a node's home folder.
package struct ChainFile: Equatable, Sendable {
  /// Below the folder of all nodes: `node1/config/genesis.json`.
  package var path: String
  package var bytes: [UInt8]
  /// Whether it holds a private key: for its owner's eyes only (0600).
  package var isSecret: Bool
}

/// Why a plan makes no chain.
package enum ChainPlanError: Error, Equatable, Sendable, CustomStringConvertible {
  case nodeCount(Int)
  case node(String, String)
  /// Two nodes have the same name, key, account or port.
  case repeated(String)
  case genesis(LedgerFault)

  package var description: String {
    switch self {
    case .nodeCount(let count): "a chain has 1 to \(ChainPlan.nodeLimit) validators at its beginning, not \(count)"
    case .node(let name, let why): "node `\(name)`: \(why)"
    case .repeated(let what): "two nodes have the same \(what)"
    case .genesis(let fault): "\(fault)"
    }
  }
}

extension ChainPlan {
  package static let nodeLimit = 64

  /// The genesis with the nodes as validators, after a machine has started from it.
  func checkedGenesis() throws(ChainPlanError) -> Genesis {
    guard (1...Self.nodeLimit).contains(nodes.count) else { throw .nodeCount(nodes.count) }
    for node in nodes { try Self.check(node) }
    try checkDistinct()
    var genesis = genesis
    genesis.validators = []
    for node in nodes {
      genesis.validators.append(
        .init(account: node.account, key: try Self.key(node.consensusSeed, node).publicKey, bond: node.bond))
    }
    do throws(LedgerFault) {
      _ = try Genesis(
        chainID: genesis.chainID, time: genesis.time, appState: genesis.appState.encoded())
      _ = try LedgerMachine.start(genesis)
    } catch {
      throw .genesis(error)
    }
    return genesis
  }

  /// What is written into configuration files without quotes of its own must need none.
  private static func check(_ node: Node) throws(ChainPlanError) {
    let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789-".utf8)
    guard (1...40).contains(node.name.utf8.count), node.name.utf8.allSatisfy(letters.contains) else {
      throw .node(node.name, "a name has 1 to 40 lower-case letters, digits and hyphens")
    }
    let hostLetters = letters.union("ABCDEFGHIJKLMNOPQRSTUVWXYZ.:".utf8)
    guard (1...253).contains(node.host.utf8.count), node.host.utf8.allSatisfy(hostLetters.contains) else {
      throw .node(node.name, "`\(node.host)` is no host name or address")
    }
    guard node.peerPort > 0, node.queryPort > 0 else { throw .node(node.name, "its ports must be 1 to 65535") }
    if case .unix(let path) = node.application {
      guard isSocketPath(path) else {
        throw .node(node.name, "the socket's path must be absolute, of at most 107 bytes without spaces or quotes")
      }
    }
    _ = try key(node.consensusSeed, node)
    _ = try key(node.nodeSeed, node)
  }

  /// Whether a socket can have this path and a configuration file can name it as it stands.
  static func isSocketPath(_ path: String) -> Bool {
    path.utf8.first == 0x2f && path.utf8.count <= 107
      && path.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x5c && $0 != 0x7f }
  }

  static func key(_ seed: [UInt8], _ node: Node) throws(ChainPlanError) -> SigningKey {
    guard let key = SigningKey(seed: seed) else { throw .node(node.name, "a seed has 32 bytes") }
    return key
  }

  private func checkDistinct() throws(ChainPlanError) {
    func isRepeated(_ values: [some Hashable]) -> Bool { Set(values).count < values.count }
    if isRepeated(nodes.map(\.name)) { throw .repeated("name") }
    if isRepeated(nodes.map(\.account)) { throw .repeated("account") }
    if isRepeated(nodes.map(\.consensusSeed) + nodes.map(\.nodeSeed)) { throw .repeated("key") }
    if isRepeated(nodes.flatMap { ["\($0.host) \($0.peerPort)", "\($0.host) \($0.queryPort)"] }) {
      throw .repeated("host and port")
    }
    if isRepeated(nodes.map { "\($0.host) \($0.application)" }) { throw .repeated("application address") }
  }
}

import Hashing
import Ledger
import StrictJSON

extension ChainPlan {
  /// All files of all nodes, in the formats of CometBFT 0.38: for each node `config/genesis.json`, `config/config.toml`,
  /// `config/priv_validator_key.json`, `config/node_key.json` and `data/priv_validator_state.json`.
  /// - Throws: when no chain can start from the plan.
  package func files() throws(ChainPlanError) -> [ChainFile] {
    let genesis = try checkedGenesis()
    let peers = try nodes.map { node throws(ChainPlanError) in try Self.peer(node) }
    let beginning = EngineGenesis(genesis).json.encoded(indented: true) + [0x0a]
    var files: [ChainFile] = []
    for (index, node) in nodes.enumerated() {
      let others = (peers[..<index] + peers[(index + 1)...]).joined(separator: ",")
      let consensus = EngineKey(seed: node.consensusSeed, try Self.key(node.consensusSeed, node).publicKey)
      let identity = EngineKey(seed: node.nodeSeed, try Self.key(node.nodeSeed, node).publicKey)
      files += [
        ChainFile(path: "\(node.name)/config/genesis.json", bytes: beginning, isSecret: false),
        ChainFile(
          path: "\(node.name)/config/config.toml", bytes: Array(configuration(of: node, peers: others).utf8),
          isSecret: false),
        Self.file("\(node.name)/config/priv_validator_key.json", consensus.validatorJSON, isSecret: true),
        Self.file("\(node.name)/config/node_key.json", identity.nodeJSON, isSecret: true),
        Self.file(
          "\(node.name)/data/priv_validator_state.json", ["height": "0", "round": 0, "step": 0], isSecret: false),
      ]
    }
    return files
  }

  private static func file(_ path: String, _ json: JSON, isSecret: Bool) -> ChainFile {
    ChainFile(path: path, bytes: json.encoded(indented: true) + [0x0a], isSecret: isSecret)
  }

  /// The engine's configuration; what it leaves out keeps the engine's own default.
  func configuration(of node: Node, peers: String) -> String {
    """
    # CometBFT 0.38 for one validator of the chain \(genesis.chainID).
    proxy_app = "\(node.application)"
    moniker = "\(node.name)"
    abci = "socket"

    [rpc]
    laddr = "tcp://127.0.0.1:\(node.queryPort)"

    [p2p]
    laddr = "tcp://0.0.0.0:\(node.peerPort)"
    external_address = "\(Self.place(node))"
    persistent_peers = "\(peers)"
    # Nodes may share a machine or a private network.
    addr_book_strict = false
    allow_duplicate_ip = true

    [mempool]
    type = "flood"
    recheck = true
    max_tx_bytes = \(Transaction.byteLimit)

    [statesync]
    enable = false

    [consensus]
    timeout_commit = "\(commitWait)s"
    create_empty_blocks = \(createsEmptyBlocks)
    create_empty_blocks_interval = "0s"

    [tx_index]
    indexer = "kv"

    """
  }

  /// A node as others call it: ID@HOST:PORT.
  private static func peer(_ node: Node) throws(ChainPlanError) -> String {
    let id = EngineKey.address(of: try key(node.nodeSeed, node).publicKey).hex
    return "\(id)@\(place(node))"
  }

  private static func place(_ node: Node) -> String {
    node.host.contains(":") ? "[\(node.host)]:\(node.peerPort)" : "\(node.host):\(node.peerPort)"
  }
}

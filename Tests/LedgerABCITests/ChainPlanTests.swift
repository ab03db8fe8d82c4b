import ABCI
import Hashing
import Ledger
import Receipts
import StrictJSON
import Testing

@testable import LedgerABCI

@Suite struct ChainPlanTests {
  private func seed(_ name: String) -> [UInt8] { taggedHash("razao/test/key/1", Array(name.utf8)).bytes }

  private func node(_ number: Int) throws -> ChainPlan.Node {
    .local(
      number, in: "/run/razao", consensusSeed: seed("consensus \(number)"), nodeSeed: seed("node \(number)"),
      account: try TestGenesis.account("owner \(number)"), bond: UInt64(number) * 2_000_000_000)
  }

  private func plan(_ count: Int = 4) throws -> ChainPlan {
    let nodes = try (1...count).map(node)
    let genesis = Genesis(
      chainID: "razao-plan-1", holders: [.init(account: try TestGenesis.account("alice"), raz: 1_000_000_000)],
      time: 1_700_000_000_500)
    return ChainPlan(genesis: genesis, nodes: nodes)
  }

  private func text(_ files: [ChainFile], _ path: String) throws -> String {
    String(decoding: try #require(files.first { $0.path == path }).bytes, as: UTF8.self)
  }

  private func json(_ files: [ChainFile], _ path: String) throws -> JSON {
    try JSON.parse(Array(try text(files, path).utf8))
  }

  private func error(_ change: (inout ChainPlan) -> Void) throws -> ChainPlanError? {
    var plan = try plan()
    change(&plan)
    do throws(ChainPlanError) {
      _ = try plan.files()
      return nil
    } catch {
      return error
    }
  }

  @Test func everyNodeGetsItsFiveFiles() throws {
    let files = try plan().files()
    #expect(files.count == 20)
    #expect(
      files.prefix(5).map(\.path) == [
        "node1/config/genesis.json", "node1/config/config.toml", "node1/config/priv_validator_key.json",
        "node1/config/node_key.json", "node1/data/priv_validator_state.json",
      ])
    #expect(files.allSatisfy { $0.isSecret == ($0.path.hasSuffix("key.json")) })
    #expect(try plan().files() == files)
    #expect(Set(files.filter { $0.path.hasSuffix("genesis.json") }.map(\.bytes)).count == 1)
  }

  @Test func theGenesisIsTheEnginesAndTheLedgers() throws {
    let genesis = try json(try plan().files(), "node1/config/genesis.json")
    #expect(genesis["genesis_time"]?.string == "2023-11-14T22:13:20.5Z")
    #expect(genesis["chain_id"]?.string == "razao-plan-1")
    #expect(genesis["initial_height"]?.string == "1")
    #expect(genesis["consensus_params"]?["version"]?["app"]?.string == "\(LedgerMachine.applicationVersion)")
    #expect(genesis["consensus_params"]?["block"]?["max_bytes"]?.string == "4194304")
    #expect(genesis["consensus_params"]?["evidence"]?["max_age_duration"]?.string == "1209600000000000")
    #expect(genesis["validators"]?.array?.map { $0["power"]?.string } == ["2000", "4000", "6000", "8000"])
    let state = try #require(genesis["app_state"])
    let read = try Genesis(chainID: "razao-plan-1", time: 1_700_000_000_500, appState: state.encoded())
    #expect(read.validators.map(\.bond) == [2, 4, 6, 8].map { $0 * 1_000_000_000 })
  }

  /// InitChain, as the engine makes it of the files, gives the powers that the genesis file states.
  @Test func theLedgerStartsFromTheGenesis() throws {
    let genesis = try json(try plan().files(), "node1/config/genesis.json")
    let request = InitChainRequest {
      $0.chainID = "razao-plan-1"
      $0.time = Timestamp(milliseconds: 1_700_000_000_500)
      $0.appState = genesis["app_state"]?.encoded() ?? []
      $0.initialHeight = 1
    }
    let application = try LedgerNode().application(chainID: "razao-plan-1")
    guard case .initChain(let start) = try application.answer(.initChain(request)) else {
      throw TestFailure("another answer")
    }
    let powers = Dictionary(
      uniqueKeysWithValues: start.validators.map { (Base64Text.encoded($0.publicKey.bytes), $0.power) })
    for validator in genesis["validators"]?.array ?? [] {
      let key = try #require(validator["pub_key"]?["value"]?.string)
      #expect(powers[key].map(String.init) == validator["power"]?.string)
    }
    #expect(powers.count == 4)
  }

  @Test func keysAreInTheEnginesForm() throws {
    let files = try plan().files()
    let key = try json(files, "node2/config/priv_validator_key.json")
    let publicKey = try TestGenesis.key("consensus 2").publicKey
    #expect(key["address"]?.string == Array(SHA256.hash(publicKey.bytes).bytes.prefix(20)).hex.uppercasedASCII)
    #expect(key["pub_key"]?["type"]?.string == "tendermint/PubKeyEd25519")
    #expect(key["pub_key"]?["value"]?.string == Base64Text.encoded(publicKey.bytes))
    #expect(key["priv_key"]?["type"]?.string == "tendermint/PrivKeyEd25519")
    #expect(key["priv_key"]?["value"]?.string == Base64Text.encoded(seed("consensus 2") + publicKey.bytes))
    let state = try json(files, "node2/data/priv_validator_state.json")
    #expect(state == ["height": "0", "round": 0, "step": 0])
    let validators = try json(files, "node2/config/genesis.json")["validators"]?.array
    #expect(validators?[1]["address"] == key["address"])
  }

  @Test func theConfigurationNamesEngineAddressesAndPeers() throws {
    let files = try plan().files()
    let configuration = try text(files, "node3/config/config.toml")
    for line in [
      "proxy_app = \"unix:///run/razao/node3/abci.sock\"", "moniker = \"node3\"", "abci = \"socket\"",
      "laddr = \"tcp://127.0.0.1:26677\"", "laddr = \"tcp://0.0.0.0:26676\"", "create_empty_blocks = false",
      "timeout_commit = \"1s\"", "type = \"flood\"",
    ] {
      #expect(configuration.split(separator: "\n").contains { $0 == line }, "\(line)")
    }
    let peers = try #require(configuration.split(separator: "\n").first { $0.hasPrefix("persistent_peers") })
    let id = Array(SHA256.hash(try TestGenesis.key("node 1").publicKey.bytes).bytes.prefix(20)).hex
    #expect(peers.hasPrefix("persistent_peers = \"\(id)@127.0.0.1:26656,"))
    #expect(peers.split(separator: "@").count == 4 && !peers.contains(":26676"))
  }

  @Test func oneNodeHasNoPeers() throws {
    let files = try plan(1).files()
    #expect(try text(files, "node1/config/config.toml").contains("persistent_peers = \"\"\n"))
  }

  @Test func aFolderTooLongForASocketGetsAPort() throws {
    let folder = "/" + String(repeating: "x", count: 100)
    let node = ChainPlan.Node.local(2, in: folder, consensusSeed: [], nodeSeed: [], account: .zero, bond: 1)
    #expect(node.application == .tcp(host: "127.0.0.1", port: 26_668))
  }

  @Test func plansThatMakeNoChainAreRefused() throws {
    #expect(try error { $0.nodes = [] } == .nodeCount(0))
    #expect(try error { $0.nodes[1].name = "node1" } == .repeated("name"))
    #expect(try error { $0.nodes[1].consensusSeed = $0.nodes[0].nodeSeed } == .repeated("key"))
    #expect(try error { $0.nodes[1].account = $0.nodes[0].account } == .repeated("account"))
    #expect(try error { $0.nodes[1].queryPort = $0.nodes[0].peerPort } == .repeated("host and port"))
    #expect(try error { $0.nodes[1].application = $0.nodes[0].application } == .repeated("application address"))
    #expect(try error { $0.nodes[0].nodeSeed = [1] } == .node("node1", "a seed has 32 bytes"))
    for name in ["", "../x", "a b", "A", "x\"y"] {
      #expect(try error { $0.nodes[0].name = name } != nil, "\(name)")
    }
    #expect(try error { $0.nodes[0].host = "a\"\n[rpc]" } != nil)
    #expect(try error { $0.nodes[0].peerPort = 0 } != nil)
    #expect(try error { $0.nodes[0].application = .unix(path: "/a b") } != nil)
    #expect(try error { $0.nodes[0].bond = 1 }.map { "\($0)".contains("genesis") } == true)
    #expect(try error { $0.genesis.chainID = String(repeating: "x", count: 51) } != nil)
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (951_782_400_000, "2000-02-29T00:00:00Z"),
      (951_868_799_999, "2000-02-29T23:59:59.999Z"),
      (1_709_164_800_010, "2024-02-29T00:00:00.01Z"), (1_735_689_599_100, "2024-12-31T23:59:59.1Z"),
      (4_102_444_800_000, "2100-01-01T00:00:00Z"),
    ] as [(UInt64, String)])
  func momentsAreWritten(milliseconds: UInt64, text: String) {
    #expect(RFC3339.text(milliseconds: milliseconds) == text)
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func base64HasThePublishedVectors(plain: String, text: String) {
    #expect(Base64Text.encoded(Array(plain.utf8)) == text)
  }
}

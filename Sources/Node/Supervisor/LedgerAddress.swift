import Hashing
import Ledger
import Receipts
import StrictJSON
import Wallet

/// `HOME/ledger.json`: where the commands of this home find their ledger.
package enum LedgerAddress {
  private static func path(_ home: String) -> String { "\(home)/ledger.json" }

  /// Writes down where the ledger is, which chain it is, and whose signature stands under its blocks.
  package static func write(_ url: String, chainID: String, operatorKey: PublicKey, home: String) throws {
    let json: JSON = [
      "url": .string(url), "chain_id": .string(chainID), "operator_key": .string(operatorKey.bytes.hex),
    ]
    let bytes = json.encoded(indented: true) + [0x0A]
    guard try PrivateFile.read(path(home)) != bytes else { return }
    try PrivateFile.replace(bytes, at: path(home))
  }

  /// A client of the ledger that was written down, which demands its operator's signature; `nil` where none was.
  package static func client(home: String) -> HTTPLedgerClient? {
    guard let bytes = try? PrivateFile.read(path(home)), let json = try? JSON.parse(bytes),
      let url = json["url"]?.string
    else { return nil }
    let key = json["operator_key"]?.string.flatMap { [UInt8](hex: $0) }.flatMap { PublicKey($0) }
    let expected = json["chain_id"]?.string.flatMap { id in
      key.map { HTTPLedgerClient.Expectation(chain: Genesis.chain(id), operatorKey: $0) }
    }
    return HTTPLedgerClient(endpoint: url, expecting: expected)
  }
}

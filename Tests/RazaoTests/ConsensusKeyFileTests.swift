import Hashing
import Testing

@testable import razao

@Suite struct ConsensusKeyFileTests {
  /// RFC 8032, section 7.1, test 1: the seed and its public key.
  private let value = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg=="

  private func file(_ value: String, type: String = "tendermint/PrivKeyEd25519") -> [UInt8] {
    Array(#"{"address":"00","priv_key":{"type":"\#(type)","value":"\#(value)"}}"#.utf8)
  }

  @Test func theEnginesFileIsRead() throws {
    let key = try ConsensusKeyFile.key(file(value), path: "f").publicKey
    #expect(key.bytes.hex == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
  }

  @Test func whatIsNoKeyIsRefusedWithoutBeingShown() {
    let swapped = "A" + value.dropFirst()
    for bytes in [
      file(""), file("AAAA"), file(swapped), file(value, type: "tendermint/PrivKeySecp256k1"), [], Array("{}".utf8),
    ] {
      do {
        _ = try ConsensusKeyFile.key(bytes, path: "f")
        Issue.record("a key")
      } catch {
        #expect((error as? CommandFailure)?.status == 1)
        #expect(!"\(error)".contains(value.prefix(8)) && !"\(error)".contains(swapped.prefix(8)))
      }
    }
  }
}

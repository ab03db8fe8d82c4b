import Hashing
import Ledger
import LedgerStore
import Receipts
import StrictJSON

extension ProofFile {
  /// What keeps the header from showing that the operator has signed the app hash; `nil` when nothing does.
  func headerFault(operatorKey: PublicKey) -> String? {
    guard let header else { return "it has no header" }
    guard let signed = try? SignedBlockHeader(decoding: header) else { return "its header is none" }
    guard signed.isSigned(by: operatorKey) else { return "another key has signed its header" }
    guard signed.body.chain == Genesis.chain(chainID) else { return "its header is of another chain" }
    guard signed.body.height == proven.height, signed.body.appHash == proven.appHash else {
      return "its header is that of block \(signed.body.height) with app hash \(signed.body.appHash)"
    }
    return nil
  }

  /// The same proof with the header of its block, where the ledger has one for the proof's app hash.
  func with(_ connection: LedgerConnection) async throws -> ProofFile {
    let page = try? await connection.pages.page("/v1/blocks/\(proven.height)?limit=1")
    guard let bytes = page?["block"]?["header"]?.string.flatMap({ [UInt8](hex: $0) }),
      let signed = try? SignedBlockHeader(decoding: bytes), signed.body.appHash == proven.appHash
    else { return self }
    var file = self
    file.header = bytes
    return file
  }
}

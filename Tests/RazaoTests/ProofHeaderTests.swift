import Hashing
import Ledger
import LedgerStore
import Receipts
import StrictJSON
import Testing

@testable import razao

@Suite struct ProofHeaderTests {
  private let key: PublicKey
  private let file: ProofFile
  private let seed = [UInt8](repeating: 7, count: 32)

  init() throws {
    let signer = try SigningKey(seed: seed) ?? { throw CommandFailure("no key", status: 70) }()
    let genesis = Genesis(chainID: "test-1", holders: [.init(account: FundedWallet.other, raz: 7)])
    let (machine, first) = try LedgerMachine.start(genesis)
    let header = try signer.sign(BlockHeader(first, chain: machine.chain, previous: .zero))
    key = signer.publicKey
    file = ProofFile(
      chainID: "test-1", engine: .embedded, proven: machine.query(StateKey.account(FundedWallet.other).bytes),
      header: header.encoded())
  }

  @Test func theOperatorsHeaderIsAccepted() throws {
    #expect(file.headerFault(operatorKey: key) == nil)
    let read = try ProofFile(decoding: file.encoded, path: "p")
    #expect(read == file)
    #expect(read.headerFault(operatorKey: key) == nil)
  }

  @Test func anotherOperatorsHeaderIsRefused() throws {
    let other = try #require(PublicKey([UInt8](repeating: 9, count: 32)))
    #expect(file.headerFault(operatorKey: other) != nil)
  }

  @Test func aHeaderOfAnotherBlockIsRefused() {
    var changed = file
    changed.proven.height = 1
    #expect(changed.headerFault(operatorKey: key) != nil)
    changed = file
    changed.proven.appHash = .zero
    #expect(changed.headerFault(operatorKey: key) != nil)
    changed = file
    changed.chainID = "test-2"
    #expect(changed.headerFault(operatorKey: key) != nil)
  }

  @Test func noChangedByteOfAHeaderGoesUnnoticed() throws {
    let header = try #require(file.header)
    for index in stride(from: 0, to: header.count, by: 7) {
      var changed = file
      changed.header?[index] ^= 1
      #expect(changed.headerFault(operatorKey: key) != nil, "byte \(index)")
      changed.header = Array(header.prefix(index))
      #expect(changed.headerFault(operatorKey: key) != nil)
    }
    var changed = file
    changed.header = nil
    #expect(changed.headerFault(operatorKey: key) != nil)
  }
}

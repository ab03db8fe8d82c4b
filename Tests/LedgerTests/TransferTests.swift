import Hashing
import Ledger
import Receipts
import Testing

@Suite struct TransferTests {
  @Test func aTransferMovesItsAmountAndItsFee() throws {
    var chain = try TestChain()
    let bob = try chain.add("bob")
    let result = try chain.send(Transfer(to: bob, amount: 5), from: "alice")
    #expect(result.refusal == nil)
    #expect(chain.account(bob).raz == 5)
    #expect(chain.account("alice").nonce == 1)
  }
}

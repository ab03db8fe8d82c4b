import Hashing
import Receipts
import Runtime

/// What a provider signs for one answer: accept and receipt, and a checkpoint every 16 tokens.
struct ReceiptWork: ~Copyable {
  private let key: SigningKey
  private let isOn: Bool
  private let requestID: RequestID

  /// - Parameter isOn: whether to sign at all.
  init(isOn: Bool) throws(CommandError) {
    guard let key = SigningKey(seed: [UInt8](repeating: 7, count: 32)),
      let requestID = RequestID([UInt8](repeating: 1, count: 16))
    else { throw CommandError("no signing key") }
    self.key = key
    self.isOn = isOn
    self.requestID = requestID
  }

  /// Signs a checkpoint when one is due.
  func sign(after step: GeneratedToken, promptCount: Int) throws {
    guard isOn, step.count.isMultiple(of: Int(Checkpoint.interval)) else { return }
    let checkpoint = Checkpoint(
      requestID: requestID, acceptHash: .zero, providerKey: key.publicKey, answerCount: UInt32(step.count),
      positions: UInt32(promptCount + step.count - 1), chain: step.chain, traceRoot: step.traceRoot, amountOwed: 0,
      time: 0)
    _ = try key.sign(checkpoint).encoded()
  }

  /// Signs as many bytes as an accept and a receipt have.
  func finish() throws {
    guard isOn else { return }
    for byteCount in [Accept.bodyByteCount, Receipt.bodyByteCount] {
      _ = try key.signature(over: SHA256.hash([UInt8](repeating: 1, count: byteCount)))
    }
  }
}

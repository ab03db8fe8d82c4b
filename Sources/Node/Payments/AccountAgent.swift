import Hashing
import Ledger
import Receipts

/// Sends transactions of one account, one after another, signed by a node's key.
///
/// The key is the account's own, or one that the account has authorised.
package actor AccountAgent {
  private let client: any LedgerClient
  private let identity: NodeIdentity
  package nonisolated let account: Digest
  private var chain: Digest?
  private var parameters: Parameters?
  private var last: Task<Void, Never>?

  /// - Parameter account: whose transactions; the key's own when `nil`.
  package init(client: any LedgerClient, identity: NodeIdentity, account: Digest? = nil) {
    self.client = client
    self.identity = identity
    self.account = account ?? identity.publicKey.account
  }

  /// Signs and hands in a transaction, and waits until it is in a block.
  /// - Throws: `LedgerClientError`; `.refused` too when the block refused what the check took.
  @discardableResult
  package func send(
    _ messages: [any Message], timeout: Duration = .seconds(30)
  ) async throws(LedgerClientError) -> TransactionPlace {
    let before = last
    let work = Task { () async -> Result<TransactionPlace, LedgerClientError> in
      await before?.value
      do throws(LedgerClientError) { return .success(try await self.sendNow(messages, timeout: timeout)) } catch {
        return .failure(error)
      }
    }
    last = Task { _ = await work.value }
    return try await work.value.get()
  }

  /// Another process may have used the account's next nonce meanwhile; then the one after is taken.
  private static let attempts = 3

  private func sendNow(
    _ messages: [any Message], timeout: Duration
  ) async throws(LedgerClientError) -> TransactionPlace {
    for _ in 1..<Self.attempts {
      do throws(LedgerClientError) { return try await sendOnce(messages, timeout: timeout) } catch {
        guard case .refused(RefusalCode.wrongNonce.number, _) = error else { throw error }
      }
    }
    return try await sendOnce(messages, timeout: timeout)
  }

  private func sendOnce(
    _ messages: [any Message], timeout: Duration
  ) async throws(LedgerClientError) -> TransactionPlace {
    let bytes = try await signed(messages)
    let id = try await client.submit(bytes)
    let place = try await client.place(of: id, timeout: timeout)
    try await seen(place.height)
    guard place.code == 0 else { throw .refused(code: place.code, detail: place.detail) }
    return place
  }

  /// A block can be known before queries answer from it; whoever has sent something reads the state after it.
  private func seen(_ height: UInt64) async throws(LedgerClientError) {
    for _ in 0..<100 {
      if try await client.status().height >= height { return }
      try? await Task.sleep(for: .milliseconds(10))
    }
  }

  private func signed(_ messages: [any Message]) async throws(LedgerClientError) -> [UInt8] {
    let nonce = try await client.get(.account(account))?.nonce ?? 0
    var transaction = Transaction(
      chain: try await currentChain(), account: account, key: identity.publicKey, nonce: nonce, fee: 0,
      messages: messages)
    transaction.fee = try await currentParameters().fee(byteCount: transaction.unsigned.count + 64)
    do { return try transaction.signed(with: identity.key) } catch { throw .unverified("\(error)") }
  }

  private func currentChain() async throws(LedgerClientError) -> Digest {
    if let chain { return chain }
    let found = try await client.status().chain
    chain = found
    return found
  }

  /// The chain's numbers, which never change.
  package func currentParameters() async throws(LedgerClientError) -> Parameters {
    if let parameters { return parameters }
    let found = try await client.get(.parameters) ?? Parameters()
    parameters = found
    return found
  }
}

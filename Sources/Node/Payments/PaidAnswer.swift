import Dialects
import Hashing
import Ledger
import Receipts
import StrictJSON

extension ProviderClient {
  /// Asks a question and pays for it: a voucher for each checkpoint while the answer comes, and one for the receipt.
  ///
  /// A voucher that cannot be delivered is no error of the answer: the provider says what is owed when it is asked next.
  /// - Parameter purse: `nil` for an answer that nobody pays.
  /// - Throws: as `ask`; `PeerError.refused` with 402 or 503 when there is no way to pay.
  package func ask(
    _ errand: Errand, profile: RequesterProfile, purse: ChannelPurse?,
    onVerified: (VerifiedAnswer) async -> Void = { _ in }, onEvent: (FollowedEvent) async throws -> Void
  ) async throws -> VerifiedAnswer {
    guard let purse else { return try await ask(errand, profile: profile, onVerified: onVerified, onEvent: onEvent) }
    var errand = errand
    errand.channel = try await channel(for: errand, purse)
    do {
      let verified = try await ask(errand, profile: profile, onVerified: onVerified) { event in
        if case .part(_, let part) = event { self.payCheckpoint(part, of: errand.requestID, purse) }
        try await onEvent(event)
      }
      try await pay(verified.bundle.receipt, purse)
      return verified
    } catch {
      await purse.leave(errand.requestID)
      if case PeerError.refused(let refusal) = error, refusal.code == .paymentRequired {
        await purse.doubt(errand.channel)
        // The provider may never have got the last voucher: it is worth nothing more than it was.
        if let voucher = try? await purse.lastVoucher(document.id) { try? await send(voucher) }
      }
      throw error
    }
  }

  private func channel(for errand: Errand, _ purse: ChannelPurse) async throws(PeerError) -> Digest {
    let question = errand.question
    let program = document.programs.first { $0.root == question.programRoot }
    let most = program?.greatestAmount(requestByteCount: UInt64(question.body.count)) ?? 0
    do throws(PurseError) {
      return try await purse.begin(errand.requestID, provider: document.id, most: most) { id in
        guard let bytes = try? await self.bundle(id) else { return nil }
        return (try? Bundle(decoding: bytes))?.receipt
      }
    } catch {
      if case .ledger(.unreachable) = error { throw .refused(RequestError(.ledgerUnreachable, nil, "\(error)")) }
      throw .refused(RequestError(payment: "\(error)"))
    }
  }

  /// Pays up to a checkpoint, beside the answer that goes on.
  private func payCheckpoint(_ part: AnswerPart, of id: RequestID, _ purse: ChannelPurse) {
    guard let bytes = part.razao?["checkpoint"]?.string.flatMap({ [UInt8](base64: $0) }),
      let checkpoint = try? SignedCheckpoint(decoding: bytes), checkpoint.body.amountOwed > 0
    else { return }
    let reference = taggedHash("razao/checkpoint-hash/1", bytes)
    let provider = document.id
    Task {
      guard
        let voucher = try? await purse.pay(
          checkpoint: checkpoint.body.amountOwed, of: id, provider: provider, reference: reference)
      else { return }
      try? await send(voucher)
    }
  }

  /// Pays a verified receipt.
  /// - Throws: `PeerError.unverified` for a receipt that claims more of the channel than is owed.
  private func pay(_ receipt: SignedReceipt, _ purse: ChannelPurse) async throws(PeerError) {
    let voucher: SignedVoucher
    do throws(PurseError) { voucher = try await purse.pay(receipt) } catch {
      if case .overclaimed = error { throw .unverified("\(error)") }
      return
    }
    guard voucher.body.cumulative > 0 else { return }
    try? await send(voucher)
  }
}

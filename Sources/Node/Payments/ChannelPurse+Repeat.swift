import Hashing
import Receipts

extension ChannelPurse {
  /// The highest voucher again, for a provider that did not get it; `nil` when nothing was promised.
  package func lastVoucher(_ provider: Digest) async throws(PurseError) -> SignedVoucher? {
    let channel = try await channel(provider)
    guard channel.promised > 0 else { return nil }
    return try sign(channel, channel.promised, provider: provider, reference: .zero)
  }
}

import Hashing
import Receipts

/// The header `razao-job`: what opens the commitments of an accept, sent only to the provider that signed it.
///
/// 80 bytes in base64url: request id 16, master blind 32, seed reveal 32 (zeros for an explicit seed).
package struct JobHeader: Equatable, Sendable {
  package var requestID: RequestID
  package var blinds: Blinds
  package var seedReveal: Digest

  package init(requestID: RequestID, blinds: Blinds, seedReveal: Digest) {
    self.requestID = requestID
    self.blinds = blinds
    self.seedReveal = seedReveal
  }

  /// - Returns: `nil` for anything but 80 bytes of base64url.
  package init?(_ text: String) {
    guard text.utf8.count <= 120, let bytes = [UInt8](base64URL: text), bytes.count == 80,
      let requestID = RequestID(bytes[..<16]), let master = Digest(bytes[16..<48]), let reveal = Digest(bytes[48...])
    else { return nil }
    self.init(requestID: requestID, blinds: Blinds(master: master), seedReveal: reveal)
  }

  package var text: String { (requestID.bytes + blinds.master.bytes + seedReveal.bytes).base64URL }
}

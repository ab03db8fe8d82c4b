import Hashing
import Receipts
import StrictJSON

/// What a requester asks a provider to accept: commitments only, nothing of the request itself.
package struct AcceptRequest: Equatable, Sendable {
  package var requestID: RequestID
  package var nonce: Digest
  package var programRoot: Digest
  package var form: RequestForm
  package var requestCommitment: Digest
  package var requestByteCount: UInt64
  package var seedKind: SeedKind
  package var seedCommitment: Digest
  package var payerKind: PayerKind
  package var payer: Digest
  package var expiry: UInt64
  /// Made with a blind of its own that is not sent (`Consent`); zero for none.
  package var consentCommitment: Digest
  /// Of a requester that tokenises itself; zero when it does not.
  package var promptCommitment: Digest
  /// The channel that pays; zero for none.
  package var channel: Digest

  package init(
    requestID: RequestID, nonce: Digest, programRoot: Digest, form: RequestForm, requestCommitment: Digest,
    requestByteCount: UInt64, seedKind: SeedKind, seedCommitment: Digest, payerKind: PayerKind, payer: Digest,
    expiry: UInt64, consentCommitment: Digest = .zero, promptCommitment: Digest = .zero, channel: Digest = .zero
  ) {
    self.requestID = requestID
    self.nonce = nonce
    self.programRoot = programRoot
    self.form = form
    self.requestCommitment = requestCommitment
    self.requestByteCount = requestByteCount
    self.seedKind = seedKind
    self.seedCommitment = seedCommitment
    self.payerKind = payerKind
    self.payer = payer
    self.expiry = expiry
    self.consentCommitment = consentCommitment
    self.promptCommitment = promptCommitment
    self.channel = channel
  }

  /// The accept that says yes to this.
  /// - Parameter contribution: the provider's slot, where a joint seed is asked for.
  package func accept(
    network: Digest, key: PublicKey, prices: Prices, now: UInt64, contribution: ContributionSlot = .none
  ) -> Accept {
    Accept(
      network: network, requestID: requestID, clientNonce: nonce, providerKey: key, programRoot: programRoot,
      form: form, requestCommitment: requestCommitment, requestByteCount: requestByteCount, seedKind: seedKind,
      seedCommitment: seedCommitment, payment: Payment(payerKind: payerKind, payer: payer, prices: prices),
      acceptedAt: now, expiry: expiry, consentCommitment: consentCommitment, promptCommitment: promptCommitment,
      channel: channel, contribution: contribution)
  }
}

/// A member of a JSON document that is missing or has no acceptable value.
package struct MemberError: Error, Equatable, Sendable, CustomStringConvertible {
  package var member: String

  package init(member: String) {
    self.member = member
  }

  package var description: String { "`\(member)` is missing or malformed" }
}

extension AcceptRequest {
  package var json: JSON {
    [
      "request_id": .string(requestID.description), "nonce": .string(nonce.hex),
      "program_root": .string(programRoot.hex),
      "endpoint": JSON(form.rawValue), "request_commitment": .string(requestCommitment.hex),
      "request_bytes": JSON(requestByteCount), "seed_kind": JSON(seedKind.rawValue),
      "seed_commitment": .string(seedCommitment.hex), "payer_kind": JSON(payerKind.rawValue),
      "payer_id": .string(payer.hex), "expiry": JSON(expiry),
      "consent_commitment": .string(consentCommitment.hex), "prompt_commitment": .string(promptCommitment.hex),
      "channel": .string(channel.hex),
    ]
  }

  package init(json: JSON) throws(MemberError) {
    let reader = HexMembers(json)
    guard let id = json["request_id"]?.string.flatMap({ RequestID(hex: $0) }) else {
      throw MemberError(member: "request_id")
    }
    requestID = id
    nonce = try reader.digest("nonce")
    programRoot = try reader.digest("program_root")
    form = try reader.code("endpoint")
    requestCommitment = try reader.digest("request_commitment")
    requestByteCount = try reader.count("request_bytes")
    seedKind = try reader.code("seed_kind")
    seedCommitment = try reader.digest("seed_commitment")
    payerKind = try reader.code("payer_kind")
    payer = try reader.digest("payer_id")
    expiry = try reader.count("expiry")
    consentCommitment = try reader.digest("consent_commitment")
    promptCommitment = try reader.digest("prompt_commitment")
    channel = try reader.digest("channel")
  }
}

/// Reads members that hold hexadecimal digests and small numbers.
struct HexMembers {
  private let json: JSON

  init(_ json: JSON) {
    self.json = json
  }

  func digest(_ name: String) throws(MemberError) -> Digest {
    guard let digest = json[name]?.string.flatMap({ Digest(hex: $0) }) else { throw MemberError(member: name) }
    return digest
  }

  func count(_ name: String) throws(MemberError) -> UInt64 {
    guard let value = json[name]?.integer.flatMap({ UInt64(exactly: $0) }) else { throw MemberError(member: name) }
    return value
  }

  func code<Code: RawRepresentable<UInt8>>(_ name: String) throws(MemberError) -> Code {
    guard let code = json[name]?.integer.flatMap({ UInt8(exactly: $0) }).flatMap({ Code(rawValue: $0) }) else {
      throw MemberError(member: name)
    }
    return code
  }

  func base64(_ name: String) throws(MemberError) -> [UInt8] {
    guard let bytes = json[name]?.string.flatMap({ [UInt8](base64: $0) }) else { throw MemberError(member: name) }
    return bytes
  }
}

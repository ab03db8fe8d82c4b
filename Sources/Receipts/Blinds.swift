import Hashing

/// The keys of a job's commitments, all drawn from one 32-byte master that the requester chooses.
///
/// Without them a short prompt could be guessed from its commitment; with them a bundle can be opened. The provider
/// receives the master, so what is kept from the provider (`Consent`) has a blind of its own.
public struct Blinds: Equatable, Sendable {
  public let master: Digest

  public init(master: Digest) {
    self.master = master
  }

  public var request: Digest { taggedHash("razao/blind/request/1", master.bytes) }
  public var prompt: Digest { taggedHash("razao/blind/prompt/1", master.bytes) }
  public var chain: Digest { taggedHash("razao/blind/chain/1", master.bytes) }
  public var text: Digest { taggedHash("razao/blind/text/1", master.bytes) }
  public var trace: Digest { taggedHash("razao/blind/trace/1", master.bytes) }

  /// The commitment to the exact bytes of a request.
  public func commitment(toRequest body: [UInt8]) -> Digest {
    taggedHash("razao/commit/request/1", request.bytes, body)
  }

  /// The commitment to the prompt's ids, u32 each.
  public func commitment(toPrompt ids: [UInt32]) -> Digest {
    var writer = ByteWriter()
    writer.write(ids)
    return taggedHash("razao/commit/prompt/1", prompt.bytes, writer.bytes)
  }

  /// The commitment to the answer's UTF-8 bytes.
  public func commitment(toText bytes: [UInt8]) -> Digest {
    taggedHash("razao/commit/text/1", text.bytes, bytes)
  }

  /// The salt of a provider's trace hashes (SPEC §7): the same cells hash differently for every provider and job.
  public func traceSalt(provider: Digest) -> Digest { Self.traceSalt(provider: provider, traceBlind: trace) }

  /// The same from the one blind that it depends on.
  public static func traceSalt(provider: Digest, traceBlind: Digest) -> Digest {
    taggedHash("razao/salt/trace/1", provider.bytes, traceBlind.bytes)
  }
}

/// The hash chain over an answer's tokens: h₀ = H(tag, blind), hᵢ = H(tag, hᵢ₋₁ ‖ u32 token).
public struct TokenChain: Equatable, Sendable {
  /// The hash after `count` tokens.
  public private(set) var end: Digest
  public private(set) var count = 0

  public init(_ blinds: Blinds) {
    end = taggedHash("razao/chain/1", blinds.chain.bytes)
  }

  /// The chain over a whole answer.
  public init(_ blinds: Blinds, over tokens: some Sequence<UInt32>) {
    self.init(blinds)
    for token in tokens { append(token) }
  }

  public mutating func append(_ token: UInt32) {
    var hasher = SHA256(tag: "razao/chain/1")
    hasher.update(end.bytes)
    hasher.update(littleEndian: token)
    end = hasher.finalize()
    count += 1
  }
}

import Hashing

/// Who chose the randomness of an answer. Code 2, *joint*, is reserved and refused by this version.
public enum SeedKind: UInt8, Sendable, CaseIterable {
  /// The request names a seed.
  case explicit = 1
  /// The requester's side committed to a secret before the provider accepted, and revealed it after.
  case gateway = 3

  /// What this kind does not protect against.
  public var limitation: String {
    switch self {
    case .explicit:
      "the request named its seed: whoever wrote it could try many before, and the provider knows the draw beforehand"
    case .gateway:
      "the gateway drew the seed: a gateway and a provider together could have tried seeds until they liked the answer"
    }
  }
}

/// The randomness of one answer as a receipt states it.
public struct SeedStatement: Equatable, Sendable {
  public var kind: SeedKind
  /// H("razao/seed/commit/1", material) for `gateway`, zero for `explicit`.
  public var commitment: Digest
  /// The revealed secret for `gateway`; the request's seed as an i64 and 24 zeros for `explicit`.
  public var material: Digest

  public init(kind: SeedKind, commitment: Digest, material: Digest) {
    self.kind = kind
    self.commitment = commitment
    self.material = material
  }

  /// The statement of a request that names its seed.
  public static func explicit(_ seed: Int64) -> SeedStatement {
    var writer = ByteWriter()
    writer.write(seed)
    writer.writeZeros(24)
    return SeedStatement(kind: .explicit, commitment: .zero, material: Digest(writer.bytes) ?? .zero)
  }

  /// The statement that reveals a gateway's secret.
  public static func gateway(revealing secret: Digest) -> SeedStatement {
    SeedStatement(kind: .gateway, commitment: commitment(to: secret), material: secret)
  }

  /// What a requester sends before the provider accepts.
  public static func commitment(to secret: Digest) -> Digest {
    taggedHash("razao/seed/commit/1", secret.bytes)
  }

  /// The seed that the request named; `nil` for another kind, or when the 24 bytes after it are not zero.
  public var explicitSeed: Int64? {
    guard kind == .explicit, material.bytes.dropFirst(8).allSatisfy({ $0 == 0 }) else { return nil }
    var bits: UInt64 = 0
    for (index, byte) in material.bytes.prefix(8).enumerated() { bits |= UInt64(byte) << UInt64(8 * index) }
    return Int64(bitPattern: bits)
  }

  /// The sampler's seed for this exact request.
  public func seed(requestBody: [UInt8]) -> Digest {
    let request = taggedHash("razao/request/1", requestBody)
    return switch kind {
    case .explicit: taggedHash("razao/seed/explicit/1", material.bytes, request.bytes)
    case .gateway: taggedHash("razao/seed/gateway/1", material.bytes, request.bytes)
    }
  }
}

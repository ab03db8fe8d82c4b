import Hashing

/// Who chose the randomness of an answer.
public enum SeedKind: UInt8, Sendable, CaseIterable {
  /// The request names a seed.
  case explicit = 1
  /// The requester committed to a secret before the provider accepted, the provider to a contribution before that.
  case joint = 2
  /// The requester's side committed to a secret before the provider accepted, and revealed it after.
  case gateway = 3

  /// What this kind does not protect against.
  public var limitation: String {
    switch self {
    case .explicit:
      "the request named its seed: whoever wrote it could try many before, and the provider knows the draw beforehand"
    case .joint:
      "requester and provider drew the seed together: both together could have tried seeds, the ledger alone shows that "
        + "the contribution was anchored before and its slot used once, and a provider may drop a draw that it dislikes"
    case .gateway:
      "the gateway drew the seed: a gateway and a provider together could have tried seeds until they liked the answer"
    }
  }

  /// Whether the requester commits to a secret before the accept, and the request names no seed.
  public var hasSecret: Bool { self != .explicit }
}

/// The randomness of one answer as a receipt states it.
public struct SeedStatement: Equatable, Sendable {
  public var kind: SeedKind
  /// H("razao/seed/commit/1", material) for `joint` and `gateway`, zero for `explicit`.
  public var commitment: Digest
  /// The revealed secret for `joint` and `gateway`; the request's seed as an i64 and 24 zeros for `explicit`.
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

  /// The statement that reveals a requester's secret, of which the seed is made together with a contribution.
  public static func joint(revealing secret: Digest) -> SeedStatement {
    SeedStatement(kind: .joint, commitment: commitment(to: secret), material: secret)
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
  /// - Parameter contribution: the provider's, for kind `joint`; the other kinds have none.
  public func seed(requestBody: [UInt8], contribution: Digest = .zero) -> Digest {
    let request = taggedHash("razao/request/1", requestBody)
    return switch kind {
    case .explicit: taggedHash("razao/seed/explicit/1", material.bytes, request.bytes)
    case .joint: taggedHash("razao/seed/joint/1", material.bytes + contribution.bytes, request.bytes)
    case .gateway: taggedHash("razao/seed/gateway/1", material.bytes, request.bytes)
    }
  }
}

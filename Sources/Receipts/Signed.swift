import Hashing

/// A statement with one fixed binary layout, that is signed as a whole.
public protocol SignedLayout: Equatable, Sendable {
  /// The layout's name in errors.
  static var layoutName: String { get }
  /// The domain of the signed hash.
  static var signatureTag: StaticString { get }
  /// The size of the statement without its signature.
  static var bodyByteCount: Int { get }

  init(reading reader: inout ByteReader) throws(ByteReaderError)
  func write(to writer: inout ByteWriter)
}

extension SignedLayout {
  /// The bytes that stand before the signature.
  public var body: [UInt8] {
    var writer = ByteWriter()
    write(to: &writer)
    return writer.bytes
  }

  /// What is signed: the tagged hash of all bytes before the signature.
  public var signedDigest: Digest { taggedHash(Self.signatureTag, body) }
}

/// A statement and a signature over it; whether the signature is good is for a check to say.
public struct Signed<Body: SignedLayout>: Equatable, Sendable {
  public var body: Body
  public var signature: Signature

  public init(body: Body, signature: Signature) {
    self.body = body
    self.signature = signature
  }

  /// The size of the whole.
  public static var byteCount: Int { Body.bodyByteCount + 64 }

  /// The one encoding: statement, then signature.
  public func encoded() -> [UInt8] { body.body + signature.bytes }

  /// Reads the one encoding; any other bytes are refused.
  public init(decoding bytes: [UInt8]) throws(ReceiptDecodingError) {
    do {
      var reader = ByteReader(bytes)
      body = try Body(reading: &reader)
      signature = try Signature(&reader)
      try reader.finish()
    } catch {
      throw ReceiptDecodingError(layout: Body.layoutName, cause: error)
    }
  }
}

/// An accept with its signature.
public typealias SignedAccept = Signed<Accept>
/// A receipt with its signature.
public typealias SignedReceipt = Signed<Receipt>
/// A checkpoint with its signature.
public typealias SignedCheckpoint = Signed<Checkpoint>

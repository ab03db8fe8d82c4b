import Hashing
import Testing

@testable import Receipts

@Suite struct SignatureTests {
  /// RFC 8032, section 7.1, TEST 1: the secret key and its public key.
  @Test func keyOfTheStandardsFirstTest() throws {
    let seed = try #require([UInt8](hex: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    let key = try signingKey(seed)
    #expect(key.publicKey.bytes.hex == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    #expect(
      key.publicKey.provider.hex == "fdf58e828a97198de1126fd0a8738d1f3e94a87d40be93f4edc246c5226c7bb7")
    let digest = taggedHash("razao/receipt/1", [1, 2, 3])
    let signature = try key.signature(over: digest)
    #expect(key.publicKey.verifies(signature, over: digest))
    #expect(!key.publicKey.verifies(signature, over: digest.turned))
  }

  @Test(arguments: [0, 31, 33, 64]) func seedsOfAnotherLengthAreNoKeys(count: Int) {
    let isKey = SigningKey(seed: [UInt8](repeating: 1, count: count)) != nil
    #expect(!isKey)
    #expect(PublicKey([UInt8](repeating: 1, count: count)) == nil)
    #expect(Signature([UInt8](repeating: 1, count: count + 1)) == nil)
    #expect(RequestID([UInt8](repeating: 1, count: count)) == nil)
  }

  /// With a key of small order, R = the neutral point and S = 0 satisfy the equation for some or all messages.
  @Test(arguments: [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ])
  func keyWithWhichAnybodySignsIsRefused(hex: String) throws {
    let bytes = try #require([UInt8](hex: hex))
    let key = try #require(PublicKey(bytes))
    let forged = try #require(Signature([1] + [UInt8](repeating: 0, count: 63)))
    for message in 0..<64 as Range<UInt8> {
      #expect(!key.verifies(forged, over: taggedHash("razao/receipt/1", [message])))
    }
  }

  /// S + L satisfies the equation as S does; a signature has one form.
  @Test func malleatedSignatureIsRefused() throws {
    let key = try signingKey()
    let digest = taggedHash("razao/receipt/1", [9])
    var bytes = try key.signature(over: digest).bytes
    let order = try #require([UInt8](hex: "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"))
    var carry = 0
    for index in 0..<32 {
      carry += Int(bytes[32 + index]) + Int(order[index])
      bytes[32 + index] = UInt8(carry & 255)
      carry >>= 8
    }
    #expect(!key.publicKey.verifies(try #require(Signature(bytes)), over: digest))
  }
}

import Hashing
import Receipts

/// What a key is for.
package enum KeyRole: String, Sendable, CaseIterable {
  /// The account itself: its id is the hash of this key. It can do everything, and authorises hot keys.
  case cold
  /// Acts for an account within the scopes that the account's cold key gave it on the ledger.
  case hot
}

/// A key's name on this machine, also its file's: 1 to 32 of `a-z 0-9 - _`, beginning with a letter or digit.
package struct KeyName: Hashable, Sendable, CustomStringConvertible {
  private let text: String

  package init(_ text: some StringProtocol) throws(WalletError) {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, bytes.count <= 32, Self.isLetterOrDigit(first),
      bytes.allSatisfy({ Self.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
    else { throw WalletError.badName(Self.printable(bytes)) }
    self.text = String(decoding: bytes, as: UTF8.self)
  }

  package var description: String { text }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// At most 40 characters, without anything that moves a terminal's cursor.
  static func printable(_ bytes: [UInt8]) -> String {
    let shown = bytes.prefix(40).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }
    return String(decoding: shown, as: UTF8.self) + (bytes.count > 40 ? "..." : "")
  }
}

/// What a key's file tells without a passphrase; the cipher binds all of it.
package struct StoredKey: Hashable, Sendable {
  package let name: KeyName
  package let role: KeyRole
  /// The account that the key acts for: its own when cold.
  package let account: Digest
  package let publicKey: PublicKey

  /// A cold key is its own account; a hot one names the account that it acts for.
  init(name: KeyName, role: KeyRole, account: Digest?, publicKey: PublicKey) throws(WalletError) {
    let own = Self.account(of: publicKey)
    switch (role, account) {
    case (.cold, nil): self.account = own
    case (.cold, let account?):
      guard account == own else { throw WalletError.badRole("the account is not that of the public key") }
      self.account = account
    case (.hot, let account?): self.account = account
    case (.hot, nil): throw WalletError.badRole("a hot key needs the account that it acts for")
    }
    self.name = name
    self.role = role
    self.publicKey = publicKey
  }

  /// The id of the account whose cold key this is.
  static func account(of key: PublicKey) -> Digest { taggedHash("razao/account/1", key.bytes) }
}

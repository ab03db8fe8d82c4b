/// Why a key cannot be made, read or used; one line each. No case ever carries a secret.
package enum WalletError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A key's name has other characters than it may, or is too long.
  case badName(String)
  /// There is no key of this name.
  case noSuchKey(String, folder: String)
  /// There is a key of this name already.
  case exists(String)
  /// The passphrase is not the one the key was sealed with, or the file was changed since: no cipher tells them apart.
  case cannotUnlock(String)
  /// A key's file does not hold what it should.
  case malformed(path: String, what: String)
  /// A key's file was renamed: it says another name.
  case otherName(path: String, stated: String)
  /// A key's file asks for more memory or time than is ever used.
  case tooCostly(path: String, what: String)
  /// The seed is not 64 hexadecimal digits.
  case badSeed
  case badPassphrase(String)
  /// A hot key needs the account that it acts for; a cold key is its own.
  case badRole(String)
  /// The name was not repeated as it is.
  case notConfirmed(String)
  /// A file or folder is not fit to hold keys, or the system refused.
  case file(HomeError)
  /// The cryptographic library refused; nothing was written.
  case notSealed(String)

  package var description: String {
    switch self {
    case .badName(let name):
      "'\(name)' is no name for a key: 1 to 32 of a-z, 0-9, - and _, beginning with a letter or digit"
    case .noSuchKey(let name, let folder): "there is no key '\(name)' in \(folder); see: razao wallet list"
    case .exists(let name): "there is a key '\(name)' already; choose another name, or remove it first"
    case .cannotUnlock(let name): "key '\(name)' does not open: the passphrase is wrong, or its file was changed"
    case .malformed(let path, let what): "\(path) is no key file: \(what); restore it from a backup"
    case .otherName(let path, let stated): "\(path) holds a key named '\(stated)'; rename the file back"
    case .tooCostly(let path, let what): "\(path) is refused: \(what)"
    case .badSeed: "a seed is 64 hexadecimal digits on one line"
    case .badPassphrase(let what): "the passphrase cannot be used: \(what)"
    case .badRole(let what): what
    case .notConfirmed(let name): "nothing was removed: the confirmation is not '\(name)'"
    case .file(let error): "\(error)"
    case .notSealed(let what): "the key could not be encrypted: \(what)"
    }
  }
}

import Foundation
import Glibc
import Wallet

/// Where passphrases and seeds come from: a file that RAZAO_PASSPHRASE_FILE names, a prompt without echo, or standard
/// input; never an argument, which everybody on the machine could read.
enum SecretInput {
  /// The longest line that is read.
  private static let lineLimit = 4_096

  /// The passphrase of a key that exists.
  static func passphrase(of name: String) throws -> Passphrase {
    if let secret = try fromFile("RAZAO_PASSPHRASE_FILE") { return try Passphrase(secret) }
    return try Passphrase(line(prompt: "passphrase of '\(name)': "))
  }

  /// A new passphrase: at a prompt it is asked for twice.
  static func newPassphrase(for name: String, variable: String = "RAZAO_PASSPHRASE_FILE") throws -> Passphrase {
    if let secret = try fromFile(variable) { return try Passphrase(secret) }
    let first = try Passphrase(line(prompt: "new passphrase for '\(name)': "))
    guard isatty(STDIN_FILENO) == 1 else { return first }
    let second = try Passphrase(line(prompt: "once more: "))
    guard first.equals(second) else {
      throw CommandFailure("the two passphrases differ; nothing was changed", status: 64)
    }
    return first
  }

  /// One line from standard input, without its end; a terminal shows the prompt and no echo.
  static func line(prompt: String) throws -> Secret {
    guard isatty(STDIN_FILENO) == 1 else { return try read { _ in false } }
    let old = try QuietTerminal.begin()
    defer { QuietTerminal.end(old) }
    Terminal.write(Array(prompt.utf8), to: STDERR_FILENO)
    return try read(QuietTerminal.isInterrupt)
  }

  /// The first line of a file that a variable of the environment names; its mode must be private.
  private static func fromFile(_ variable: String) throws -> Secret? {
    guard let path = ProcessInfo.processInfo.environment[variable], !path.isEmpty else { return nil }
    guard var bytes = try PrivateFile.read(path, limit: lineLimit) else {
      throw CommandFailure("\(variable) names \(path), which is not there", status: 66)
    }
    defer { Secret.wipe(&bytes) }
    return Secret(copying: bytes.prefix { $0 != 0x0A && $0 != 0x0D })
  }

  /// Reads up to a line's end byte by byte: what follows belongs to whoever reads next.
  private static func read(_ isInterrupt: (UInt8) -> Bool) throws -> Secret {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(lineLimit + 1)
    defer { Secret.wipe(&bytes) }
    var byte: UInt8 = 0
    while true {
      let count = Glibc.read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { break }
      if isInterrupt(byte) { throw CommandFailure("interrupted; nothing was done", status: 130) }
      if byte == 0x0A || byte == 0x0D || (byte == 0x04 && isatty(STDIN_FILENO) == 1) { break }
      QuietTerminal.edit(&bytes, with: byte)
      guard bytes.count <= lineLimit else { throw CommandFailure("the line has more than 4096 bytes", status: 64) }
    }
    return Secret(copying: bytes)
  }
}

/// A terminal that neither shows what is typed nor hands it over in lines, so that Ctrl-C can put it back as it was.
private enum QuietTerminal {
  static func begin() throws -> termios {
    var state = termios()
    guard tcgetattr(STDIN_FILENO, &state) == 0 else {
      throw CommandFailure("the terminal cannot be told to hide a passphrase", status: 69)
    }
    var quiet = state
    quiet.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet)
    return state
  }

  static func end(_ state: termios) {
    var state = state
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &state)
    Terminal.write([0x0A], to: STDERR_FILENO)
  }

  /// Ctrl-C.
  static func isInterrupt(_ byte: UInt8) -> Bool { byte == 0x03 }

  /// Appends a byte; on a terminal, rubbing out and Ctrl-U work as usual.
  static func edit(_ bytes: inout [UInt8], with byte: UInt8) {
    guard isatty(STDIN_FILENO) == 1 else { return bytes.append(byte) }
    switch byte {
    case 0x7F, 0x08:
      // A character of UTF-8 goes as a whole.
      while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
    case 0x15: bytes.removeAll(keepingCapacity: true)
    default: bytes.append(byte)
    }
  }
}

/// Where an ABCI server listens, written as CometBFT's `proxy_app` has it.
package enum ABCIAddress: Equatable, Sendable, CustomStringConvertible {
  case tcp(host: String, port: Int)
  case unix(path: String)

  /// Reads `tcp://HOST:PORT` (an IPv6 host in brackets; port 0 lets the system choose) or `unix:///PATH`.
  /// - Throws: `ABCIServerError.address` for anything else.
  package init(_ text: String) throws(ABCIServerError) {
    if let path = text.dropping("unix://") {
      guard path.hasPrefix("/"), path.utf8.count > 1 else {
        throw .address(text, "a unix socket needs an absolute path, as in unix:///run/razao.sock")
      }
      self = .unix(path: path)
    } else if let place = text.dropping("tcp://") {
      self = try Self.tcp(place, in: text)
    } else {
      throw .address(text, "it must begin with tcp:// or unix://")
    }
  }

  private static func tcp(_ place: String, in text: String) throws(ABCIServerError) -> Self {
    guard let colon = place.lastIndex(of: ":") else { throw .address(text, "it names no port") }
    let digits = place[place.index(after: colon)...]
    guard let port = UInt16(digits), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw .address(text, "its port is no number up to 65535")
    }
    var host = String(place[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    guard !host.isEmpty, !host.contains("[") else { throw .address(text, "it names no host") }
    return .tcp(host: host, port: Int(port))
  }

  /// Whether only processes of this machine can reach it, going by its text.
  package var isLocal: Bool {
    switch self {
    case .unix: true
    case .tcp(let host, _): host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
  }

  package var description: String {
    switch self {
    case .unix(let path): "unix://\(path)"
    case .tcp(let host, let port): host.contains(":") ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
    }
  }
}

extension String {
  fileprivate func dropping(_ prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}

/// Why a server does not listen.
package enum ABCIServerError: Error, Equatable, Sendable, CustomStringConvertible {
  case address(String, String)
  /// Another process answers at the socket.
  case taken(String)
  case unavailable(String, String)

  package var description: String {
    switch self {
    case .address(let text, let why): "`\(text)` is no address to listen at: \(why)"
    case .taken(let address): "another process listens at \(address)"
    case .unavailable(let address, let why): "\(address) cannot be listened at: \(why)"
    }
  }
}

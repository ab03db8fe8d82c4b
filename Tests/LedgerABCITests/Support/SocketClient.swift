import ABCI
import Glibc

@testable import LedgerABCI

/// One blocking connection to a server, with a limit of ten seconds on every wait.
final class SocketClient {
  private let descriptor: Int32
  private var decoder = FrameDecoder()
  private var isOpen = true

  init(_ address: ABCIAddress) throws {
    switch address {
    case .unix(let path):
      descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      try Self.connect(descriptor, unix: path)
    case .tcp(_, let port):
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      try Self.connect(descriptor, port: port)
    }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close() }

  func close() {
    guard isOpen else { return }
    isOpen = false
    Glibc.close(descriptor)
  }

  func send(_ bytes: [UInt8]) throws {
    var start = 0
    while start < bytes.count {
      let sent = bytes[start...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard sent > 0 else { throw TestFailure("send: errno \(errno)") }
      start += sent
    }
  }

  func send(_ request: ABCIRequest) throws {
    try send(request.frame())
  }

  /// The next frame's message; `nil` when the server closed the connection.
  func receiveMessage() throws -> [UInt8]? {
    while true {
      if let message = try decoder.next() { return message }
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count == 0 || (count < 0 && errno == ECONNRESET) { return nil }
      guard count > 0 else { throw TestFailure("no answer: errno \(errno)") }
      decoder.append(buffer[..<count])
    }
  }

  func receive() throws -> ABCIResponse {
    guard let message = try receiveMessage() else { throw TestFailure("the server closed the connection") }
    return try ABCIResponse(decoding: message)
  }

  /// Sends a request followed by Flush, as the engine does, and takes both answers.
  func call(_ request: ABCIRequest) throws -> ABCIResponse {
    try send(request.frame() + ABCIRequest.flush.frame())
    let response = try receive()
    if case .exception = response { return response }
    guard case .flush = try receive() else { throw TestFailure("no answer to Flush") }
    return response
  }

  private static func connect(_ descriptor: Int32, unix path: String) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix(107)) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw TestFailure("connect to \(path): errno \(errno)") }
  }

  private static func connect(_ descriptor: Int32, port: Int) throws {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw TestFailure("connect to port \(port): errno \(errno)") }
  }
}

/// Why a service cannot run: one line each, and the process's exit status (BSD sysexits).
package enum ServiceError: Error, Equatable, Sendable, CustomStringConvertible {
  case portTaken(host: String, port: Int)
  case addressUnusable(host: String, port: Int, reason: String)
  case configuration(String)
  case peerUnreachable(endpoint: String, reason: String)
  case failed(String)

  package var description: String {
    switch self {
    case .portTaken(let host, let port):
      "port \(port) of \(host) is taken; end what listens there, or choose another with --port"
    case .addressUnusable(let host, let port, let reason): "cannot listen at \(host):\(port): \(reason)"
    case .configuration(let what): what
    case .peerUnreachable(let endpoint, let reason): "\(endpoint) cannot be reached: \(reason)"
    case .failed(let what): what
    }
  }

  package var exitStatus: Int32 {
    switch self {
    case .portTaken, .addressUnusable, .peerUnreachable: 69
    case .configuration: 78
    case .failed: 70
    }
  }
}

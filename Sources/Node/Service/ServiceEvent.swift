import StrictJSON

/// What a service tells whoever started it: a person at a terminal, or the supervisor, which reads one JSON line each.
package enum ServiceEvent: Equatable, Sendable {
  /// Something long is under way; `done` of `total` in whatever unit, `total` 0 when unknown.
  case loading(what: String, done: Int, total: Int)
  /// The service answers at this address from now on.
  case ready(endpoint: String)
  /// Something happened that is worth a line.
  case notice(String)
  /// The service cannot go on; it ends with this exit status.
  case failed(message: String, status: Int32)

  /// The event as one line of JSON, without the line feed.
  package var line: String {
    switch self {
    case .loading(let what, let done, let total):
      JSON.object(["event": "loading", "what": .string(what), "done": JSON(done), "total": JSON(total)]).text
    case .ready(let endpoint): JSON.object(["event": "ready", "endpoint": .string(endpoint)]).text
    case .notice(let text): JSON.object(["event": "notice", "text": .string(text)]).text
    case .failed(let message, let status):
      JSON.object(["event": "failed", "message": .string(message), "status": JSON(status)]).text
    }
  }

  /// Reads a line; `nil` for anything that is no event.
  package init?(line: [UInt8]) {
    guard let json = try? JSON.parse(line, limits: JSONLimits(byteCount: 1 << 16, depth: 4)),
      let event = json["event"]?.string
    else { return nil }
    switch event {
    case "loading":
      guard let what = json["what"]?.string, let done = json["done"]?.integer, let total = json["total"]?.integer
      else { return nil }
      self = .loading(what: what, done: done, total: total)
    case "ready":
      guard let endpoint = json["endpoint"]?.string else { return nil }
      self = .ready(endpoint: endpoint)
    case "notice":
      guard let text = json["text"]?.string else { return nil }
      self = .notice(text)
    case "failed":
      guard let message = json["message"]?.string, let status = json["status"]?.integer.flatMap({ Int32(exactly: $0) })
      else { return nil }
      self = .failed(message: message, status: status)
    default: return nil
    }
  }

  /// The event in words, for a terminal: without control characters, as peers have a say in them.
  package var words: String {
    let text =
      switch self {
      case .loading(let what, let done, let total): total > 0 ? "\(what) \(min(100, done * 100 / total)) %" : what
      case .ready(let endpoint): "ready at \(endpoint)"
      case .notice(let text): text
      case .failed(let message, _): message
      }
    return text.withoutControls
  }
}

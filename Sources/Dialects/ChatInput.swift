import StrictJSON

/// Reads `messages` and `tools` into what a chat template wants.
enum ChatInput {
  static func read(_ reader: MemberReader) throws(RequestError) -> RequestInput {
    guard let messages = try reader.array("messages") else { throw .missing("messages") }
    guard (1...RequestLimits.messageCount).contains(messages.count) else {
      throw .invalid("messages", "must hold 1 to \(RequestLimits.messageCount) messages")
    }
    var conversation: [JSON] = []
    for (index, message) in messages.enumerated() {
      conversation.append(try self.message(message, place: "messages[\(index)]"))
    }
    return .messages(conversation, tools: try tools(reader))
  }

  /// One message with its members in the request's order. `developer` is written `system` (OpenAI's new word for
  /// it, which chat templates do not know), and text parts become one string.
  private static func message(_ json: JSON, place: String) throws(RequestError) -> JSON {
    guard let object = json.object else { throw .wrongType(place, expected: "an object") }
    let reader = MemberReader(object, prefix: place + ".")
    let role = try self.role(reader)
    var message = JSONObject()
    for member in object.members {
      guard let value = try self.member(member, of: reader, role: role) else { continue }
      message.members.append(.init(name: member.name, value: value))
    }
    let isCall = role.isExactly("assistant") && reader.value("tool_calls") != nil
    guard reader.value("content") != nil || isCall else { throw .missing(place + ".content") }
    return .object(message)
  }

  private static func role(_ reader: MemberReader) throws(RequestError) -> String {
    guard let role = try reader.string("role") else { throw .missing(reader.place("role")) }
    let known = ["system", "developer", "user", "assistant", "tool"]
    guard known.contains(where: { $0.isExactly(role) }) else {
      throw .invalid(reader.place("role"), "must be one of \(known.joined(separator: ", "))")
    }
    return role.isExactly("developer") ? "system" : role
  }

  /// The value of a member as the template sees it; `nil` when the template does not see it.
  private static func member(
    _ member: JSONObject.Member, of reader: MemberReader, role: String
  ) throws(RequestError) -> JSON? {
    let place = reader.place(RequestError.quoted(member.name))
    if member.name.isExactly("role") { return .string(role) }
    if member.name.isExactly("content") { return try content(member.value, place: place) }
    if member.name.isExactly("tool_calls") { return try toolCalls(member.value, place: place, role: role) }
    if ["name", "tool_call_id", "reasoning_content"].contains(where: { $0.isExactly(member.name) }) {
      return try reader.string(member.name).map { .string($0) }
    }
    if ["refusal", "audio", "function_call", "annotations"].contains(where: { $0.isExactly(member.name) }) {
      guard member.value.isNull || member.value == .array([]) else {
        throw .unsupported(place, accepted: "leave it out")
      }
      return nil
    }
    throw RequestError(.unknownParameter, place, "`\(place)` is no member of a message; remove it.")
  }

  /// A string, or a list of text parts joined by line feeds; null stays null.
  private static func content(_ value: JSON, place: String) throws(RequestError) -> JSON {
    if value.isNull || value.string != nil { return value }
    guard let parts = value.array else { throw .wrongType(place, expected: "a string or an array of text parts") }
    guard !parts.isEmpty else { throw .invalid(place, "must not be an empty array") }
    var texts: [String] = []
    for (index, part) in parts.enumerated() {
      texts.append(try text(of: part, place: "\(place)[\(index)]"))
    }
    return .string(texts.joined(separator: "\n"))
  }

  private static func text(of part: JSON, place: String) throws(RequestError) -> String {
    guard let object = part.object else { throw .wrongType(place, expected: "an object with `type` and `text`") }
    let reader = MemberReader(object, prefix: place + ".")
    guard let type = try reader.string("type") else { throw .missing(place + ".type") }
    guard type.isExactly("text") else {
      throw RequestError(
        .unsupportedValue, place + ".type",
        "`\(place).type` is `\(RequestError.quoted(type))`; only text parts are supported here.")
    }
    try reader.requireNames(["type", "text"])
    guard let text = try reader.string("text") else { throw .missing(place + ".text") }
    return text
  }

  private static func toolCalls(_ value: JSON, place: String, role: String) throws(RequestError) -> JSON? {
    if value.isNull { return nil }
    guard role.isExactly("assistant") else { throw .invalid(place, "belongs to assistant messages only") }
    guard let calls = value.array else { throw .wrongType(place, expected: "an array") }
    guard !calls.isEmpty else { throw .invalid(place, "must not be an empty array") }
    var read: [JSON] = []
    for (index, call) in calls.enumerated() {
      read.append(try toolCall(call, place: "\(place)[\(index)]"))
    }
    return .array(read)
  }

  private static func toolCall(_ json: JSON, place: String) throws(RequestError) -> JSON {
    guard var call = json.object else { throw .wrongType(place, expected: "an object") }
    let reader = MemberReader(call, prefix: place + ".")
    try reader.requireNames(["id", "type", "function", "index"])
    guard var function = try reader.object("function") else { throw .missing(place + ".function") }
    let inner = MemberReader(function, prefix: place + ".function.")
    try inner.requireNames(["name", "arguments"])
    guard try inner.string("name") != nil else { throw .missing(place + ".function.name") }
    function["arguments"] = try arguments(inner)
    call["function"] = .object(function)
    return .object(call)
  }

  /// OpenAI writes arguments as JSON inside a string; templates expect the object.
  private static func arguments(_ reader: MemberReader) throws(RequestError) -> JSON {
    guard let value = reader.value("arguments") else { throw .missing(reader.place("arguments")) }
    if value.object != nil { return value }
    guard let text = value.string else {
      throw .wrongType(reader.place("arguments"), expected: "a string that holds a JSON object")
    }
    if text.isEmpty { return .object(JSONObject()) }
    let limits = JSONLimits(byteCount: RequestLimits.byteCount, depth: RequestLimits.depth)
    guard let parsed = try? JSON.parse(Array(text.utf8), limits: limits), parsed.object != nil else {
      throw .invalid(reader.place("arguments"), "must hold one valid JSON object")
    }
    return parsed
  }

  /// The tools a template shows; none under `"tool_choice": "none"`.
  private static func tools(_ reader: MemberReader) throws(RequestError) -> [JSON]? {
    let tools = try reader.array("tools") ?? []
    for (index, tool) in tools.enumerated() {
      let place = "tools[\(index)]"
      guard let object = tool.object else { throw .wrongType(place, expected: "an object") }
      let inner = MemberReader(object, prefix: place + ".")
      guard try inner.string("type")?.isExactly("function") ?? false else {
        throw .invalid(place + ".type", "must be \"function\"")
      }
      guard try inner.object("function")?["name"]?.string != nil else { throw .missing(place + ".function.name") }
    }
    return try isToolless(reader) || tools.isEmpty ? nil : tools
  }

  private static func isToolless(_ reader: MemberReader) throws(RequestError) -> Bool {
    guard let choice = reader.value("tool_choice") else { return false }
    if let text = choice.string, text.isExactly("none") { return true }
    if let text = choice.string, text.isExactly("auto") { return false }
    throw .unsupported("tool_choice", accepted: "leave it out or send \"auto\" or \"none\"")
  }
}

import StrictJSON

/// Where an answer's object may hold text: what endpoint, form and the object's own name leave open.
struct AnswerShape {
  /// The endpoint that was asked, where that is known.
  var endpoint: Endpoint?
  var isStreamed: Bool

  /// The member of a choice that holds the text.
  enum TextPlace: String, CaseIterable {
    case delta
    case message
    case text

    var name: String { rawValue }
  }

  private static let members = [
    "id", "object", "created", "model", "choices", "usage", "razao", "system_fingerprint", "service_tier",
  ]

  /// The one place at which this object holds its text.
  /// - Throws: for an object of another endpoint or form, and for members beside OpenAI's and ours that are not null.
  func textPlace(_ json: JSON) throws(AnswerError) -> TextPlace {
    guard let object = json.object else { throw .unexpected(member: "choices") }
    try object.requireNull(except: Self.members, in: "")
    let place = try namedPlace(object["object"]) ?? assumedPlace(object)
    let isOfForm = isStreamed ? place != .message : place != .delta
    guard isOfForm, endpoint.map({ ($0 == .completions) == (place == .text) }) ?? true else {
      throw .unexpected(member: "object")
    }
    return place
  }

  /// The place that goes with the object's name; `nil` without a name.
  private func namedPlace(_ name: JSON?) throws(AnswerError) -> TextPlace? {
    guard let name, !name.isNull else { return nil }
    guard let text = name.string else { throw .unexpected(member: "object") }
    if text.isExactly("chat.completion.chunk") { return .delta }
    if text.isExactly("chat.completion") { return .message }
    if text.isExactly("text_completion") { return .text }
    throw .unexpected(member: "object")
  }

  /// The place of an object without a name: the endpoint's, or else where there is something.
  private func assumedPlace(_ object: JSONObject) -> TextPlace {
    let isText = endpoint.map { $0 == .completions } ?? (object["choices"]?.array?.first?["text"] != nil)
    return isText ? .text : isStreamed ? .delta : .message
  }
}

extension JSONObject {
  /// Refuses every member that is not listed, unless it is null.
  func requireNull(except names: [String], in prefix: String) throws(AnswerError) {
    for member in members where !member.value.isNull && !names.contains(where: { $0.isExactly(member.name) }) {
      throw .unexpected(member: prefix + RequestError.quoted(member.name))
    }
  }
}

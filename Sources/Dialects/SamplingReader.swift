import StrictJSON

extension SamplingParameters {
  /// The sampling members of a request (SPEC §3.9 has the ranges); absent ones have OpenAI's defaults.
  init(_ reader: MemberReader) throws(RequestError) {
    self.init()
    if let value = try reader.decimal("temperature", in: 100...1_000_000, orZero: true) { temperature = UInt32(value) }
    if let value = try reader.decimal("top_p", in: 1...10_000) { topP = UInt32(value) }
    if let value = try reader.integer("top_k", in: 0...Int(Int32.max)) { topK = UInt32(value) }
    if let value = try reader.decimal("repetition_penalty", in: 1_000...100_000) { repetition = UInt32(value) }
    if let value = try reader.decimal("presence_penalty", in: -20_000...20_000) { presence = Int32(value) }
    if let value = try reader.decimal("frequency_penalty", in: -20_000...20_000) { frequency = Int32(value) }
    maxTokens = try Self.maxTokens(reader)
    logitBias = try Self.logitBias(reader)
    stop = try Self.stop(reader)
  }

  private static func maxTokens(_ reader: MemberReader) throws(RequestError) -> UInt32 {
    let range = 1...RequestLimits.tokenCount
    let old = try reader.integer("max_tokens", in: range)
    let new = try reader.integer("max_completion_tokens", in: range)
    if let old, let new, old != new {
      throw .invalid("max_tokens", "and `max_completion_tokens` differ; send one of them")
    }
    return UInt32(new ?? old ?? 0)
  }

  private static func stop(_ reader: MemberReader) throws(RequestError) -> [[UInt8]] {
    guard let value = reader.value("stop") else { return [] }
    let list = value.array
    let values = list ?? [value]
    guard values.count <= RequestLimits.stopCount else {
      throw .invalid("stop", "may hold at most \(RequestLimits.stopCount) strings")
    }
    var stops: [[UInt8]] = []
    for (index, value) in values.enumerated() {
      let place = list == nil ? "stop" : "stop[\(index)]"
      guard let text = value.string else { throw .wrongType(place, expected: "a string or an array of strings") }
      guard (1...RequestLimits.stopByteCount).contains(text.utf8.count) else {
        throw .invalid(place, "must have 1 to \(RequestLimits.stopByteCount) bytes")
      }
      stops.append(Array(text.utf8))
    }
    return stops
  }

  private static func logitBias(_ reader: MemberReader) throws(RequestError) -> [LogitBias] {
    guard let object = try reader.object("logit_bias") else { return [] }
    guard object.members.count <= RequestLimits.biasCount else {
      throw .invalid("logit_bias", "may hold at most \(RequestLimits.biasCount) ids")
    }
    var biases: [LogitBias] = []
    for member in object.members {
      let place = "logit_bias.\(RequestError.quoted(member.name))"
      guard let id = UInt32(member.name), String(id).isExactly(member.name), id < RequestLimits.vocabulary else {
        throw .invalid(place, "must be named by a token id, 0 to \(RequestLimits.vocabulary - 1), in plain digits")
      }
      let value = try MemberReader.decimal(member.value, place, in: -1_000_000...1_000_000)
      biases.append(LogitBias(id: id, value: Int32(value)))
    }
    return biases.sorted { $0.id < $1.id }
  }
}

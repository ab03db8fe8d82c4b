import StrictJSON

/// One call of a node's JSON-RPC, and the kind of its answer.
package struct CometRequest<Answer: Sendable>: Sendable {
  package let method: String
  package let parameters: JSONObject
  private let read: @Sendable (AnswerField) throws(CometAnswerError) -> Answer

  init(
    _ method: String, _ parameters: [JSONObject.Member],
    read: @escaping @Sendable (AnswerField) throws(CometAnswerError) -> Answer
  ) {
    self.method = method
    self.parameters = JSONObject(parameters)
    self.read = read
  }

  /// What to POST, as JSON-RPC 2.0.
  package func body(id: Int) -> [UInt8] {
    let members: JSONObject = [
      "jsonrpc": "2.0", "id": JSON(id), "method": .string(method), "params": .object(parameters),
    ]
    return JSON.object(members).encoded()
  }

  /// Reads the answer to the request of the same `id`.
  /// - Throws: for bytes that are no such answer, with the place, and for the node's own errors (`remote`); never
  ///   traps.
  package func answer(
    _ bytes: [UInt8], id: Int, maximumByteCount: Int = CometRPC.maximumAnswerByteCount
  ) throws(CometAnswerError) -> Answer {
    let json: JSON
    do {
      json = try JSON.parse(bytes, limits: JSONLimits(byteCount: maximumByteCount, depth: 32))
    } catch {
      throw CometAnswerError(.notJSON(error), at: "")
    }
    let envelope = AnswerField(value: json, path: "answer")
    guard try envelope.member("jsonrpc").string() == "2.0" else { throw envelope.invalid("JSON-RPC 2.0") }
    if let error = try envelope.optional("error") { throw try Self.remote(error) }
    guard try envelope.member("id").number(Int.self) == id else { throw envelope.invalid("an answer to request \(id)") }
    return try read(AnswerField(value: try envelope.member("result").value, path: "result"))
  }

  private static func remote(_ field: AnswerField) throws(CometAnswerError) -> CometAnswerError {
    let code = try field.member("code").number(Int.self)
    let (message, data) = (try field.member("message").string(), try field.optional("data")?.string() ?? "")
    return CometAnswerError(.remote(code: code, message: message, data: data), at: field.path)
  }
}

import StrictJSON

/// Answers that are values and not texts, as clients see them; beside OpenAI's members stands `razao`.
///
/// What a receipt commits to is the *value*: for embeddings the vectors one after the other, each value an i32 with 24
/// fraction bits, little-endian; for pictures and sequences the canonical JSON that the program's answer is. What a
/// client is shown is written from the value and can be read back into it, so that the two cannot differ unseen.
package struct ValueAnswer: Sendable {
  package let endpoint: Endpoint
  package let model: String

  package init(endpoint: Endpoint, model: String) {
    self.endpoint = endpoint
    self.model = model
  }

  /// The answer's body.
  /// - Parameters:
  ///   - value: the bytes that the receipt commits to.
  ///   - input: as it was asked.
  ///   - created: seconds since 1970.
  package func body(
    value: [UInt8], input: RequestInput, requestID: String, created: Int, promptCount: Int, razao: JSON?
  ) throws(AnswerError) -> JSON {
    let usage: JSON = ["prompt_tokens": JSON(promptCount), "total_tokens": JSON(promptCount)]
    guard case .embedding(let embedding) = input else {
      guard let result = try? JSON.parse(value) else { throw .unexpected(member: "result") }
      return [
        "id": .string("res-" + requestID), "object": .string(Self.objectName(endpoint)), "created": JSON(created),
        "model": .string(model), "result": result, "usage": usage, "razao": razao ?? .null,
      ]
    }
    let width = value.count / embedding.items.count
    let data = embedding.items.indices.map { index -> JSON in
      let vector = Array(value[index * width..<(index + 1) * width])
      return [
        "object": "embedding", "index": JSON(index),
        "embedding": embedding.encoding == .base64
          ? .string(Base64.encode(Vector.binary32(vector))) : .array(Vector.numbers(vector)),
      ]
    }
    return [
      "object": "list", "data": .array(data), "model": .string(model), "usage": usage, "razao": razao ?? .null,
    ]
  }

  fileprivate static func objectName(_ endpoint: Endpoint) -> String {
    endpoint == .images ? "image.classification" : "sequence.score"
  }
}

extension AnswerPart {
  /// Reads an answer that is a value back into it.
  init(value json: JSON, _ endpoint: Endpoint) throws(AnswerError) {
    guard let object = json.object else { throw .unexpected(member: "object") }
    let own = endpoint == .embeddings ? ["object", "data"] : ["id", "object", "created", "result"]
    try object.requireNull(except: own + ["model", "usage", "razao"], in: "")
    let name = endpoint == .embeddings ? "list" : ValueAnswer.objectName(endpoint)
    guard json["object"]?.string?.isExactly(name) == true else { throw .unexpected(member: "object") }
    for text in ["id", "model"] where object[text].map({ $0.string == nil }) ?? false {
      throw .unexpected(member: text)
    }
    let value: [UInt8]
    var vectors: VectorForm?
    if endpoint == .embeddings {
      (value, vectors) = try Self.vectors(json["data"])
    } else {
      guard let result = json["result"], result.object != nil else { throw .unexpected(member: "result") }
      value = result.encoded()
    }
    self.init(
      id: json["id"]?.string, model: json["model"]?.string, text: "", end: .stop, usage: try Self.usage(ofValue: json),
      razao: json["razao"], value: value, vectors: vectors)
  }

  private static func usage(ofValue json: JSON) throws(AnswerError) -> TokenUsage {
    guard let usage = json["usage"], let count = usage["prompt_tokens"]?.integer,
      usage["total_tokens"]?.integer == count, (0...Int(UInt32.max)).contains(count)
    else { throw .unexpected(member: "usage") }
    return TokenUsage(promptTokens: count, completionTokens: 0)
  }

  /// Vectors of one width and one encoding, or none.
  private static func vectors(_ data: JSON?) throws(AnswerError) -> (value: [UInt8], form: VectorForm) {
    guard let data = data?.array, !data.isEmpty else { throw .unexpected(member: "data") }
    var value: [UInt8] = []
    var form: VectorForm?
    for (index, entry) in data.enumerated() {
      let place = "data[\(index)]"
      guard let object = entry.object else { throw .unexpected(member: place) }
      try object.requireNull(except: ["object", "index", "embedding"], in: place + ".")
      guard entry["object"]?.string?.isExactly("embedding") == true, entry["index"]?.integer == index,
        let embedding = entry["embedding"], let vector = Vector.bytes(of: embedding)
      else { throw .unexpected(member: place + ".embedding") }
      let own = VectorForm(
        count: data.count, width: vector.count / 4, encoding: embedding.string == nil ? .float : .base64)
      guard form ?? own == own else { throw .unexpected(member: place + ".embedding") }
      form = own
      value += vector
    }
    guard let form else { throw .unexpected(member: "data") }
    return (value, form)
  }

  /// Whether the answer has the form that a request asked for: as many vectors as texts, in the encoding and the width that
  /// it named. The receipt commits to the values one after the other, so only this says where one vector ends.
  package func hasForm(askedBy request: InferenceRequest) -> Bool {
    guard case .embedding(let input) = request.input else { return vectors == nil }
    guard let vectors, vectors.count == input.items.count, vectors.encoding == input.encoding else { return false }
    return input.dimensions.map { $0 == vectors.width } ?? true
  }
}

/// How the vectors of an answer are written.
package struct VectorForm: Equatable, Sendable {
  package var count: Int
  /// Values of each.
  package var width: Int
  package var encoding: EmbeddingInput.Encoding
}

/// One vector between its exact form, i32 with 24 fraction bits, and what OpenAI's clients read.
///
/// Floating point has no say here: every value is below 2^24 in magnitude, so binary32 holds it exactly, both ways.
enum Vector {
  static let scale: Float = 16_777_216

  private static func integers(_ bytes: [UInt8]) -> [Int32] {
    stride(from: 0, to: bytes.count - bytes.count % 4, by: 4).map { start in
      Int32(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) })
    }
  }

  private static func littleEndian(_ word: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) }
  }

  /// binary32 values, little-endian.
  static func binary32(_ bytes: [UInt8]) -> [UInt8] {
    integers(bytes).flatMap { littleEndian((Float($0) / scale).bitPattern) }
  }

  /// The shortest decimals that are read as the same binary32 values.
  static func numbers(_ bytes: [UInt8]) -> [JSON] {
    integers(bytes).map { value in
      let decimal = (Float(value) / scale).description
      return (try? JSON.parse(Array(decimal.utf8))) ?? .null
    }
  }

  /// The exact form of a vector as a client got it; `nil` for what no vector is written as.
  static func bytes(of embedding: JSON) -> [UInt8]? {
    if let text = embedding.string {
      guard let words = Base64.decode(Array(text.utf8)), words.count.isMultiple(of: 4) else { return nil }
      return exact(integers(words).map { Float(bitPattern: UInt32(bitPattern: $0)) })
    }
    guard let numbers = embedding.array else { return nil }
    var values: [Float] = []
    values.reserveCapacity(numbers.count)
    for number in numbers {
      // Another decimal of the same binary32 value would be another number to whoever reads doubles.
      guard case .number(let decimal) = number, let value = Float(decimal.text),
        value.description.utf8.elementsEqual(decimal.text.utf8)
      else { return nil }
      values.append(value)
    }
    return exact(values)
  }

  private static func exact(_ values: [Float]) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * values.count)
    for value in values {
      guard let integer = Int32(exactly: value * scale), integer.magnitude <= 1 << 24,
        value.sign == .plus || integer != 0
      else { return nil }
      bytes += littleEndian(UInt32(bitPattern: integer))
    }
    return bytes
  }
}

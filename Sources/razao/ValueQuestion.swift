import Dialects
import Node
import Receipts
import StrictJSON

/// A question whose answer is a value: what is sent, and what is shown of the answer.
enum ValueQuestion {
  case picture([UInt8])
  case sequence(String)
  case embedding(String)
  /// A question, and the texts among which its nearest are looked for.
  case search(String, [String])

  /// Texts of one search: what one request holds, less the question.
  private static let textLimit = RequestLimits.inputCount - 1

  /// - Returns: `nil` for a question that is answered by a text.
  init?(_ ask: Ask) throws {
    if let image = ask.image {
      self = .picture(try Files.read(image, limit: RequestLimits.byteCount / 4 * 3))
    } else if let sequence = ask.sequence {
      self = .sequence(sequence)
    } else if let file = ask.search, let prompt = ask.prompt {
      self = .search(prompt, try Self.texts(file))
    } else if ask.embed, let prompt = ask.prompt {
      self = .embedding(prompt)
    } else {
      return nil
    }
  }

  private static func texts(_ path: String) throws -> [String] {
    let lines = try Files.read(path, limit: RequestLimits.byteCount).split(separator: 0x0A)
    let texts = lines.map { String(decoding: $0, as: UTF8.self) }.filter { !$0.allSatisfy(\.isWhitespace) }
    guard (1...textLimit).contains(texts.count) else {
      throw CommandFailure("\(path) has \(texts.count) lines of text; give 1 to \(textLimit)", status: 65)
    }
    return texts
  }

  /// What kind of program answers it.
  var kind: ProgramKind {
    switch self {
    case .picture: .image
    case .sequence: .sequence
    case .embedding, .search: .embedding
    }
  }

  var form: RequestForm {
    switch self {
    case .picture: .images
    case .sequence: .sequences
    case .embedding, .search: .embeddings
    }
  }

  func body(model: String) -> JSON {
    switch self {
    case .picture(let file): ["model": .string(model), "image": .string(Base64.encode(file))]
    case .sequence(let letters): ["model": .string(model), "sequence": .string(letters)]
    case .embedding(let text): ["model": .string(model), "input": .string(text)]
    case .search(let question, let texts):
      [
        "model": .string(model), "input": .array(([question] + texts).map { .string($0) }),
        "encoding_format": "base64",
      ]
    }
  }
}

extension ValueQuestion {
  /// The answer for people.
  func lines(_ value: [UInt8]) throws -> [String] {
    switch self {
    case .picture, .sequence: try Self.described(value)
    case .embedding: [Self.vector(value).map(Self.decimal).joined(separator: " ")]
    case .search(_, let texts): Self.ranked(value, texts).prefix(5).map { "\(Self.cosine($0.similarity))  \($0.text)" }
    }
  }

  /// The answer for scripts.
  func result(_ value: [UInt8]) throws -> JSON {
    switch self {
    case .picture, .sequence: try JSON.parse(value)
    case .embedding: .array(try Self.vector(value).map { try JSON.parse(Array(Self.decimal($0).utf8)) })
    case .search(_, let texts):
      .array(
        try Self.ranked(value, texts).map {
          ["similarity": try JSON.parse(Array(Self.cosine($0.similarity).utf8)), "text": .string($0.text)]
        })
    }
  }

  private static func described(_ value: [UInt8]) throws -> [String] {
    let json = try JSON.parse(value)
    if let logit = json["logit"] { return ["logit \(logit.text)"] }
    let label = json["label"]?.string ?? json["index"]?.text ?? "?"
    return [label.withoutControls, "logits \((json["logits"]?.array ?? []).map(\.text).joined(separator: " "))"]
  }

  /// Values with 24 fraction bits.
  private static func vector(_ value: [UInt8]) -> [Int32] {
    stride(from: 0, to: value.count - value.count % 4, by: 4).map { start in
      Int32(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(value[start + $1]) << UInt32(8 * $1) })
    }
  }

  private static func decimal(_ value: Int32) -> String { (Float(value) / 16_777_216).description }

  /// Texts by the product of their vectors with the question's, 48 fraction bits; the earlier first among equals.
  private static func ranked(_ value: [UInt8], _ texts: [String]) -> [(similarity: Int64, text: String)] {
    let all = vector(value)
    let width = all.count / (texts.count + 1)
    let question = all.prefix(width)
    let similarities = texts.indices.map { index -> Int64 in
      let own = all[(index + 1) * width..<(index + 2) * width]
      return zip(question, own).reduce(0) { $0 &+ Int64($1.0) * Int64($1.1) }
    }
    return texts.indices.sorted { (similarities[$1], $0) < (similarities[$0], $1) }.map {
      (similarity: similarities[$0], text: texts[$0])
    }
  }

  /// Four places of a product of unit vectors.
  private static func cosine(_ similarity: Int64) -> String {
    let scaled = ((similarity >> 24) * 10_000) >> 24
    let digits = String(scaled.magnitude % 10_000 + 10_000).dropFirst()
    return "\(scaled < 0 ? "-" : "")\(scaled.magnitude / 10_000).\(digits)"
  }
}

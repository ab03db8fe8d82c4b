import StrictJSON

/// A civil date of the proleptic Gregorian calendar, that a request names for its template.
package struct RequestDate: Equatable, Sendable {
  package let year: Int
  package let month: Int
  package let day: Int

  /// Exactly `YYYY-MM-DD`, a day that exists, year 1…9999; `nil` otherwise.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = Self.digits(bytes[0..<4]), let month = Self.digits(bytes[5..<7]), let day = Self.digits(bytes[8..<10]),
      year >= 1, (1...12).contains(month), day >= 1, day <= Self.dayCount(month: month, year: year)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
  }

  private static func digits(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
    return bytes.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  private static func dayCount(month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// What the answer continues.
package enum RequestInput: Equatable, Sendable {
  /// A conversation, as a chat template wants it: every message an object with `role` and a string or null
  /// `content`; arguments of tool calls are objects. `tools` is nil when there are none.
  case messages([JSON], tools: [JSON]?)
  /// UTF-8 text, not empty.
  case text(String)
  /// Token ids, not empty, each below 2^22; whether the program has them is for the program to say.
  case tokens([UInt32])
  /// Texts to be embedded.
  case embedding(EmbeddingInput)
  /// A picture's file, PNG or JPEG.
  case picture([UInt8])
  /// A DNA sequence's letters, ASCII.
  case sequence([UInt8])
}

/// One request, read from its exact bytes: everything that decides the answer, and nothing else.
///
/// Provider and auditor read the same bytes through this type, so a field of the receipt that disagrees with the
/// request is seen by whoever holds both.
package struct InferenceRequest: Equatable, Sendable {
  package var endpoint: Endpoint
  package var model: String
  package var input: RequestInput
  /// The receipt's sampling fields, stop strings and biases included.
  package var sampling: SamplingParameters
  /// Present: the seed is explicit (kind 1).
  package var seed: Int64?
  package var isStreamed: Bool
  /// Whether a stream ends with a usage event (`stream_options.include_usage`).
  package var includesUsage: Bool
  /// `razao.date`: the day that a template may print; without it there is none.
  package var date: RequestDate?
  /// `chat_template_kwargs`: additional variables for the template.
  package var templateVariables: JSONObject
  /// `prompt_cache_key`: whose requests may share cached prompts; of no influence on a bit of the answer.
  package var promptCacheKey: String?

  /// The request's own limit on answer tokens, or `nil`.
  package var maxTokens: Int? { sampling.maxTokens == 0 ? nil : Int(sampling.maxTokens) }
}

/// The most that a request may hold.
package enum RequestLimits {
  package static let byteCount = 8 << 20
  package static let depth = 32
  package static let messageCount = 4_096
  package static let modelByteCount = 256
  package static let stopCount = 16
  package static let stopByteCount = 256
  package static let biasCount = 1_024
  package static let tokenCount = 1 << 20
  package static let vocabulary = 1 << 22
  /// Texts of one embedding request.
  package static let inputCount = 2_048
  /// Letters of one sequence.
  package static let letterCount = 1 << 20
}

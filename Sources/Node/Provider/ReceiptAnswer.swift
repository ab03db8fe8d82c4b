import Dialects
import Hummingbird
import Receipts
import StrictJSON

/// The `razao` member of answers and stream events.
package enum RazaoMember {
  /// In the last object of an answer.
  package static func final(_ bundle: Bundle) -> JSON {
    let receipt = bundle.receipt.body
    return [
      "request_id": .string(receipt.requestID.description), "provider": .string(receipt.provider.hex),
      "program": .string(receipt.programRoot.hex), "receipt": .string(bundle.receipt.encoded().base64),
      "bundle": .string(bundle.encoded().base64), "level": "signed",
    ]
  }

  /// Beside a piece of text.
  package static func checkpoint(_ checkpoint: SignedCheckpoint) -> JSON {
    ["checkpoint": .string(checkpoint.encoded().base64)]
  }
}

extension TokenUsage {
  init(_ receipt: Receipt) {
    self.init(
      promptTokens: Int(receipt.promptCount), completionTokens: Int(receipt.answer.count),
      cachedTokens: Int(receipt.prefix.length))
  }
}

extension AnswerEnd {
  /// A receipt's reason in OpenAI's words; an answer cut short is said to be too long, as nothing else fits.
  init(_ reason: FinishReason) {
    self =
      switch reason {
      case .stopToken, .stopString, .complete: .stop
      case .lengthLimit, .contextFull, .aborted: .length
      }
  }
}

/// The media type of bundles.
package enum BundleMedia {
  package static let type = "application/vnd.razao.bundle"

  /// A bundle as the client wants it: bytes, or the JSON view when its `Accept` header names JSON and not bundles.
  package static func response(_ bytes: [UInt8], for request: Request) throws(ReceiptDecodingError) -> Response {
    let wanted = request.headers[.accept] ?? ""
    guard wanted.contains("json"), !wanted.contains(type) else { return Response(bytes: bytes, type: type) }
    return Response(try Bundle(decoding: bytes).json)
  }
}

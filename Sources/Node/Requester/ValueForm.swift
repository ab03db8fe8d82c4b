import Dialects
import Receipts

extension AnswerPart {
  /// Refuses an answer whose vectors are not those that a request asked for, cut where they should be.
  func checkForm(_ form: RequestForm, body: [UInt8]) throws(PeerError) {
    guard !form.generates, let request = try? InferenceRequest(endpoint: form.endpoint, body: body) else { return }
    guard hasForm(askedBy: request) else { throw .malformed("the form of the vectors") }
  }
}

extension TokenUsage {
  /// What a client is told to have used must be what the receipt states.
  func check(_ bundle: Bundle) throws(PeerError) {
    guard promptTokens == Int(bundle.receipt.body.promptCount) else {
      throw .unverified("the usage is not the receipt's")
    }
  }
}

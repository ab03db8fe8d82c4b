import Dialects
import Hashing
import Receipts

/// What running an answer again found (level 1).
package struct RerunReport: Equatable, Sendable {
  /// The checks of level 1, in the order in which they are made.
  package enum Check: String, Sendable, CaseIterable {
    case program
    case request
    case parameters
    case prompt
    case tokens
    case trace
    case text
  }

  /// One check and what it compared.
  package struct Finding: Equatable, Sendable {
    package let check: Check
    package let isPassed: Bool
    package let detail: String
  }

  /// Level 0, which comes first.
  package let statement: VerificationReport
  package let findings: [Finding]
  package let refutation: RerunRefutation?

  /// Whether the answer is the program's, bit for bit.
  package var isVerified: Bool { refutation == nil }
}

/// Why an answer is refused at level 1, with the evidence.
package enum RerunRefutation: Error, Equatable, Sendable {
  /// Level 0 fails already.
  case statement(Refutation)
  /// The receipt names another program than the one at hand.
  case program(stated: Digest, actual: Digest)
  /// The request asks for a model that is not this program, by root or by name.
  case model(asked: String, program: String)
  /// The request's bytes are no request that this program answers.
  case request(RequestError)
  /// A parameter of the receipt is not the request's.
  case parameters(field: String)
  /// The prompt's ids are not those of the request under the program's template and tokenizer.
  case prompt(index: Int)
  /// The receipt's layers are not the program's.
  case layers(stated: UInt32, actual: Int)
  /// There is no bundle to run.
  case unreadable
  /// The cached prefix was computed with something else than the program.
  case prefix(expected: Digest, actual: Digest)
  /// Prompt and answer do not fit the program.
  case unrunnable(String)
  /// The program chooses another token.
  case token(index: Int, expected: UInt32, actual: UInt32)
  /// Every token agrees, the computation behind them does not; the cell is named when the bundle carries the hashes.
  case trace(position: Int?, layer: Int?, expected: Digest, actual: Digest)
  /// The text is not that of the tokens, or the answer did not end where and why it says.
  case text(String)

  /// One line for people: what is wrong, and where.
  package var reason: String {
    switch self {
    case .statement(let refutation): refutation.reason
    case .program(let stated, let actual): "program: the receipt names \(stated), this program is \(actual)"
    case .model(let asked, let program): "program: the request asks for \(asked), the receipt is of \(program)"
    case .request(let error): "request: \(error.message)"
    case .parameters(let field): "parameters: \(field) of the receipt is not the request's"
    case .prompt(let index): "prompt: token \(index) is not what the request gives under the program's template"
    case .layers(let stated, let actual): "trace: \(stated) layers stated, the program has \(actual)"
    case .unreadable: "no bundle could be read"
    case .prefix(let expected, let actual): "cached prefix: its root is \(actual), the program's is \(expected)"
    case .unrunnable(let reason): "prompt: \(reason)"
    case .token(let index, let expected, let actual):
      "token \(index) of the answer is \(actual), the program chooses \(expected)"
    case .trace(let position?, let layer?, _, _):
      "trace: position \(position), layer \(layer) was computed with something else than the program"
    case .trace(_, _, let expected, let actual): "trace: its root is \(actual), the program's is \(expected)"
    case .text(let reason): "text: \(reason)"
    }
  }
}

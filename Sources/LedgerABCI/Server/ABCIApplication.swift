import ABCI

/// An application that a consensus engine drives.
///
/// The engine has four connections and uses them at once, so `answer` is called from several threads; whoever
/// conforms keeps its state behind one lock. Echo and Flush never arrive, and neither does an engine of another ABCI
/// version: the server answers those itself.
package protocol ABCIApplication: AnyObject, Sendable {
  /// Answers one request with a response of the same method.
  /// - Throws: when no block may be built on this application any more; the engine is told and stops.
  func answer(_ request: ABCIRequest) throws(ABCIFault) -> ABCIResponse
}

/// A fault after which neither engine nor application may go on: both are restarted, and the engine replays what the
/// application has not committed.
package struct ABCIFault: Error, Equatable, Sendable, CustomStringConvertible {
  package let sentence: String

  package init(_ sentence: String) {
    self.sentence = sentence
  }

  package var description: String { sentence }
}

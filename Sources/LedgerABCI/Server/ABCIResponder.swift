import ABCI

/// What a server says to one message: the rules of the protocol around an application, without sockets.
package struct ABCIResponder: Sendable {
  /// A response, and the fault that ends the connection after it.
  package struct Answer: Sendable {
    package let response: ABCIResponse
    package let fault: ABCIFault?
  }

  private let application: any ABCIApplication

  package init(_ application: any ABCIApplication) {
    self.application = application
  }

  /// Answers one message of a connection.
  package func answer(_ message: [UInt8]) -> Answer {
    do throws(ABCIFault) {
      return Answer(response: try response(to: message), fault: nil)
    } catch {
      return Self.failure(error)
    }
  }

  /// The answer that tells the engine of a fault.
  package static func failure(_ fault: ABCIFault) -> Answer {
    Answer(response: .exception(ExceptionResponse { $0.error = fault.sentence }), fault: fault)
  }

  private func response(to message: [UInt8]) throws(ABCIFault) -> ABCIResponse {
    let request: ABCIRequest
    do throws(ABCIError) {
      request = try ABCIRequest(decoding: message)
      if case .info(let info) = request { try Self.checkVersion(info) }
    } catch {
      throw ABCIFault("\(error)")
    }
    switch request {
    case .echo(let echo): return .echo(echo)
    case .flush: return .flush
    default: return try checked(try application.answer(request), for: request)
    }
  }

  /// An engine states its version; the engine's command-line tool states nothing at all and may ask.
  private static func checkVersion(_ info: InfoRequest) throws(ABCIError) {
    guard info != InfoRequest() else { return }
    try ABCIVersion.check(info.abciVersion)
  }

  /// What would make the engine halt is stopped here, with a line that says why.
  private func checked(_ response: ABCIResponse, for request: ABCIRequest) throws(ABCIFault) -> ABCIResponse {
    guard response.method == request.method else {
      throw ABCIFault("the application answered \(request.method) with another method's response")
    }
    if case .finalizeBlock(let block) = request, case .finalizeBlock(let result) = response {
      guard result.results.count == block.transactions.count else {
        throw ABCIFault("\(result.results.count) results for \(block.transactions.count) transactions")
      }
    }
    return response
  }
}

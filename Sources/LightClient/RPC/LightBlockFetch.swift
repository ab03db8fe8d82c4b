/// Why a node's answers make no light block.
package enum LightFetchError: Error, Equatable, Sendable {
  case answer(CometAnswerError)
  case pages(ValidatorPagesError)
  /// An answer came where none was asked for.
  case complete
}

/// The requests that bring one height's light block together: its commit, then its validators page by page.
///
/// ```
/// var fetch = LightBlockFetch(height: 10)
/// while let body = fetch.nextBody { try fetch.receive(try await post(body)) }
/// let block = try fetch.block()
/// ```
/// Nothing is verified here, not even that the parts are of the height; `LightVerifier` does.
package struct LightBlockFetch: Sendable {
  package let height: UInt64
  private var signed: SignedHeader?
  private var pages = ValidatorPages()

  package init(height: UInt64) {
    self.height = height
  }

  /// What to POST next; `nil` when all is here.
  package var nextBody: [UInt8]? {
    guard signed != nil else { return CometRPC.commit(at: height).body(id: 0) }
    return pages.nextPage.map { CometRPC.validators(at: height, page: $0).body(id: $0) }
  }

  /// Takes the answer to the last body.
  /// - Throws: as the readers of answers do; what was received before is kept, so another node can be asked.
  package mutating func receive(_ bytes: [UInt8]) throws(LightFetchError) {
    do {
      guard signed != nil else {
        signed = try CometRPC.commit(at: height).answer(bytes, id: 0)
        return
      }
      guard let page = pages.nextPage else { throw LightFetchError.complete }
      try pages.receive(try CometRPC.validators(at: height, page: page).answer(bytes, id: page))
    } catch let error as CometAnswerError {
      throw .answer(error)
    } catch let error as ValidatorPagesError {
      throw .pages(error)
    } catch {
      throw .complete
    }
  }

  /// The block.
  /// - Throws: while something is missing, and where the validators are no set.
  package func block() throws(LightFetchError) -> LightBlock {
    guard let signed else { throw .pages(.inconsistent) }
    do {
      return signed.lightBlock(validators: try pages.set())
    } catch {
      throw .pages(error)
    }
  }
}

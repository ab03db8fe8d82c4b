/// The order in which an engine calls an application during one run of its process.
///
/// With I Info, N InitChain, P PrepareProposal, R ProcessProposal, E ExtendVote, V VerifyVoteExtension, F FinalizeBlock,
/// C Commit: `I N? ((V|P|R|E)* F C)* (V|P|R|E|F)*`. The tail is a run that ends at any point. A node that joins from a
/// snapshot offers it (O) and applies chunks (A) before its first block. The other methods, and Info again, may come
/// at any time. A machine without loops: feed it one call after another.
package struct CallGrammar: Sendable {
  private enum State: Sendable {
    case fresh
    case greeted
    case initialised
    case restoring
    case deciding
    case finalized
    case ending
  }

  /// A call that the grammar does not allow at its place.
  package struct Violation: Error, Equatable, Sendable, CustomStringConvertible {
    package let method: ABCIMethod
    /// How many calls came before it.
    package let index: Int

    package var description: String { "call \(index) is \(method), which may not come there" }
  }

  private var state = State.fresh
  private var count = 0

  package init() {}

  /// Takes the next call.
  /// - Throws: `Violation`, and stays where it was.
  package mutating func receive(_ method: ABCIMethod) throws(Violation) {
    guard let next = Self.successor(of: state, method) else { throw Violation(method: method, index: count) }
    state = next
    count += 1
  }

  /// Checks all calls of one process.
  package static func check(_ calls: some Sequence<ABCIMethod>) throws(Violation) {
    var grammar = Self()
    for call in calls { try grammar.receive(call) }
  }

  private static func successor(of state: State, _ method: ABCIMethod) -> State? {
    switch method {
    case .info: afterInfo(state)
    case .initChain: state == .greeted ? .initialised : nil
    case .offerSnapshot: isBeforeBlocks(state) ? .restoring : nil
    case .applySnapshotChunk: state == .restoring ? .restoring : nil
    case .prepareProposal, .processProposal, .extendVote, .verifyVoteExtension: afterRoundStep(state)
    case .finalizeBlock: afterFinalize(state)
    case .commit: state == .finalized ? .deciding : nil
    case .echo, .flush, .query, .checkTx, .listSnapshots, .loadSnapshotChunk, .insertTx, .reapTxs: state
    }
  }

  private static func afterInfo(_ state: State) -> State {
    switch state {
    case .fresh: .greeted
    case .restoring: .deciding
    default: state
    }
  }

  private static func isBeforeBlocks(_ state: State) -> Bool {
    switch state {
    case .fresh, .greeted, .initialised, .restoring: true
    case .deciding, .finalized, .ending: false
    }
  }

  private static func afterRoundStep(_ state: State) -> State? {
    switch state {
    case .fresh, .restoring: nil
    case .greeted, .initialised, .deciding: .deciding
    case .finalized, .ending: .ending
    }
  }

  private static func afterFinalize(_ state: State) -> State? {
    switch state {
    case .fresh, .restoring: nil
    case .greeted, .initialised, .deciding: .finalized
    case .finalized, .ending: .ending
    }
  }
}

import Program

/// A checked network program, ready to run; shared by any number of runs.
package final class NetworkModel: Sendable {
  package let program: Program
  package let network: Network
  /// Shape and fraction of every tensor, the input first.
  package let tensors: [NetworkTensor]
  /// By operator; `nil` for those without a matrix.
  let linears: [Linear?]

  /// - Throws: `RuntimeError.program` for a program that is no network.
  /// - Complexity: O(scales and biases); weights stay in the mapped file.
  package init(_ loaded: LoadedProgram) throws(RuntimeError) {
    let program = loaded.program
    do throws(ProgramError) {
      network = try program.network
      tensors = try network.tensors()
    } catch {
      throw .program(error)
    }
    self.program = program
    linears = network.operators.map { $0.matrix.map { Linear(weights: program.weights(of: $0)) } }
  }
}

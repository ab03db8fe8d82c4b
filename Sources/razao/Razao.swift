import ArgumentParser
import Glibc
import Kernels

/// The command line. Exit statuses: 0 verified or done, 1 refuted or malformed, 2 cannot tell, 64 usage; services and
/// files that fail use the statuses of BSD's sysexits (66 no input, 69 unavailable, 70 software, 73 cannot create, 78
/// configuration).
@main
struct Razao: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "razao",
    abstract: "Answers of open models that anyone can check.",
    discussion: """
      EXAMPLES
        razao up                                        a whole network on this machine
        razao ask "Tell me a story." --receipt r.bin    an answer with its receipt
        razao verify r.bin                              run it again, bit for bit

      EXIT STATUS
        0 verified or done, 1 refuted or malformed, 2 cannot tell, 64 usage; 66, 69, 70, 73, 78 as in sysexits.
      """,
    version: "0.1.0",
    subcommands: [
      Up.self, Ask.self, Verify.self, Run.self, ProgramCommand.self, ProviderCommand.self, GatewayCommand.self,
      AuditorCommand.self, ProxyCommand.self, LedgerCommand.self, WalletCommand.self, StakeCommand.self,
      BondCommand.self, CreditsCommand.self, ChannelCommand.self, ClaimCommand.self,
    ])

  /// Checks what the environment asks of the kernels before anything is computed.
  static func main() async {
    do {
      try Kernels.checkEnvironment()
    } catch {
      Terminal.note("razao: \(error)")
      Glibc.exit(78)
    }
    await main(nil)
  }
}

/// An error for the person at the terminal: one line that says what, where and what to do, and the exit status.
struct CommandFailure: Error, CustomStringConvertible {
  let description: String
  let status: Int32

  init(_ description: String, status: Int32) {
    self.description = description
    self.status = status
  }
}

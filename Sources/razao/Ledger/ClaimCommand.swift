import ArgumentParser
import Hashing
import Ledger
import Receipts

/// `razao claim`.
struct ClaimCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claim", abstract: "Hold a provider to what it has signed.",
    discussion: """
      A claim puts a deposit down, which comes back with half of the penalty if the provider has no answer to it.

      EXAMPLES
        razao claim unanchored r.bin --wait           a receipt that was not anchored in time
        razao claim settlement r.bin                  a payment that took more than the receipt says
        razao claim resolve CLAIM                     when the time to answer is over
      """,
    subcommands: [ClaimUnanchoredCommand.self, ClaimSettlementCommand.self, ClaimResolveCommand.self])

  /// The receipt inside a bundle.
  static func receipt(_ path: String) throws -> SignedReceipt {
    do { return try Receipts.Bundle(decoding: try Files.read(path, limit: 256 << 20)).receipt } catch let error
      as ReceiptDecodingError
    {
      throw CommandFailure("\(path): \(error)", status: 1)
    }
  }
}

/// `razao claim unanchored`.
struct ClaimUnanchoredCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unanchored", abstract: "Show a receipt that its provider has not anchored in time.",
    discussion: """
      The provider has a while to show where the receipt is anchored; if it can, it gets the deposit.

      EXAMPLES
        razao claim unanchored r.bin --dry-run
      """)

  @Argument(help: "A bundle, as `razao ask --receipt` writes it.") var bundle: String
  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { _ in
      let receipt = try ClaimCommand.receipt(bundle)
      return (
        [ClaimUnanchored(receipt: receipt)],
        "claim \(Claim.id(.unanchored, receipt.hash).hex): receipt \(receipt.hash.hex) is not anchored"
      )
    }
  }
}

/// `razao claim settlement`.
struct ClaimSettlementCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settlement", abstract: "Show a receipt whose payment took more, or named another program or channel.",
    discussion: """
      EXAMPLES
        razao claim settlement r.bin --wait
      """)

  @Argument(help: "A bundle, as `razao ask --receipt` writes it.") var bundle: String
  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { _ in
      let receipt = try ClaimCommand.receipt(bundle)
      return ([DisputeSettlement(receipt: receipt)], "dispute the payment of receipt \(receipt.hash.hex)")
    }
  }
}

/// `razao claim resolve`.
struct ClaimResolveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve", abstract: "End a claim that was not answered in time.",
    discussion: """
      EXAMPLES
        razao claim resolve 77e0…64 digits…d1 --wait
      """)

  @Argument(help: "The claim's id: 64 hexadecimal digits.") var claim: DigestArgument
  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { _ in ([ResolveClaim(claim: claim.digest)], "resolve claim \(claim.digest)") }
  }
}

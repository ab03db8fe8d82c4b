import ArgumentParser
import Hashing
import Ledger
import StrictJSON

/// `razao channel`.
struct ChannelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "channel", abstract: "Credits set aside for a provider, paid out by vouchers.",
    discussion: """
      `razao ask` and `razao proxy` open channels by themselves; these commands are for doing it by hand.

      EXAMPLES
        razao channel open 9c1b…64 digits…07 2.5 --wait
        razao channel list
      """,
    subcommands: [
      ChannelOpen.self, ChannelTopUp.self, ChannelClose.self, ChannelSettle.self, ChannelList.self, ChannelShow.self,
    ])
}

/// `razao channel open`.
struct ChannelOpen: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Open a channel to a provider.",
    discussion: """
      EXAMPLES
        razao channel open 9c1b…64 digits…07 2.5 --from main --wait
        razao channel open 9c1b…64 digits…07 2.5 --voucher-key spender --dry-run
      """)

  @Argument(help: "The provider's id: 64 hexadecimal digits.") var provider: DigestArgument
  @Argument(help: "How much to set aside, in credits.") var amount: CreditAmount
  @Option(help: "The key that signs vouchers: 64 hexadecimal digits or a key's name. Default: the one that sends.")
  var voucherKey: String?
  @Option(help: "A number that goes into the channel's id. Default: a random one.") var salt: UInt64?
  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { _ in
      let key = try sending.ledger.key(sending.from)
      let signer = try voucherKey.map { try sending.ledger.publicKey($0) } ?? key.publicKey
      let salt = salt ?? UInt64.random(in: 0...UInt64.max)
      let id = Channel.id(payer: key.account, payee: provider.digest, salt: salt)
      let message = OpenChannel(
        payee: provider.digest, voucherKey: signer, microcredits: amount.microcredits, salt: salt)
      return ([message], "open channel \(id) with \(CreditAmount.words(amount.microcredits))")
    }
  }
}

/// `razao channel top-up`.
struct ChannelTopUp: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top-up", abstract: "Add credits to a channel.",
    discussion: """
      EXAMPLES
        razao channel top-up 77e0…64 digits…d1 1 --wait
      """)

  @Argument(help: "The channel's id: 64 hexadecimal digits.") var channel: DigestArgument
  @Argument(help: "How much to add, in credits.") var amount: CreditAmount
  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { _ in
      (
        [TopUpChannel(channel: channel.digest, microcredits: amount.microcredits)],
        "add \(CreditAmount.words(amount.microcredits)) to channel \(channel.digest)"
      )
    }
  }
}

/// `razao channel close`.
struct ChannelClose: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "close", abstract: "Ask for a channel's end; its provider has a while to redeem what it holds.",
    discussion: """
      EXAMPLES
        razao channel close 77e0…64 digits…d1 --wait
        razao channel settle 77e0…64 digits…d1      when the period is over
      """)

  @Argument(help: "The channel's id: 64 hexadecimal digits.") var channel: DigestArgument
  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { _ in ([CloseChannel(channel: channel.digest)], "close channel \(channel.digest)") }
  }
}

/// `razao channel settle`.
struct ChannelSettle: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settle", abstract: "Give the rest of a closing channel back to its payer, after the period.",
    discussion: """
      EXAMPLES
        razao channel settle 77e0…64 digits…d1 --wait
      """)

  @Argument(help: "The channel's id: 64 hexadecimal digits.") var channel: DigestArgument
  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { _ in ([SettleChannel(channel: channel.digest)], "settle channel \(channel.digest)") }
  }
}

/// 64 hexadecimal digits on the command line.
struct DigestArgument: ExpressibleByArgument, Sendable {
  let digest: Digest

  init?(argument: String) {
    guard let digest = Digest(hex: argument) else { return nil }
    self.digest = digest
  }
}

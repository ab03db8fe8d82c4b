import ArgumentParser
import Hashing
import Ledger
import StrictJSON

/// `razao channel show`.
struct ChannelShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a channel; its record comes with a proof, which is checked.",
    discussion: """
      EXAMPLES
        razao channel show 77e0…64 digits…d1
      """)

  @Argument(help: "The channel's id: 64 hexadecimal digits.") var channel: DigestArgument
  @OptionGroup var ledger: LedgerOptions

  func run() async throws {
    try await LedgerAccess.reporting(ledger) { connection in
      let proof = try await connection.proof(of: StateKey.channel(channel.digest).bytes)
      guard let record = try proof.record(Channel.self) else {
        throw CommandFailure("there is no channel \(channel.digest) at block \(proof.proven.height)", status: 1)
      }
      let view = ChannelView(id: channel.digest, channel: record)
      if ledger.json { Terminal.json(view.json) } else { view.lines.forEach(Terminal.line) }
    }
  }
}

/// `razao channel list`.
struct ChannelList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the channels that an account pays from.",
    discussion: """
      EXAMPLES
        razao channel list
        razao channel list --account 3f2a…64 digits…9c --json
        razao channel list --provider 9c1b…64 digits…07
      """)

  @Option(help: "The account: 64 hexadecimal digits, or a key's name. Default: the only key's.") var account: String?
  @Option(help: "The channels to this provider instead: 64 hexadecimal digits.") var provider: DigestArgument?
  @OptionGroup var ledger: LedgerOptions

  /// Channels that are looked through at most.
  private static let limit = 1_000_000

  func run() async throws {
    try await LedgerAccess.reporting(ledger) { connection in
      let payer = provider == nil ? try account.map { try ledger.account($0) } ?? ledger.key(nil).account : nil
      let views = try await connection.records(.channel, limit: Self.limit).compactMap(ChannelView.init)
        .filter { view in payer.map { view.channel.payer == $0 } ?? (view.channel.payee == provider?.digest) }
      if ledger.json { return Terminal.json(["channels": .array(views.map(\.json))]) }
      for view in views {
        let state = view.channel.closesAt == 0 ? "open" : "closing"
        Terminal.line("\(view.id) \(CreditAmount.words(view.left).padded(to: 20)) left \(state)")
      }
      Terminal.note("\(views.count) channels; more of one: razao channel show ID")
    }
  }
}

/// A channel for people and programs.
struct ChannelView: Equatable {
  let id: Digest
  let channel: Channel

  init(id: Digest, channel: Channel) {
    self.id = id
    self.channel = channel
  }

  /// - Returns: `nil` for a record that is no channel.
  init?(_ record: ListedRecord) {
    guard let id = Digest(record.key.dropFirst()), let channel = try? Channel(decoding: record.value) else {
      return nil
    }
    self.init(id: id, channel: channel)
  }

  /// Microcredits that no voucher was redeemed for.
  var left: UInt64 { channel.deposit - channel.redeemed }

  var json: JSON {
    var object: JSONObject = ["id": .string(id.hex)]
    for member in RecordFields.json(channel).object?.members ?? [] { object[member.name] = member.value }
    object["left"] = JSON(left)
    return .object(object)
  }

  var lines: [String] {
    [
      "channel      \(id)", "payer        \(channel.payer)", "provider     \(channel.payee)",
      "voucher key  \(channel.voucherKey.bytes.hex)", "deposited    \(CreditAmount.words(channel.deposit))",
      "redeemed     \(CreditAmount.words(channel.redeemed))", "left         \(CreditAmount.words(left))",
      "state        \(channel.closesAt == 0 ? "open" : "closing; settles from \(TimeWords.utc(channel.closesAt))")",
    ]
  }
}

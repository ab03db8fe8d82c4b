import Hashing
import Receipts
import StrictJSON

/// What a chain starts with: its name, its numbers, who holds what.
public struct Genesis: Sendable, Equatable {
  /// An account's first balance. Grains and microcredits.
  public struct Holder: Sendable, Equatable {
    public var account: Digest
    public var raz: UInt64
    public var credit: UInt64
    public var stake: UInt64

    public init(account: Digest, raz: UInt64 = 0, credit: UInt64 = 0, stake: UInt64 = 0) {
      self.account = account
      self.raz = raz
      self.credit = credit
      self.stake = stake
    }
  }

  /// A first consensus validator.
  public struct Validator: Sendable, Equatable {
    public var account: Digest
    /// Ed25519.
    public var key: PublicKey
    /// Grains.
    public var bond: UInt64

    public init(account: Digest, key: PublicKey, bond: UInt64) {
      self.account = account
      self.key = key
      self.bond = bond
    }
  }

  /// 1 to 50 characters, printable ASCII, as CometBFT has it.
  public var chainID: String
  public var parameters: Parameters
  public var holders: [Holder]
  public var validators: [Validator]
  /// Accounts that may report prices.
  public var reporters: [Digest]
  /// Microcredits for one RAZ, until reporters have spoken; 0 for none.
  public var price: UInt64
  /// Milliseconds since 1970.
  public var time: UInt64

  public init(
    chainID: String, parameters: Parameters = Parameters(), holders: [Holder] = [], validators: [Validator] = [],
    reporters: [Digest] = [], price: UInt64 = 0, time: UInt64 = 0
  ) {
    self.chainID = chainID
    self.parameters = parameters
    self.holders = holders
    self.validators = validators
    self.reporters = reporters
    self.price = price
    self.time = time
  }

  /// H("razao/chain/1", chain id).
  public static func chain(_ id: String) -> Digest { taggedHash("razao/chain/1", Array(id.utf8)) }

  public var chain: Digest { Self.chain(chainID) }
}

extension Genesis {
  static let limits = JSONLimits(byteCount: 64 << 20, depth: 8)

  /// The `app_state` of CometBFT's genesis, and the embedded ledger's genesis file.
  public var appState: JSON {
    [
      "parameters": parameters.json,
      "holders": .array(
        holders.map {
          [
            "account": .string($0.account.hex), "raz": JSON($0.raz), "credit": JSON($0.credit),
            "stake": JSON($0.stake),
          ]
        }),
      "validators": .array(
        validators.map {
          ["account": .string($0.account.hex), "key": .string($0.key.bytes.hex), "bond": JSON($0.bond)]
        }),
      "reporters": .array(reporters.map { .string($0.hex) }),
      "price": JSON(price),
    ]
  }

  /// Reads an `app_state`; an unknown member is refused, so that a misspelt one is not silently a default.
  public init(chainID: String, time: UInt64, appState bytes: [UInt8]) throws(LedgerFault) {
    guard (1...50).contains(chainID.utf8.count), chainID.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .genesis("the chain id must be 1 to 50 printable characters")
    }
    let json: JSON
    do { json = try JSON.parse(bytes, limits: Self.limits) } catch { throw .genesis("app_state is not JSON: \(error)") }
    guard let object = json.object else { throw .genesis("app_state is not an object") }
    let names = ["parameters", "holders", "validators", "reporters", "price"]
    for member in object.members where !names.contains(member.name) {
      throw .genesis("there is no member `\(member.name)`")
    }
    self.init(chainID: chainID, time: time)
    parameters = try Parameters(json: json["parameters"] ?? [:])
    holders = try Self.list(json, "holders") { json throws(LedgerFault) in
      Holder(
        account: try Self.digest(json, "account"), raz: try Self.amount(json, "raz"),
        credit: try Self.amount(json, "credit"), stake: try Self.amount(json, "stake"))
    }
    validators = try Self.list(json, "validators") { json throws(LedgerFault) in
      guard let key = json["key"]?.string.flatMap({ [UInt8](hex: $0) }).flatMap({ PublicKey($0) }) else {
        throw .genesis("a validator's `key` must be 64 hexadecimal digits")
      }
      return Validator(account: try Self.digest(json, "account"), key: key, bond: try Self.amount(json, "bond"))
    }
    reporters = try Self.list(json, "reporters") { json throws(LedgerFault) in
      guard let account = json.string.flatMap({ Digest(hex: $0) }) else { throw .genesis("a reporter is no account") }
      return account
    }
    price = try Self.amount(json, "price")
  }

  private static func list<Element>(
    _ json: JSON, _ name: String, _ element: (JSON) throws(LedgerFault) -> Element
  ) throws(LedgerFault) -> [Element] {
    guard let value = json[name] else { return [] }
    guard let array = value.array else { throw .genesis("`\(name)` is not a list") }
    var elements: [Element] = []
    for each in array { elements.append(try element(each)) }
    return elements
  }

  private static func digest(_ json: JSON, _ name: String) throws(LedgerFault) -> Digest {
    guard let digest = json[name]?.string.flatMap({ Digest(hex: $0) }) else {
      throw .genesis("`\(name)` must be 64 hexadecimal digits")
    }
    return digest
  }

  private static func amount(_ json: JSON, _ name: String) throws(LedgerFault) -> UInt64 {
    guard let value = json[name] else { return 0 }
    guard let amount = value.integer.flatMap({ UInt64(exactly: $0) }) else {
      throw .genesis("`\(name)` must be a whole number of grains or microcredits")
    }
    return amount
  }
}

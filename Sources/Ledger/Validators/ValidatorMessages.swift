/// The messages about consensus validators.
enum ValidatorMessages {
  static let types: [any Message.Type] = [AddBond.self, Unbond.self, WithdrawBond.self]
}

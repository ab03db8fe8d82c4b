/// The messages that register programs, providers and auditors.
enum RegistryMessages {
  static let types: [any Message.Type] = [
    PublishProgram.self, RegisterProvider.self, RetireProvider.self, RegisterAuditor.self, RetireAuditor.self,
  ]
}

/// The records of everything about inference: registries, channels, batches, claims, beacon.
enum InferenceRules {
  static func record(_ table: StateTable) -> (any Record.Type)? {
    switch table {
    case .program: Program.self
    case .provider: Provider.self
    case .auditor: Auditor.self
    case .channel: Channel.self
    case .batch: Batch.self
    case .settlement: Settlement.self
    case .contributions: ContributionRoot.self
    case .claim: Claim.self
    case .beaconState: BeaconState.self
    case .beaconCommit: BeaconRound.self
    case .beacon: Beacon.self
    default: nil
    }
  }
}

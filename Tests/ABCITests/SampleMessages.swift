@testable import ABCI

/// Messages in which every field differs from its default, the twins of `GoldenFrames`.
enum SampleMessages {
  static let time = Timestamp {
    $0.seconds = 1_700_000_000
    $0.nanoseconds = 5
  }
  static let validator = ABCIValidator {
    $0.address = [UInt8](repeating: 1, count: 20)
    $0.power = 10
  }
  static let update = ABCIValidatorUpdate {
    $0.publicKey = ConsensusPublicKey(ed25519: [UInt8](repeating: 2, count: 32))
    $0.power = 10
  }
  static let misbehavior = ABCIMisbehavior {
    $0.kind = ABCIMisbehavior.duplicateVote
    $0.validator = validator
    $0.height = 7
    $0.time = time
    $0.totalPower = 40
  }
  static let lastCommit = CommitInformation {
    $0.round = 1
    $0.votes = [
      VoteInformation {
        $0.validator = validator
        $0.flag = BlockIDFlag.commit
      },
      VoteInformation {
        $0.validator = ABCIValidator()
        $0.flag = BlockIDFlag.absent
      },
    ]
  }
  static let extendedCommit = ExtendedCommitInformation {
    $0.round = 1
    $0.votes = [
      ExtendedVoteInformation {
        $0.validator = validator
        $0.voteExtension = Array("x".utf8)
        $0.extensionSignature = Array("sig".utf8)
        $0.flag = BlockIDFlag.commit
      }
    ]
  }
  static let parameters = ConsensusParameters {
    $0.block = BlockParameters {
      $0.maximumBytes = 100
      $0.maximumGas = -1
    }
    $0.evidence = EvidenceParameters {
      $0.maximumAgeInBlocks = 3
      $0.maximumAge = ABCIDuration { $0.seconds = 60 }
      $0.maximumBytes = 9
    }
    $0.validator = ValidatorParameters { $0.keyTypes = ["ed25519"] }
    $0.version = VersionParameters { $0.app = 1 }
    $0.abci = VoteExtensionParameters { $0.enableHeight = 4 }
    $0.authority = [0x0a, 0x01, 0x61]
  }
  static let result = ABCITransactionResult {
    $0.code = 5
    $0.data = Array("d".utf8)
    $0.log = "log"
    $0.info = "info"
    $0.gasWanted = 3
    $0.gasUsed = 2
    $0.events = [event]
    $0.codespace = "razao"
  }
  static let event = ABCIEvent {
    $0.kind = "transfer"
    $0.attributes = [
      EventAttribute {
        $0.key = "k"
        $0.value = "v"
        $0.isIndexed = true
      }
    ]
  }
  static let snapshot = ABCISnapshot {
    $0.height = 9
    $0.format = 1
    $0.chunkCount = 3
    $0.hash = Array("h".utf8)
    $0.metadata = Array("meta".utf8)
  }
  static let block = BlockRequest {
    $0.transactions = [[], Array("tx".utf8)]
    $0.lastCommit = lastCommit
    $0.misbehavior = [misbehavior]
    $0.hash = Array("h".utf8)
    $0.height = 7
    $0.time = time
    $0.nextValidatorsHash = Array("n".utf8)
    $0.proposerAddress = Array("p".utf8)
  }
}

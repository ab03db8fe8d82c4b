import Hashing
import StrictJSON

/// JSON views of what the ledger knows too: contributions, inclusions, vouchers.
extension ContributionSlot {
  var json: JSON { ["epoch": JSON(epoch), "slot": JSON(slot), "root": .string(root.hex)] }
}

extension JointOpening {
  var json: JSON {
    ["contribution": .string(contribution.hex), "path": .array(path.map { .string($0.hex) })]
  }
}

extension Inclusion {
  public var json: JSON {
    [
      "chain": .string(chain.hex), "provider": .string(provider.hex), "batch": JSON(batch), "height": JSON(height),
      "index": JSON(index), "count": JSON(count), "path": .array(path.map { .string($0.hex) }),
    ]
  }
}

extension Voucher {
  public var json: JSON {
    [
      "chain": .string(chain.hex), "channel": .string(channel.hex), "payer_key": .string(payerKey.bytes.hex),
      "cumulative": JSON(cumulative), "reference": .string(reference.hex),
    ]
  }
}

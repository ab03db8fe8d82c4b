import Hashing
import Testing

@testable import LightClient

/// Which validators make a set, and in which order.
@Suite struct ValidatorSetTests {
  private func validator(_ number: Int, _ power: UInt64) throws -> Validator {
    Validator(key: try TestSigner(number).key, power: power)
  }

  @Test func orderIsFallingPowerThenRisingAddress() throws {
    let set = try ValidatorSet(sorting: try (0..<20).map { try validator($0, UInt64($0 % 3 + 1)) })
    for index in 1..<20 {
      let (before, after) = (set.validators[index - 1], set.validators[index])
      #expect(before.power >= after.power)
      if before.power == after.power { #expect(set.addresses[index - 1] < set.addresses[index]) }
    }
    #expect(try ValidatorSet(set.validators) == set)
    #expect(set.totalPower == set.validators.reduce(0) { $0 + $1.power })
  }

  @Test func anotherOrderIsRefused() throws {
    let set = try ValidatorSet(sorting: try (0..<4).map { try validator($0, 1) })
    var swapped = set.validators
    swapped.swapAt(1, 2)
    #expect(throws: ValidatorSetError.unordered(index: 2)) { try ValidatorSet(swapped) }
    let rising = [try validator(0, 1), try validator(1, 2)]
    #expect(throws: ValidatorSetError.unordered(index: 1)) { try ValidatorSet(rising) }
  }

  @Test func duplicateValidatorIsRefused() throws {
    let twice = [try validator(0, 2), try validator(0, 1)]
    #expect(throws: ValidatorSetError.duplicate(twice[0].key.address)) { try ValidatorSet(twice) }
  }

  @Test func emptyAndPowerlessSetsAreRefused() throws {
    #expect(throws: ValidatorSetError.empty) { try ValidatorSet([]) }
    let powerless = [try validator(0, 2), try validator(1, 0)]
    #expect(throws: ValidatorSetError.powerless(index: 1)) { try ValidatorSet(powerless) }
  }

  @Test func overflowingPowerIsRefused() throws {
    let limit = ValidatorSet.maximumTotalPower
    #expect(try ValidatorSet([try validator(0, limit)]).totalPower == limit)
    for second in [1, limit, UInt64.max] {
      let set = [try validator(0, limit), try validator(1, second)]
      #expect(throws: ValidatorSetError.tooMuchPower(index: 1)) { try ValidatorSet(set) }
    }
    let above = [try validator(0, limit + 1)]
    #expect(throws: ValidatorSetError.tooMuchPower(index: 0)) { try ValidatorSet(above) }
  }

  @Test func tooManyValidatorsAreRefusedBeforeWork() throws {
    let many = Array(repeating: try validator(0, 1), count: ValidatorSet.maximumCount + 1)
    #expect(throws: ValidatorSetError.tooMany(many.count)) { try ValidatorSet(many) }
    #expect(throws: ValidatorSetError.tooMany(many.count)) { try ValidatorSet(sorting: many) }
  }

  @Test func hashDependsOnKeysAndPowers() throws {
    let first = try ValidatorSet([try validator(0, 1)])
    #expect(first.hash != (try ValidatorSet([try validator(0, 2)])).hash)
    #expect(first.hash != (try ValidatorSet([try validator(1, 1)])).hash)
  }
}

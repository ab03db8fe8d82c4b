import Program
import Testing

@testable import Import

@Suite struct CalibrationTests {
  /// Statistics that fit the made-up checkpoint: two layers, one KV head of four channels.
  private func statistics(valueMaximum: Int64 = 5_000, sum: Int128 = 70) -> CalibrationStatistics {
    let keys = (0..<4).map { channel in
      CalibrationStatistics.KeyChannel(sum: sum + Int128(10 * channel), minimum: -1_000, maximum: 1_000)
    }
    return CalibrationStatistics(
      layers: [.init(valueMaximum: valueMaximum, keys: keys), .init(valueMaximum: 0, keys: keys)], positionCount: 20)
  }

  /// The made-up checkpoint after a calibration.
  private func calibrated(
    _ options: ImportOptions = ImportOptions(), _ calibrate: @escaping CalibrationRun
  ) throws -> Program {
    try withProgram(MemoryCheckpoint(), options: options, calibrate: calibrate) { $0 }
  }

  @Test func capLetsTheGreatestValueFitAtShiftFour() {
    // rs(5000, 10 − cap + 4) ≤ 127: 5000/2^6 = 78, 5000/2^5 = 156.
    #expect(StaticData.valueCap(reach: 5_000, fraction: 10) == 8)
    #expect(StaticData.valueCap(reach: 127, fraction: 10) == 14)
    #expect(StaticData.valueCap(reach: 1, fraction: 10) == 20)
    #expect(StaticData.valueCap(reach: 0, fraction: 10) == 40)
    #expect(StaticData.valueCap(reach: 1 << 61, fraction: 10) == -24)
  }

  @Test(arguments: 0..<200) func capIsTheLargest(seed: Int64) {
    let reach = (seed * 7_919 + 1) * (1 << (seed % 25))
    let cap = StaticData.valueCap(reach: reach, fraction: 10)
    #expect(rs(reach, 14 - cap) <= 127)
    #expect(cap == 40 || (cap + 1 > 14 ? reach << (cap - 13) : rs(reach, 13 - cap)) > 127)
  }

  @Test func meansRoundHalvesUp() {
    let means: [(Int128, Int, Int128)] = [
      (7, 2, 4), (-7, 2, -3), (5, 3, 2), (-5, 3, -2), (0, 9, 0), (-1, 3, 0), (-2, 3, -1), (1 << 90, 2, 1 << 89),
    ]
    for (sum, count, mean) in means { #expect(StaticData.mean(sum: sum, count: count) == mean) }
  }

  @Test func statisticsBecomeStaticData() throws {
    let plain = try withProgram(MemoryCheckpoint()) { $0 }
    let program = try calibrated { _ in statistics() }
    let (first, second) = (try program.graph.layers[0].attention, try program.graph.layers[1].attention)
    #expect(first.keyOffsets == [4, 4, 5, 5])
    #expect(first.valueCap == 8)
    #expect(try second.valueCap == plain.graph.layers[1].attention.valueCap)
    #expect(try plain.graph.layers[0].attention.keyOffsets == nil && plain.weightsRoot != program.weightsRoot)
  }

  @Test func calibrationSeesTheProgramWithoutOffsets() throws {
    var seen: Program?
    let program = try calibrated { program in
      seen = program
      try program.checkContent()
      return statistics()
    }
    let plain = try withProgram(MemoryCheckpoint()) { $0 }
    #expect(seen?.weightsRoot == plain.weightsRoot)
    #expect(try seen?.graph.layers[0].attention.keyOffsets == nil)
    #expect(try program.graph.layers[0].attention.keyOffsets != nil)
  }

  @Test func offsetsCanBeLeftOut() throws {
    var options = ImportOptions()
    options.usesKeyOffsets = false
    let program = try calibrated(options) { _ in statistics() }
    #expect(try program.graph.layers.allSatisfy { $0.attention.keyOffsets == nil })
    #expect(try program.graph.layers[0].attention.valueCap == 8)
  }

  @Test func contradictoryStatisticsAreRefused() throws {
    var broken: [CalibrationStatistics] = []
    var statistics = statistics()
    statistics.positionCount = 0
    broken.append(statistics)
    statistics = self.statistics()
    statistics.layers.removeLast()
    broken.append(statistics)
    statistics = self.statistics()
    statistics.layers[1].keys.removeLast()
    broken.append(statistics)
    broken.append(self.statistics(valueMaximum: -1))
    broken.append(self.statistics(sum: 1_000_000))
    broken.append(self.statistics(sum: .max - 100))
    for statistics in broken {
      #expect(throws: ImportError.self) { try calibrated { _ in statistics } }
    }
  }

  @Test func failureOfTheCalibrationIsNamed() {
    struct Broken: Error {}
    #expect(throws: ImportError.calibration(reason: "Broken()")) { try calibrated { _ in throw Broken() } }
  }
}

import Checkpoints
import Foundation
import Program
import Testing

@testable import Import

@Suite struct RotaryTests {
  private let scaling = RopeScaling(
    factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192)

  private var configuration: TransformerConfiguration {
    var configuration = MemoryCheckpoint().configuration
    configuration.headSize = 128
    configuration.ropeTheta = 500_000
    return configuration
  }

  /// Llama 3's rule as it is published, in turns of binary64 with the library's functions.
  private func published(_ pair: Int) -> Double {
    let frequency = pow(500_000, -2 * Double(pair) / 128)
    let wavelength = 2 * Double.pi / frequency
    if wavelength < 8192 / 4 { return frequency }
    if wavelength > 8192 / 1 { return frequency / 8 }
    let smooth = (8192 / wavelength - 1) / (4 - 1)
    return (1 - smooth) * frequency / 8 + smooth * frequency
  }

  @Test func llama3RuleIsThePublishedOne() throws {
    var configuration = configuration
    configuration.ropeScaling = scaling
    let values = try RotaryFrequencies(configuration).values
    #expect(values.count == 64)
    for (pair, value) in values.enumerated() {
      let expected = published(pair) / (2 * Double.pi) * 0x1p64
      #expect(abs(Double(value) - expected) <= 1e-12 * expected)
    }
  }

  @Test func shortWavesStayToTheBit() throws {
    var configuration = configuration
    let plain = try RotaryFrequencies(configuration).values
    configuration.ropeScaling = scaling
    let scaled = try RotaryFrequencies(configuration).values
    #expect(plain[0] == scaled[0] && plain == Rotation.frequencies(theta: 500_000, headSize: 128))
    #expect(scaled[63] == UInt64(Naive.halfEven(Double(plain[63]) / 8)))
    #expect(zip(plain, scaled).contains { $0 != $1 && $1 > $0 / 8 + 1 })
  }

  @Test func factorsOfTheFileDivide() throws {
    var configuration = configuration
    let plain = try RotaryFrequencies(configuration).values
    configuration.ropeFrequencyFactors = (0..<64).map { Float($0 / 16 + 1) }
    let values = try RotaryFrequencies(configuration).values
    #expect(values[0] == UInt64(Double(plain[0])))
    #expect(values[63] == UInt64(Naive.halfEven(Double(plain[63]) / 4)))
  }

  @Test func hostileBasesAndFactorsAreRefused() {
    var configuration = configuration
    configuration.ropeTheta = 0x1p40
    #expect(throws: ImportError.self) { try RotaryFrequencies(configuration) }
    configuration.ropeTheta = 0.5
    #expect(throws: ImportError.self) { try RotaryFrequencies(configuration) }
    configuration.ropeTheta = 10_000
    configuration.ropeFrequencyFactors = [1e-30] + [Float](repeating: 1, count: 63)
    #expect(throws: ImportError.self) { try RotaryFrequencies(configuration) }
    configuration.ropeFrequencyFactors = [1]
    #expect(throws: ImportError.self) { try RotaryFrequencies(configuration) }
  }
}

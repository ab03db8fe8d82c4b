import Hashing

/// The sampler's parameters as a receipt states them; decimals times 10⁴ (SPEC §3.9).
public struct StatedSampling: Equatable, Sendable {
  public var temperature: UInt32
  public var topP: UInt32
  public var topK: UInt32
  public var repetition: UInt32
  public var presence: Int32
  public var frequency: Int32
  /// 0: the request named no limit.
  public var maxTokens: UInt32
  public var choice: UInt32
  /// The hash of biases and stop strings.
  public var extras: Digest

  public init(
    temperature: UInt32 = 10_000, topP: UInt32 = 10_000, topK: UInt32 = 0, repetition: UInt32 = 10_000,
    presence: Int32 = 0, frequency: Int32 = 0, maxTokens: UInt32 = 0, choice: UInt32 = 0,
    extras: Digest = SamplingExtras().hash
  ) {
    self.temperature = temperature
    self.topP = topP
    self.topK = topK
    self.repetition = repetition
    self.presence = presence
    self.frequency = frequency
    self.maxTokens = maxTokens
    self.choice = choice
    self.extras = extras
  }

  /// The first parameter outside its range, or `nil`.
  public var outOfRange: String? {
    if temperature != 0, !(100...1_000_000).contains(temperature) { return "temperature" }
    if !(1...10_000).contains(topP) { return "top_p" }
    if topK > Int32.max { return "top_k" }
    if !(1_000...100_000).contains(repetition) { return "repetition_penalty" }
    if !(-20_000...20_000).contains(presence) { return "presence_penalty" }
    if !(-20_000...20_000).contains(frequency) { return "frequency_penalty" }
    if maxTokens > 1 << 20 { return "max_tokens" }
    return choice == 0 ? nil : "choice"
  }

  init(_ reader: inout ByteReader) throws(ByteReaderError) {
    temperature = try reader.read()
    topP = try reader.read()
    topK = try reader.read()
    repetition = try reader.read()
    presence = try reader.read()
    frequency = try reader.read()
    maxTokens = try reader.read()
    choice = try reader.read()
    extras = try reader.readDigest()
  }

  func write(to writer: inout ByteWriter) {
    writer.write([temperature, topP, topK, repetition])
    writer.write([presence, frequency])
    writer.write([maxTokens, choice])
    writer.write(extras)
  }
}

/// Logit biases and stop strings, which a receipt states by their hash.
public struct SamplingExtras: Equatable, Sendable {
  /// An addition to one id's logit, in units of 10⁻⁴.
  public struct Bias: Equatable, Sendable {
    public var id: UInt32
    public var value: Int32

    public init(id: UInt32, value: Int32) {
      self.id = id
      self.value = value
    }
  }

  /// Ids ascending and unique.
  public var biases: [Bias]
  /// UTF-8 texts that end the answer, in the request's order.
  public var stops: [[UInt8]]

  public init(biases: [Bias] = [], stops: [[UInt8]] = []) {
    self.biases = biases
    self.stops = stops
  }

  /// u32 count of biases, (u32 id, i32 value)…, u32 count of stop strings, (u32 length, bytes)….
  public func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(UInt32(clamping: biases.count))
    for bias in biases {
      writer.write(bias.id)
      writer.write(bias.value)
    }
    writer.write(UInt32(clamping: stops.count))
    for stop in stops {
      writer.write(UInt32(clamping: stop.count))
      writer.write(contentsOf: stop)
    }
    return writer.bytes
  }

  public var hash: Digest { taggedHash("razao/extras/1", encoded()) }
}

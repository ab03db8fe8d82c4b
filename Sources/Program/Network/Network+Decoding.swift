import Hashing

extension Network {
  /// Decodes the graph section of a network program and checks that it is legal.
  /// - Throws: `ProgramError.graph` with the offset of a malformed field, or `.illegal` with the place of a broken constraint.
  package init(decoding bytes: [UInt8]) throws(ProgramError) {
    do {
      var reader = ByteReader(bytes)
      self = try reader.readNetwork()
      try reader.finish()
    } catch {
      throw .graph(error)
    }
    try check()
  }
}

extension ByteReader {
  fileprivate mutating func readNetwork() throws(ByteReaderError) -> Network {
    guard try read(UInt32.self) == 2 else { throw failure("an unknown graph version") }
    guard try read(UInt32.self) == StructureKind.network.rawValue else {
      throw failure("not a network's kind of program")
    }
    let input = try readInputFormat()
    var operators: [NetworkOperator] = []
    for _ in 0..<(try readCount(1...NetworkLimits.operatorCount)) { operators.append(try readOperator()) }
    var labels: [[UInt8]] = []
    for _ in 0..<(try readCount(0...NetworkLimits.logitCount)) {
      labels.append(try readBytes(try readCount(1...NetworkLimits.labelLength)))
    }
    return Network(input: input, operators: operators, labels: labels)
  }

  /// A u32 within limits.
  private mutating func readCount(_ limits: ClosedRange<Int>) throws(ByteReaderError) -> Int {
    let count = Int(try read(UInt32.self))
    guard limits.contains(count) else {
      throw failure("\(count), not within \(limits.lowerBound)…\(limits.upperBound)")
    }
    return count
  }

  private mutating func readDimension() throws(ByteReaderError) -> Int {
    try readCount(1...NetworkLimits.dimension)
  }

  private mutating func readSource() throws(ByteReaderError) -> Int {
    try readCount(0...NetworkLimits.operatorCount)
  }

  private mutating func readInputFormat() throws(ByteReaderError) -> InputFormat {
    let tag = try read(UInt8.self)
    let fraction = Int(try read(UInt8.self))
    switch tag {
    case 1:
      let shift = Int(try read(UInt8.self))
      let channelCount = Int(try read(UInt8.self))
      let (height, width) = (try readDimension(), try readDimension())
      var channels: [PictureFormat.Channel] = []
      for _ in 0..<channelCount { channels.append(.init(mantissa: try read(), offset: try read())) }
      return .picture(
        PictureFormat(height: height, width: width, channels: channels, shift: shift, fraction: fraction))
    case 2: return .nucleotides(NucleotideFormat(length: try readDimension(), fraction: fraction))
    default: throw failure("an unknown input format")
    }
  }

  private mutating func readOperator() throws(ByteReaderError) -> NetworkOperator {
    let tag = try read(UInt8.self)
    let source = try readSource()
    switch tag {
    case 1:
      return .convolution(
        Convolution(source: source, window: try readWindow(), site: try readSite(), matrix: try readMatrix()))
    case 2: return .dense(Dense(source: source, site: try readSite(), matrix: try readMatrix()))
    case 3: return .relu(source: source)
    case 4: return .clamp(source: source, low: try read(), high: try read())
    case 5:
      guard let function = TableActivation(rawValue: try read()) else { throw failure("an unknown activation") }
      return .activation(source: source, function)
    case 6: return .add(left: source, right: try readSource(), fraction: Int(try read(UInt8.self)))
    case 7: return .affine(try readAffine(source))
    case 8: return .maximumPool(source: source, try readWindow())
    case 9: return .averagePool(source: source, try readWindow(), countsPadding: try readFlag())
    case 10:
      return .reshape(
        source: source,
        TensorShape(channels: try readDimension(), height: try readDimension(), width: try readDimension()))
    default: throw failure("an unknown operator \(tag)")
    }
  }

  private mutating func readAffine(_ source: Int) throws(ByteReaderError) -> ChannelAffine {
    let fraction = Int(try read(UInt8.self))
    let exponent = Int(try read(Int16.self))
    let count = try readDimension()
    return ChannelAffine(
      source: source, fraction: fraction, exponent: exponent, mantissas: try read(count: count),
      offsets: try read(count: count))
  }

  private mutating func readWindow() throws(ByteReaderError) -> Window {
    Window(vertical: try readAxis(), horizontal: try readAxis())
  }

  private mutating func readAxis() throws(ByteReaderError) -> WindowAxis {
    let sizes = 1...NetworkLimits.window
    return WindowAxis(
      size: try readCount(sizes), stride: try readCount(sizes), dilation: try readCount(sizes),
      before: try readCount(0...NetworkLimits.window << 10), after: try readCount(0...NetworkLimits.window << 10))
  }
}

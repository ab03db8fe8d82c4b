import Import
import Pictures
import Program
import StrictJSON
import Testing

@Suite("MNIST", .enabled(if: SharedData.isPresent))
struct MNISTTests {
  /// Pictures whose digit is in their name.
  static let pictures = [
    "mnist-0.jpg", "mnist-3.jpg", "mnist-5.jpg", "mnist-7.jpg", "tflm-mnist-sample0.png", "tflm-mnist-sample2.png",
    "tflm-mnist-sample3.png", "tflm-mnist-sample4.png", "tflm-mnist-sample5.png", "tflm-mnist-sample6.png",
    "tflm-mnist-sample7.png", "tflm-mnist-sample8.png", "tflm-mnist-sample9.png",
  ]

  static func input(_ name: String) throws -> NetworkInput {
    let picture = try Picture(decoding: SharedData.bytes("models/mnist/" + name)).converted(toChannels: 1)
    return .picture(
      shape: TensorShape(channels: 1, height: picture.height, width: picture.width), bytes: picture.planes)
  }

  private func classify(_ options: NetworkImportOptions) throws -> [(digit: String, label: String)] {
    let folder = try Folder()
    let program = try folder.program(SharedData.path("models/mnist/mnist-8.onnx"), options: options)
    let labels = try program.network.labels
    return try Self.pictures.map { name in
      let index = try #require(greatestIndex(try program.logits(Self.input(name))))
      let digit = String(try #require(name.split(separator: ".")[0].last))
      return (digit, String(decoding: labels[index], as: UTF8.self))
    }
  }

  @Test("every picture is classified as its name says")
  func classification() throws {
    for (digit, label) in try classify(NetworkImportOptions()) { #expect(label == digit) }
  }

  @Test("one matrix for each of the model's, and operands of 8 bits, do not change a digit")
  func narrowClassification() throws {
    var options = NetworkImportOptions()
    options.weightLimbs = 1
    options.convolutionMode = .int8
    options.dense.mode = .int8
    for (digit, label) in try classify(options) { #expect(label == digit) }
  }

  @Test("labels are the importer's, one for each logit")
  func labels() throws {
    let folder = try Folder()
    var options = NetworkImportOptions()
    options.labels = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    let program = try folder.program(SharedData.path("models/mnist/mnist-8.onnx"), options: options)
    #expect(try program.network.labels.map { String(decoding: $0, as: UTF8.self) } == options.labels)
    options.labels = ["zero"]
    #expect(throws: ImportError.option(name: "labels", reason: "1 for 10 logits")) {
      try folder.program(SharedData.path("models/mnist/mnist-8.onnx"), options: options)
    }
  }

  @Test("pictures of another size, and sequences, are refused")
  func otherInputs() throws {
    let folder = try Folder()
    let program = try folder.program(SharedData.path("models/mnist/mnist-8.onnx"))
    let format = try program.network.input
    let wide = NetworkInput.picture(
      shape: TensorShape(channels: 1, height: 28, width: 29), bytes: [UInt8](repeating: 0, count: 812))
    #expect(throws: NetworkInputError.wrongSize(expectedWidth: 28, expectedHeight: 28, width: 29, height: 28)) {
      try format.values(of: wide)
    }
    #expect(throws: NetworkInputError.self) { try format.values(of: .sequence(Array("ACGT".utf8))) }
  }

  @Test("the sources say from which file, with which options")
  func record() throws {
    let folder = try Folder()
    let program = try folder.program(SharedData.path("models/mnist/mnist-8.onnx"))
    let record = try JSON.parse(program.sources)
    #expect(record["name"]?.string == "mnist-8")
    #expect(record["options"]?["weightLimbs"]?.integer == 2)
    #expect(record["options"]?["labels"]?.array?.count == 10)
    #expect(record["files"]?.array?.first?["name"]?.string == "mnist-8.onnx")
    #expect(record["files"]?.array?.first?["size"]?.integer == 25_905)
  }
}

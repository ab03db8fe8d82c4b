import Foundation
import Import
import Program
import Testing

/// Writes a safetensors file.
func safetensors(_ tensors: [(name: String, shape: [Int], values: [Float])], layout: String? = "keras") -> [UInt8] {
  var offset = 0
  var members = layout.map { [#""__metadata__":{"layout":"\#($0)"}"#] } ?? []
  for tensor in tensors {
    let end = offset + 4 * tensor.values.count
    members.append(
      #""\#(tensor.name)":{"dtype":"F32","shape":[\#(tensor.shape.map(String.init).joined(separator: ","))],"#
        + #""data_offsets":[\#(offset),\#(end)]}"#)
    offset = end
  }
  let header = Array(("{" + members.joined(separator: ",") + "}").utf8)
  let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
  let data = tensors.flatMap(\.values).flatMap { value in
    (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
  }
  return length + header + data
}

@Suite("Keras models")
struct KerasTests {
  /// Convolution 2×1 from 1 to 2 channels, ReLU, 2×2 maxima, flatten, dense: on pictures of 3×4 pixels.
  private static let picture: [(name: String, shape: [Int], values: [Float])] = [
    ("conv.kernel", [2, 1, 1, 2], [1, 0, 1, -1]), ("conv.bias", [2], [0, 100]),
    ("out.kernel", [4, 2], [1, 0, 0, 1, 10, 0, 0, 10]), ("out.bias", [2], [0.5, -0.5]),
  ]

  private static func layer(_ kind: String, _ config: String) -> String {
    #"{"class_name":"\#(kind)","config":{\#(config)}}"#
  }

  private static let layers = [
    layer(
      "Conv2D",
      #""name":"conv","batch_input_shape":[null,3,4,1],"kernel_size":[2,1],"strides":[1,1],"padding":"valid","activation":"relu""#
    ),
    layer("Dropout", #""name":"drop","rate":0.5"#),
    layer("MaxPooling2D", #""name":"pool","pool_size":[2,2],"strides":null,"padding":"valid""#),
    layer("Flatten", #""name":"flat""#),
    layer("Dense", #""name":"out","activation":"softmax""#),
  ]

  private static func description(_ layers: [String]) -> [UInt8] {
    Array(#"{"class_name":"Sequential","config":{"name":"s","layers":[\#(layers.joined(separator: ","))]}}"#.utf8)
  }

  private func program(_ folder: Folder, _ layers: [String]) throws -> Program {
    _ = try folder.write(Self.description(layers), "net.json")
    return try folder.program(safetensors(Self.picture), name: "net.safetensors")
  }

  @Test("a described model: channels last become channels first, the softmax is dropped")
  func describedModel() throws {
    let folder = try Folder()
    let program = try program(folder, Self.layers)
    let pixels: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 120]
    let logits = try program.logits(.picture(shape: TensorShape(channels: 1, height: 3, width: 4), bytes: pixels))
    // Channel 0 sums two rows: 6 8 10 12 / 14 16 18 128; channel 1 is 100 less the lower: 95 94 93 92 / 91 90 89 0.
    // Their maxima are 16, 128 and 95, 93; flattened 16 95 128 93.
    let expected: [Double] = [1_296.5, 1_024.5]
    for (ours, theirs) in zip(logits, expected) { #expect(abs(ours - theirs) < 0.5) }
    #expect(String(decoding: program.sources, as: UTF8.self).contains("layer out (softmax)"))
    #expect(String(decoding: program.sources, as: UTF8.self).contains("net.json"))
  }

  @Test("a functional model that is a chain is the same program")
  func functionalModel() throws {
    let folder = try Folder()
    let plain = try program(folder, Self.layers)
    let names = ["conv", "drop", "pool", "flat", "out"]
    let input = Self.layer("InputLayer", #""name":"in","batch_shape":[null,3,4,1]"#)
    let chain =
      [input]
      + zip(Self.layers, ["in"] + names).map { layer, source in
        String(layer.dropLast()) + #","inbound_nodes":[[["\#(source)",0,0,{}]]]}"#
      }
    let bytes = Array(#"{"class_name":"Functional","config":{"layers":[\#(chain.joined(separator: ","))]}}"#.utf8)
    _ = try folder.write(bytes, "net.json")
    let functional = try folder.program(safetensors(Self.picture), name: "net.safetensors")
    #expect(functional.weightsRoot == plain.weightsRoot)
  }

  @Test(
    "descriptions that are not understood are refused with the layer",
    arguments: [
      (0, ("Conv2D", "LSTM"), "layer conv (LSTM): this layer is not supported"),
      (0, (#""relu""#, #""swish""#), "layer conv (Conv2D): activation swish is not supported"),
      (0, ("[null,3,4,1]", "[null,3,null,1]"), "layer conv (Conv2D): an input of open size"),
      (0, ("[2,1]", "[0,1]"), "layer conv (Conv2D): kernel_size is not 2 numbers of 1 to 1024"),
      (0, ("[2,1]", "[1,2]"), "tensor conv.kernel: shape [2, 1, 1, 2] on 1×3×4 with a window of [1, 2]"),
      (2, (#""valid""#, #""causal""#), "layer pool (MaxPooling2D): padding causal is not supported"),
      (3, (#""flat""#, #""flat","data_format":"channels_first""#), "layer flat (Flatten): channels first"),
      (4, (#""out""#, #""other""#), "tensor other.kernel: missing"),
    ])
  func refusedDescriptions(index: Int, change: (String, String), message: String) throws {
    let folder = try Folder()
    var layers = Self.layers
    layers[index] = layers[index].replacing(change.0, with: change.1)
    do {
      _ = try program(folder, layers)
      Issue.record("accepted")
    } catch {
      #expect("\(error)".hasSuffix(message), "\(error)")
    }
  }

  @Test("a tensor that no layer uses, and a model that nothing describes")
  func unusedAndUnknown() throws {
    let folder = try Folder()
    #expect(throws: ImportError.self) { try program(folder, [Self.layers[0], Self.layers[2], Self.layers[3]]) }
    let alone = try Folder()
    let error = try #require(try alone.failure(safetensors(Self.picture), name: "net.safetensors"))
    #expect(error.description.contains("put the model's description beside it as net.json"))
    #expect(
      try openNetworkSource(alone.write(safetensors(Self.picture, layout: nil), "net.safetensors"))?.format == nil)
  }

  @Test("tensors without elements, and recognised names with other shapes")
  func emptyTensors() throws {
    let folder = try Folder()
    let names = ["convSpliceSite", "conv1by1"]
    for size in [0, 1] {
      var tensors = names.map {
        (name: $0 + ".kernel", shape: [size, 4, 4], values: [Float](repeating: 1, count: 16 * size))
      }
      tensors.append((name: "denseSS.kernel", shape: [8, 1], values: [Float](repeating: 1, count: 8)))
      for number in 1...2 {
        for variable in ["moving_mean", "moving_variance"] {
          tensors.append((name: "batch_normalization_\(number).\(variable)", shape: [4], values: [1, 1, 1, 1]))
        }
      }
      let error = try folder.failure(safetensors(tensors), name: "a.safetensors")
      #expect((error == nil) == (size == 1), "\(String(describing: error))")
      tensors[2].shape = [2, 4]
      #expect(try folder.failure(safetensors(tensors), name: "a.safetensors") != nil)
    }
  }

  @Test("the splice networks described are the splice networks recognised", .enabled(if: SharedData.isPresent))
  func describedDonor() throws {
    let folder = try Folder()
    let bytes = try SharedData.bytes("models/splice/mmsplice-donor.safetensors")
    let recognised = try folder.program(bytes, name: "donor.safetensors")
    let layers = [
      Self.layer("Flatten", #""name":"f","batch_input_shape":[null,18,4]"#),
      Self.layer("Dense", #""name":"dense1","activation":"linear""#),
      Self.layer("BatchNormalization", #""name":"batch_normalization_1","epsilon":0.001"#),
      Self.layer("Activation", #""name":"a","activation":"relu""#),
      Self.layer("Dense", #""name":"dense2","activation":"linear""#),
      Self.layer("BatchNormalization", #""name":"batch_normalization_2","epsilon":0.001"#),
      Self.layer("ReLU", #""name":"b","max_value":null,"negative_slope":0.0"#),
      Self.layer("Dense", #""name":"dense_1","activation":"sigmoid""#),
    ]
    _ = try folder.write(Self.description(layers), "donor.json")
    let described = try folder.program(bytes, name: "donor.safetensors")
    #expect(described.weightsRoot == recognised.weightsRoot && described.root != recognised.root)
  }
}

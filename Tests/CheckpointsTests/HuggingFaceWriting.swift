import StrictJSON

@testable import Checkpoints

/// Writes `config.json` and `model.safetensors`.
func writeModel(
  _ model: TinyModel, type: ElementType = .binary32, config: JSONObject? = nil, to folder: String
) throws {
  try write(JSON.object(config ?? model.config()).encoded(), to: folder + "/config.json")
  try write(
    SafetensorsWriter(entries: model.safetensorsEntries(type)).bytes(), to: folder + "/model.safetensors")
}

/// Writes an index of shards.
func writeIndex(_ map: [(String, String)], in folder: String) throws {
  let object = JSONObject(map.map { .init(name: $0.0, value: .string($0.1)) })
  let index: JSON = ["metadata": ["total_size": 0], "weight_map": .object(object)]
  try write(index.encoded(), to: folder + "/model.safetensors.index.json")
}

/// What a `config.json` means, without weights.
func configuration(
  _ config: JSONObject, generation: JSONObject? = nil, pooling: TransformerConfiguration.Pooling = .mean
) throws -> TransformerConfiguration {
  let fields = generation.map { ConfigurationFields(file: "generation_config.json", object: $0) }
  return try HuggingFaceConfiguration(config, file: "config.json").configuration(generation: fields, pooling: pooling)
}

import StrictJSON

/// The members of a JSON configuration, read with their limits; `null` counts as absent.
struct ConfigurationFields {
  let file: String
  let object: JSONObject
  /// Put before names in messages, for nested objects.
  var prefix = ""

  func failure(_ name: String, _ reason: CheckpointError.Reason) -> CheckpointError {
    CheckpointError(file: file, place: .field(prefix + name), reason: reason)
  }

  subscript(name: String) -> JSON? {
    guard let value = object[name], !value.isNull else { return nil }
    return value
  }

  func optionalInteger(_ name: String, _ allowed: ClosedRange<Int>) throws(CheckpointError) -> Int? {
    guard let value = self[name] else { return nil }
    guard let integer = value.integer else { throw failure(name, .wrongKind(expected: "an integer")) }
    guard allowed.contains(integer) else {
      throw failure(name, .outOfRange(value: "\(integer)", allowed: "\(allowed)"))
    }
    return integer
  }

  func integer(_ name: String, _ allowed: ClosedRange<Int>) throws(CheckpointError) -> Int {
    guard let integer = try optionalInteger(name, allowed) else { throw failure(name, .missing) }
    return integer
  }

  /// A decimal, rounded once to binary32.
  func optionalNumber(_ name: String) throws(CheckpointError) -> Float? {
    guard let value = self[name] else { return nil }
    guard case .number(let number) = value, let rounded = Float(number.text), rounded.isFinite else {
      throw failure(name, .wrongKind(expected: "a finite number"))
    }
    return rounded
  }

  func number(_ name: String) throws(CheckpointError) -> Float {
    guard let number = try optionalNumber(name) else { throw failure(name, .missing) }
    return number
  }

  func bool(_ name: String, default absent: Bool) throws(CheckpointError) -> Bool {
    guard let value = self[name] else { return absent }
    guard let bool = value.bool else { throw failure(name, .wrongKind(expected: "true or false")) }
    return bool
  }

  func optionalText(_ name: String) throws(CheckpointError) -> String? {
    guard let value = self[name] else { return nil }
    guard let text = value.string else { throw failure(name, .wrongKind(expected: "a string")) }
    return text
  }

  func nested(_ name: String) throws(CheckpointError) -> ConfigurationFields? {
    guard let value = self[name] else { return nil }
    guard let object = value.object else { throw failure(name, .wrongKind(expected: "an object")) }
    return ConfigurationFields(file: file, object: object, prefix: prefix + name + ".")
  }

  /// One integer or an array of them; `nil` when absent.
  func integers(_ name: String) throws(CheckpointError) -> [Int]? {
    guard let value = self[name] else { return nil }
    var integers: [Int] = []
    for element in value.array ?? [value] {
      guard let integer = element.integer else {
        throw failure(name, .wrongKind(expected: "an integer or an array of them"))
      }
      integers.append(integer)
    }
    return integers
  }
}

import Hashing
import Protobuf
import StrictJSON

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The recorded requests of a real node to its application, where the data is there.
enum RecordedTraffic {
  static let folder: URL? = {
    if let path = ProcessInfo.processInfo.environment["RAZAO_SHARED_DATA"] {
      return existing(URL(fileURLWithPath: path))
    }
    var place = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    for _ in 0..<6 {
      place.deleteLastPathComponent()
      if let found = existing(place.appendingPathComponent("shared/data")) { return found }
    }
    return nil
  }()

  static var isPresent: Bool { folder != nil }

  /// The requests of one kind: the message inside the frame's envelope.
  static func requests(_ kind: String, in file: String) throws -> [[UInt8]] {
    guard let folder else { return [] }
    let data = [UInt8](try Data(contentsOf: folder.appendingPathComponent("abci/\(file)")))
    return try data.split(separator: 0x0A).compactMap { line in
      let object = try JSON.parse(Array(line))
      guard object["req"]?.string == kind, let hex = object["req_hex"]?.string, let frame = [UInt8](hex: hex) else {
        return nil
      }
      var prefix = ProtobufReader(frame)
      let count = Int(try prefix.varint())
      var envelope = ProtobufReader(Array(frame.suffix(count)))
      return try envelope.next()?.bytes()
    }
  }

  private static func existing(_ place: URL) -> URL? {
    FileManager.default.fileExists(atPath: place.appendingPathComponent("abci").path) ? place : nil
  }
}

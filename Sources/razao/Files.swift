import FileMapping
import Foundation
import Hashing
import Program
import Runtime

/// Where things are on this machine.
enum Files {
  /// `--home`, else RAZAO_HOME, else `.razao` in the user's home.
  static func home(_ option: String?) -> String {
    if let option { return option }
    let environment = ProcessInfo.processInfo.environment
    if let home = environment["RAZAO_HOME"], !home.isEmpty { return home }
    return (environment["HOME"] ?? FileManager.default.currentDirectoryPath) + "/.razao"
  }

  /// The program that ships with Razao.
  static func shippedProgram() throws -> String {
    // Beside the executable, as the build puts it; `Bundle.module` would trap where it is missing.
    let folder = URL(fileURLWithPath: try executable()).deletingLastPathComponent().path
    let path = folder + "/razao_razao.resources/fabula.razao"
    guard FileManager.default.fileExists(atPath: path) else {
      throw CommandFailure("the shipped program is missing beside the executable; build again", status: 66)
    }
    return path
  }

  /// Whole content of a small file.
  static func read(_ path: String, limit: Int = 256 << 20) throws -> [UInt8] {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch {
      throw CommandFailure("\(error); check the path", status: 66)
    }
    guard file.count <= limit else {
      throw CommandFailure("\(path) has \(file.count) bytes; the limit is \(limit)", status: 1)
    }
    return file.allBytes
  }

  /// Writes a file as a whole or not at all.
  static func write(_ bytes: [UInt8], to path: String) throws {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw CommandFailure("\(path) cannot be written: \(error.localizedDescription)", status: 73)
    }
  }

  /// Opens and checks a program, with progress; a stamp in the home lets a second start skip the full check.
  static func program(
    _ path: String, home: String, progress: ((Double) -> Void)? = nil
  ) throws -> LoadedProgram {
    let stamps = home + "/stamps"
    try? FileManager.default.createDirectory(atPath: stamps, withIntermediateDirectories: true)
    return try naming(path) {
      try LoadedProgram.open(
        path, stampDirectory: stamps, progress: progress ?? { Terminal.progress("checking \(path)", share: $0) })
    }
  }

  /// Names the file in what is wrong with a program; what cannot be read names it already.
  static func naming<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as ProgramError {
      if case .unreadable = error { throw error }
      throw CommandFailure("\(path): \(error)", status: 1)
    }
  }

  /// The program with a given root among a file, the shipped one, and those in the home's `programs`.
  static func program(root: Digest, home: String) throws -> LoadedProgram? {
    var candidates = [try shippedProgram()]
    let folder = home + "/programs"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    candidates += names.filter { $0.hasSuffix(".razao") }.sorted().map { folder + "/" + $0 }
    for path in candidates {
      if let program = try? Program(path: path), program.root == root { return try Self.program(path, home: home) }
    }
    return nil
  }
}

import Glibc
import Program
import ProgramTestSupport
import Testing

@testable import Runtime

/// A program is checked in full once, and never skipped on the word of a stamp that does not fit.
struct LoadedProgramTests {
  /// A directory that is removed with its files.
  private final class Folder {
    let path: String

    init() throws {
      var template = Array("/tmp/razao-runtime-XXXXXX".utf8CString)
      let made = try #require(mkdtemp(&template))
      path = String(cString: made)
    }

    deinit {
      for name in names { unlink(path + "/" + name) }
      rmdir(path)
    }

    var names: [String] {
      guard let directory = opendir(path) else { return [] }
      defer { closedir(directory) }
      var names: [String] = []
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
      }
      return names.sorted()
    }

    func write(_ bytes: [UInt8], to name: String) throws {
      let descriptor = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      try #require(descriptor >= 0)
      defer { close(descriptor) }
      try #require(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    }
  }

  /// A program file and a directory for stamps.
  private struct Setting {
    let programs: Folder
    let stamps: Folder
    let bytes = RandomProgram(ProgramRecipe(seed: 60)).bytes

    init() throws {
      (programs, stamps) = (try Folder(), try Folder())
      try programs.write(bytes, to: "a.razao")
    }

    func open(_ name: String = "a.razao", progress: ((Double) -> Void)? = nil) throws -> LoadedProgram {
      try LoadedProgram.open(programs.path + "/" + name, stampDirectory: stamps.path, progress: progress)
    }

    func program() throws -> Program { try Program(path: programs.path + "/a.razao") }
  }

  @Test func theSecondStartTrustsTheStamp() throws {
    let setting = try Setting()
    #expect(try !setting.open().wasStamped)
    #expect(setting.stamps.names.count == 1 && setting.programs.names.count == 1)
    #expect(try setting.open().wasStamped)
  }

  @Test func withoutAStampDirectoryEveryStartChecks() throws {
    let setting = try Setting()
    for _ in 0..<2 {
      #expect(try !LoadedProgram.open(setting.programs.path + "/a.razao").wasStamped)
    }
    #expect(setting.stamps.names.isEmpty)
  }

  @Test func progressIsToldOnlyOfAFullCheck() throws {
    let setting = try Setting()
    var shares: [Double] = []
    _ = try setting.open { shares.append($0) }
    #expect(shares.last == 1 && shares == shares.sorted())
    shares = []
    _ = try setting.open { shares.append($0) }
    #expect(shares.isEmpty)
  }

  @Test(arguments: 0..<4)
  func damagedStampsCostAFullCheck(kind: Int) throws {
    let setting = try Setting()
    let program = try setting.open().program
    let name = try #require(setting.stamps.names.first)
    var bytes = CheckStamp(identity: program.file.identity, root: program.root).encoded
    switch kind {
    case 0: bytes = []
    case 1: bytes[40] ^= 1
    case 2: bytes.append(0)
    default: bytes = Array(bytes.dropLast())
    }
    try setting.stamps.write(bytes, to: name)
    #expect(try !setting.open().wasStamped)
    #expect(try setting.open().wasStamped)
  }

  @Test func aReplacedFileIsCheckedAgain() throws {
    let setting = try Setting()
    _ = try setting.open()
    try setting.programs.write(setting.bytes, to: "b.razao")
    #expect(rename(setting.programs.path + "/b.razao", setting.programs.path + "/a.razao") == 0)
    #expect(try !setting.open().wasStamped)
  }

  @Test func damagedWeightsAreRefusedAndNotStamped() throws {
    let setting = try Setting()
    var bytes = setting.bytes
    let section = try #require(try setting.program().sections.first { $0.kind == .matrix })
    bytes[section.offset] = bytes[section.offset] == 5 ? 6 : 5
    try setting.programs.write(bytes, to: "bad.razao")
    for _ in 0..<2 {
      #expect(throws: ProgramError.self) { try setting.open("bad.razao") }
    }
    #expect(setting.stamps.names.isEmpty)
  }

  @Test func anotherRootThanAskedForIsRefused() throws {
    let setting = try Setting()
    let (root, path) = (try setting.program().root, setting.programs.path + "/a.razao")
    #expect(try LoadedProgram.open(path, expecting: root).program.root == root)
    #expect(throws: ProgramError.root(expected: .zero, actual: root)) {
      try LoadedProgram.open(path, expecting: .zero, stampDirectory: setting.stamps.path)
    }
    #expect(setting.stamps.names.isEmpty)
  }

  @Test func aMissingStampDirectoryOnlyCostsTheCheck() throws {
    let setting = try Setting()
    let path = setting.programs.path + "/a.razao"
    let loaded = try LoadedProgram.open(path, stampDirectory: setting.stamps.path + "/missing")
    #expect(!loaded.wasStamped && setting.stamps.names.isEmpty)
  }

  @Test func missingProgramsAreErrors() {
    #expect(throws: ProgramError.self) { try LoadedProgram.open("/tmp/no-such-program.razao") }
  }
}

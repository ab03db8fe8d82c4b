import Foundation
import Glibc
import Testing

@testable import Checkpoints
@testable import FileMapping

@Suite struct OpeningTests {
  @Test func formsAreRecognised() throws {
    try withTemporaryFolder { folder in
      try write(TinyModel().gguf(), to: folder + "/model")
      try write(TinyModel().llama2c(), to: folder + "/model.bin")
      try write(Array("hello".utf8), to: folder + "/model.pt")
      #expect(try openCheckpoint(folder + "/model") is GGUFCheckpoint)
      #expect(try openCheckpoint(folder + "/model.bin") is Llama2CFile)
      let error = checkpointError { _ = try openCheckpoint(folder + "/model.pt") }
      #expect(error == CheckpointError(file: folder + "/model.pt", reason: .notACheckpoint))
    }
  }

  @Test func messageSaysWhatWhereAndWhatToDo() {
    let error = CheckpointError(
      file: "m.gguf", place: .tensor("output.weight"), reason: .shape(expected: [2, 3], actual: [3, 2]))
    #expect(
      error.description == "m.gguf: tensor output.weight: shape [3, 2], but the configuration asks for [2, 3]; "
        + "compare the file with the one its author published")
    let long = CheckpointError(file: "m", place: .tensor(String(repeating: "x", count: 1 << 20)), reason: .missing)
    #expect(long.description.utf8.count < 400)
    let missing = checkpointError { _ = try openCheckpoint("/nowhere/model.gguf") }
    #expect(
      missing?.description
        == "/nowhere/model.gguf: cannot be read (No such file or directory); check the path and its permissions")
  }

  @Test func messageStaysOnOneLineWhateverTheFileSays() {
    let text = CheckpointError(file: "m", reason: .unsupported("x\n\u{1B}[2J\u{9B}\u{2028}é")).description
    #expect(text.hasPrefix("m: x\u{FFFD}\u{FFFD}[2J\u{FFFD}\u{FFFD}é is not supported; "))
  }

  @Test func onlyRegularFilesAreMapped() throws {
    try withTemporaryFolder { folder in
      #expect(checkpointError { _ = try MappedFile.open(folder) }?.reason == .unreadable("Is a directory"))
      #expect(checkpointError { _ = try MappedFile.open("/dev/null") }?.reason == .unreadable("Not a regular file"))
      #expect(mkfifo(folder + "/pipe", 0o600) == 0)
      let pipe = checkpointError { _ = try MappedFile.open(folder + "/pipe") }
      #expect(pipe?.reason == .unreadable("Not a regular file"))
      #expect(checkpointError { _ = try MappedFile.open(folder + "\0") }?.reason == .unreadable("Invalid argument"))
      #expect(checkpointError { _ = try MappedFile.open("") } != nil)
    }
  }

  @Test func emptyFileHasNoBytes() throws {
    try withTemporaryFolder { folder in
      try write([], to: folder + "/empty.bin")
      let file = try MappedFile(path: folder + "/empty.bin")
      #expect(file.count == 0)
      #expect(file.allBytes == [])
      #expect(file.hasSameBytes(0..<0, as: MappedFile(name: "m", bytes: []), 0..<0))
      #expect(
        checkpointError { _ = try openCheckpoint(folder + "/empty.bin") }?.reason == .truncated(needed: 4, available: 0)
      )
    }
  }

  @Test func mappedBytesAreThoseOfTheFile() throws {
    try withTemporaryFolder { folder in
      let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      try write(bytes, to: folder + "/f")
      let file = try MappedFile(path: folder + "/f")
      #expect(file.allBytes == bytes)
      #expect(file.bytes(3..<3) == [])
      #expect(file.integer(at: 9_997, as: UInt16.self) == UInt16(bytes[9_997]) | UInt16(bytes[9_998]) << 8)
      #expect(
        file.integers(at: 1, count: 2, as: UInt16.self) == [
          file.integer(at: 1, as: UInt16.self), file.integer(at: 3, as: UInt16.self),
        ])
      #expect(file.hasSameBytes(5..<9, as: MappedFile(name: "m", bytes: bytes), 5..<9))
      #expect(!file.hasSameBytes(5..<9, as: file, 6..<10))
      #expect(!file.hasSameBytes(5..<9, as: file, 5..<8))
      #expect(MappedFile.kind(ofPath: folder) == .directory)
      #expect(MappedFile.kind(ofPath: folder + "/f") == .other)
      #expect(MappedFile.kind(ofPath: folder + "/g") == .absent)
    }
  }
}

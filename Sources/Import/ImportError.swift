import Checkpoints
import FileMapping
import Hashing
import Program
import Tokenizers

/// Why a model did not become a program: what, where, and the numbers that decided.
package enum ImportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The model's files are not acceptable.
  case checkpoint(CheckpointError)
  /// A file beside the model cannot be read.
  case unreadable(FileMappingError)
  /// The tokenizer's file is not acceptable.
  case tokenizer(file: String, TokenizerFileError)
  /// The chat template is not UTF-8, or its file is malformed.
  case template(file: String, reason: String)
  /// An ONNX file is not acceptable.
  case onnx(ONNXError)
  /// A network's file, layer or tensor is not acceptable.
  case network(file: String, place: String, reason: String)
  /// An option does not fit the model.
  case option(name: String, reason: String)
  /// A number of the model is beyond what a program can hold.
  case number(place: Place, reason: String)
  /// The program is refused: a constraint or a bound does not hold.
  case program(ProgramError)
  /// The calibration failed, or its statistics contradict the program.
  case calibration(reason: String)
  /// The program cannot be put under its name.
  case output(path: String, reason: String)
  /// The program is not the one that was expected: neither of its roots is.
  case root(expected: Digest, weightsRoot: Digest, programRoot: Digest)

  package var description: String {
    switch self {
    case .checkpoint(let error): error.description
    case .unreadable(let error): error.description
    case .tokenizer(let file, let error): "\(file): not a usable tokenizer: \(error)"
    case .template(let file, let reason): "\(file): not a usable chat template: \(reason)"
    case .onnx(let error): error.description
    case .network(let file, let place, let reason): "\(file): \(place): \(reason)"
    case .option(let name, let reason): "option \(name): \(reason)"
    case .number(let place, let reason): "model refused: \(place): \(reason)"
    case .program(let error): error.description
    case .calibration(let reason): "calibration failed: \(reason)"
    case .output(let path, let reason): "\(path): \(reason)"
    case .root(let expected, let weightsRoot, let programRoot):
      "another program was expected: \(expected); this one has weights root \(weightsRoot), program root \(programRoot)"
    }
  }
}

extension ImportError {
  /// What an error is called that none of the package's own types describes.
  enum Activity {
    case calibrating
    case writing(path: String)

    func failure(_ reason: String) -> ImportError {
      switch self {
      case .calibrating: .calibration(reason: reason)
      case .writing(let path): .output(path: path, reason: reason)
      }
    }
  }

  /// Runs a body of unknown error type and names what it throws.
  static func naming<Result>(_ activity: Activity, _ body: () throws -> Result) throws(ImportError) -> Result {
    do {
      return try body()
    } catch let error as ImportError {
      throw error
    } catch let error as ProgramError {
      throw .program(error)
    } catch let error as CheckpointError {
      throw .checkpoint(error)
    } catch {
      throw activity.failure("\(error)")
    }
  }
}

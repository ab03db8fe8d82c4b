import Import
import Program
import Testing

/// The published networks' programs, by their weights roots: the same on every machine, and a change of the rules shows here.
@Suite("pinned roots", .enabled(if: SharedData.isPresent))
struct PinnedRootTests {
  @Test(
    "weights roots",
    arguments: [
      ("mnist/mnist-8.onnx", "0987ee079c1301e292b85caadea0db0630a686b8c80a0bc9166bc520db2950b8"),
      ("splice/mmsplice-donor.safetensors", "6cdd29d0ed7cc660f910d149359cbc2129992df6b1cd3a45f97969967b855219"),
      ("splice/mmsplice-acceptor.safetensors", "c245ca21ec3d845d94c0d344b036638ca8485b0e99bff9d7cae9d294de100361"),
    ])
  func weightsRoots(source: String, root: String) throws {
    let folder = try Folder()
    let actual = try folder.program(SharedData.path("models/" + source)).weightsRoot.hex
    #expect(actual == root, "\(actual)")
  }
}

internal import FoundationEssentials
internal import KubeModel
package import SnapshotStore

/// A store that is being written beside the place where it will be; it is there when it is whole.
package final class RetainedStore {
  package let store: SnapshotStore
  private let path: String
  private var unfinished: String { "\(path).unfinished" }

  package init(path: String) throws {
    self.path = path
    let manager = FileManager.default
    guard !manager.fileExists(atPath: path) else {
      throw AmbitError(.badInput, "'\(path)' is there already", hint: "name a new path with --to")
    }
    let unfinished = "\(path).unfinished"
    // Left by one that was interrupted.
    if (try? SnapshotStore.open(at: unfinished)) != nil { try? manager.removeItem(atPath: unfinished) }
    store = try SnapshotStore.create(at: unfinished)
  }

  deinit { try? FileManager.default.removeItem(atPath: unfinished) }

  package func finish() throws {
    do {
      try FileManager.default.moveItem(atPath: unfinished, toPath: path)
    } catch {
      throw AmbitError(.unwritable, "'\(path)' cannot be written", hint: "check its folder", cause: error)
    }
  }
}

internal import ClusterReader
internal import KubeModel
internal import SnapshotStore

/// The manifests of a folder of a repository, carried from commit to commit.
struct SourceFolder {
  private let repository: SourceRepository
  /// The folder, without slashes at its ends; empty for all of the repository.
  let path: String
  private(set) var tree = ManifestTree()
  /// Files of other endings, which were not looked at.
  private(set) var passedOver: Set<String> = []

  init(_ repository: SourceRepository, path: String) {
    self.repository = repository
    self.path = path
  }

  /// Reads the folder as it is at a commit; a file that does not read there has the objects of its last version that does.
  mutating func load(at commit: ObjectName) async throws {
    let files = try await repository.files(at: commit, under: path)
    var broken: [String] = []
    let contents = try await repository.blobs(files.filter { $0.isFile && ManifestTree.looks(at: inner($0.path)) }.compactMap(\.blob))
    for file in files where !put(file, contents) { broken.append(file.path) }
    for path in broken {
      for version in try await repository.versions(of: path, at: commit) {
        guard case .bytes(let bytes)? = try await repository.blobs([version])[version] else { continue }
        var probe = ManifestTree()
        guard probe.put(path, bytes) else { continue }
        tree.put(path, bytes)
        break
      }
      // What it had is known by now; that it does not read stands.
      if let file = files.first(where: { $0.path == path }) { _ = put(file, contents) }
    }
  }

  /// The contents of the files that commits changed, for `take`.
  func contents(of changes: some Sequence<[SourceRepository.FileChange]>) async throws -> [ObjectName: SourceRepository.Content] {
    try await repository.blobs(
      changes.joined().filter { $0.isFile && ManifestTree.looks(at: inner($0.path)) }.compactMap(\.blob))
  }

  /// Takes what a commit changed.
  mutating func take(_ changes: [SourceRepository.FileChange], _ contents: [ObjectName: SourceRepository.Content]) {
    for change in changes { _ = put(change, contents) }
  }

  /// The objects that changed since the last time.
  mutating func settle() -> [ObjectID: Reading.Object?] { tree.settle() }

  /// Whether the file reads.
  private mutating func put(_ file: SourceRepository.FileChange, _ contents: [ObjectName: SourceRepository.Content]) -> Bool {
    guard ManifestTree.looks(at: inner(file.path)) else {
      if file.blob == nil { passedOver.remove(file.path) } else { passedOver.insert(file.path) }
      return true
    }
    guard let blob = file.blob else {
      tree.remove(file.path)
      return true
    }
    guard file.isFile else {
      tree.put(file.path, unread: "it is a link, or a repository of its own, which is not followed")
      return true
    }
    switch contents[blob] {
    case .bytes(let bytes): return tree.put(file.path, bytes)
    case .unread(let reason): tree.put(file.path, unread: reason)
    case nil: tree.put(file.path, unread: "the repository does not hold it")
    }
    return false
  }

  /// A path within the folder: that the folder itself is hidden is its owner's wish.
  private func inner(_ path: String) -> String {
    guard !self.path.isEmpty, path != self.path else { return path }
    return String(decoding: path.utf8.dropFirst(self.path.utf8.count + 1), as: UTF8.self)
  }
}

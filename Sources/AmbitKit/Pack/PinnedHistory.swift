internal import FoundationEssentials
internal import KubeModel
internal import Programs
internal import SnapshotStore

/// A store's history as it stands at given heads, alone in a folder of its own: what is read there does not move, and an
/// auditor who has the bundle reads the same.
///
/// Costs a copy of the history, and an index of it. The folder goes when this does.
package final class PinnedHistory {
  let heads: PackHeads
  let ambit: Ambit
  /// The bundle's bytes: git's header, and one pack. The same heads give the same bytes, by one version of git.
  let bundle: [UInt8]
  private let folder: String

  private static let limit: Duration = .seconds(24 * 3600)

  /// Copies a store at these heads.
  ///
  /// - Parameter variables: the environment of the process, for git. The user's configuration is not read.
  package convenience init(of ambit: Ambit, at heads: PackHeads, variables: [String: String]) async throws {
    guard !heads.heads.isEmpty else {
      throw AmbitError(.notFound, "there is no history of these clusters", hint: "record one with `ambit snapshot`")
    }
    try await self.init(heads, variables: variables) { git, store in
      let objects = URL(filePath: "\(ambit.store.path)/objects").standardizedFileURL.path
      let quoted = objects.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      var reading = git
      reading.environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = "\"\(quoted)\""
      // Nothing of how the store is packed comes through: only so are the bytes the same after maintenance.
      let options = [
        "--revs", "--no-reuse-delta", "--no-reuse-object", "--delta-base-offset", "--threads=1", "--window=10", "--depth=50",
        "--compression=6", "--no-use-bitmap-index", "--quiet",
      ]
      let base = "\(store)/objects/pack/pack"
      let names = Array(heads.heads.map { "\($0.commit)\n" }.joined().utf8)
      let made = try await reading.run(["pack-objects"] + options + [base], input: names, limit: PinnedHistory.limit)
      guard made.isSuccess else {
        throw AmbitError(
          .badInput, "git cannot read the whole history of the store '\(ambit.store.path)'",
          hint: "look for what is damaged with `ambit verify`", cause: GitComplaint(made.errors))
      }
      let name = String(decoding: made.output.prefix { $0 != 0x0A }, as: UTF8.self)
      let pack = try Data(contentsOf: URL(filePath: "\(base)-\(name).pack"), options: .alwaysMapped)
      return Array((["# v2 git bundle"] + heads.bundleLines + [""]).map { $0 + "\n" }.joined().utf8) + Array(pack)
    }
  }

  /// Unpacks a bundle, whose objects git checks one by one.
  ///
  /// - Parameter heads: those that it is to have, and no others.
  package convenience init(bundle: [UInt8], heads: PackHeads, variables: [String: String]) async throws {
    try await self.init(heads, variables: variables) { git, store in
      let file = "\(store)/ambit.bundle"
      try Data(bundle).write(to: URL(filePath: file))
      defer { try? FileManager.default.removeItem(atPath: file) }
      let listed = try await git.run(["bundle", "list-heads", file], limit: PinnedHistory.limit)
      guard listed.isSuccess, GitCarrier.lines(listed.output).sorted() == heads.bundleLines.sorted() else {
        throw AmbitError(
          .badInput, "the bundle does not have the heads that the pack names", hint: "see its own with `git bundle list-heads`")
      }
      let unbundled = try await git.run(["bundle", "unbundle", file], limit: PinnedHistory.limit)
      guard unbundled.isSuccess else {
        throw AmbitError(
          .badInput, "the bundle is damaged, or not whole", hint: "see how with `git bundle verify`",
          cause: GitComplaint(unbundled.errors))
      }
      return bundle
    }
  }

  private init(
    _ heads: PackHeads, variables: [String: String], fill: (StockGit, _ store: String) async throws -> [UInt8]
  ) async throws {
    self.heads = heads
    folder = FileManager.default.temporaryDirectory.path + "/ambit-pack-\(UUID().uuidString)"
    let store = "\(folder)/history.git"
    do {
      _ = try SnapshotStore.create(at: store)
      var git = StockGit(store: store, variables: variables) { $0 == "GIT_EXEC_PATH" }
      git.isolate()
      bundle = try await fill(git, store)
      let updates = heads.heads.map { "create \($0.reference) \($0.commit)\n" }.joined()
      let moved = try await git.run(["update-ref", "--stdin"], input: Array(updates.utf8), limit: PinnedHistory.limit)
      guard moved.isSuccess else {
        throw AmbitError(.badInput, "the history lacks a head that is named", cause: GitComplaint(moved.errors))
      }
      ambit = try Ambit(path: store)
    } catch {
      try? FileManager.default.removeItem(atPath: folder)
      throw error
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }
}

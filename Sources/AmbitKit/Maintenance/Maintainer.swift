internal import FoundationEssentials
internal import KubeModel
internal import Programs
internal import SnapshotStore

/// Keeps a store small: what recordings brought as a pack each becomes one pack, whose objects stand as differences
/// from each other.
package struct Maintainer {
  /// The packs of a store, those of recordings under way left out.
  package struct Size: Sendable, Hashable {
    package let packs: Int
    package let bytes: Int

    init(_ packs: [StoredPack]) {
      self.packs = packs.count
      bytes = packs.reduce(0) { $0 + $1.bytes }
    }
  }

  package struct Outcome: Sendable {
    package let before: Size
    package let after: Size
    /// Objects that stood in files of their own before.
    package let loose: Int
    /// An index that was put aside as damaged, and may be removed.
    package let damagedIndex: String?
  }

  /// What an automatic maintenance may take up, so that it is a matter of seconds: larger packs stay as they are.
  private static let largestYoungPack = 64 << 20
  private static let limit: Duration = .seconds(24 * 3600)
  /// A pack of a few recordings is not worth the time.
  private static let smallestImport = 1 << 20

  /// How long one step of an automatic maintenance may take.
  package var automaticLimit: Duration = .seconds(60)

  private let ambit: Ambit
  private var git: StockGit
  private var path: String { ambit.store.path }

  /// - Parameter variables: the environment of the process, for git. The user's configuration is not read.
  package init(_ ambit: Ambit, variables: [String: String]) {
    self.ambit = ambit
    git = StockGit(store: ambit.store.path, variables: variables) { $0 == "GIT_EXEC_PATH" }
    git.isolate()
    git.settings += ["pack.window=10", "pack.depth=50", "pack.writeReverseIndex=false"]
    git.isPatient = true
  }

  // MARK: All of the store

  /// Makes one pack of all that there are. Nothing is dropped, whether a reference leads to it or not.
  ///
  /// - Throws: where another maintenance is under way, or where git could not do it; the store is as it was then.
  package func run() async throws -> Outcome {
    let maintenance = try PackMaintenance(path)
    try finishInterrupted()
    let before = Size(PackMaintenance.packs(of: path))
    let loose = maintenance.looseObjects()
    if !loose.isEmpty {
      let name = try await pack(loose.map(\.description), [], maintenance, Maintainer.limit)
      try maintenance.replace([], loose, by: name)
    }
    let packs = PackMaintenance.packs(of: path)
    let known = maintenance.packedBefore()
    if packs.count > 1 || packs.contains(where: { !known.contains($0.name) }) {
      let name = try await join(
        packs, comparesAnew: Maintainer.haveImports(packs, known: known), maintenance, Maintainer.limit)
      maintenance.remember(name)
    }
    maintenance.failedWith = nil
    let damaged = "\(Ambit.indexPath(path)).damaged"
    return Outcome(
      before: before, after: Size(PackMaintenance.packs(of: path)), loose: loose.count,
      damagedIndex: FileManager.default.fileExists(atPath: damaged) ? damaged : nil)
  }

  /// What a writer that died left is finished or undone, as the next one to its cluster would.
  private func finishInterrupted() throws {
    for cluster in try ambit.store.clusters() {
      do {
        try ambit.store.recoverInterrupted(cluster)
      } catch {
        // Its writer is at work, and does this itself.
        guard error.code == .locked else { throw error }
      }
    }
  }

  /// Whether much of the store came in packs of many recordings at once, which git takes as compared already.
  private static func haveImports(_ packs: [StoredPack], known: Set<String>) -> Bool {
    let imports = packs.filter { !known.contains($0.name) && $0.bytes > smallestImport }
    return Size(imports).bytes * 10 > Size(packs).bytes
  }

  // MARK: Now and then

  /// Joins small packs where there are more of them than the store's settings allow; bounded in size and time.
  ///
  /// - Returns: what to tell the operator; nil where there was nothing to do.
  package func runIfDue() async -> String? {
    let limit = ambit.store.autoPackLimit
    guard limit > 0 else { return nil }
    let young = PackMaintenance.packs(of: path).filter { $0.bytes <= Maintainer.largestYoungPack }
    // One that is under way does the same.
    guard young.count > limit, let maintenance = try? PackMaintenance(path) else { return nil }
    if let failed = maintenance.failedWith, young.count < 2 * failed { return nil }
    let chosen = Maintainer.uneven(young)
    guard chosen.count > 1 else { return nil }
    do {
      let known = maintenance.packedBefore()
      let isCompared = !chosen.contains { !known.contains($0.name) && $0.bytes > Maintainer.smallestImport }
      let name = try await join(chosen, comparesAnew: false, maintenance, automaticLimit)
      // Else all is compared when there is more time.
      if isCompared { maintenance.remember(name) }
    } catch {
      maintenance.failedWith = young.count
      let reason = (error as? any DescribedError)?.message ?? "it was interrupted"
      return "the store has \(young.count) small packs, and joining them did not succeed: \(reason); run `ambit maintain`"
    }
    maintenance.failedWith = nil
    return "joined \(chosen.count) small packs of the store"
  }

  /// The smallest packs, up to the last that is not twice as large as all before it together: so that each object
  /// is packed anew only as often as the store doubles.
  ///
  /// - Parameter packs: the smallest first.
  static func uneven(_ packs: [StoredPack]) -> [StoredPack] {
    var sum = 0
    var count = 0
    for (place, pack) in packs.enumerated() {
      if pack.bytes < 2 * sum { count = place + 1 }
      sum += pack.bytes
    }
    return Array(packs[..<count])
  }

  // MARK: git

  private func join(
    _ packs: [StoredPack], comparesAnew: Bool, _ maintenance: PackMaintenance, _ limit: Duration
  ) async throws -> String {
    let name = try await pack(
      packs.map { "\($0.name).pack" }, ["--stdin-packs"] + (comparesAnew ? ["--no-reuse-delta"] : []), maintenance, limit)
    try maintenance.replace(packs, by: name)
    return name
  }

  /// Has git make a pack in the workspace, and read it through once more.
  private func pack(
    _ what: [String], _ options: [String], _ maintenance: PackMaintenance, _ limit: Duration
  ) async throws -> String {
    let git = gitIn(maintenance.workspace)
    let base = "\(maintenance.workspace)/pack/pack"
    let made = try await git.run(
      ["pack-objects", "--quiet", "--delta-base-offset"] + options + [base],
      input: Array(what.map { "\($0)\n" }.joined().utf8), limit: limit)
    let name = "pack-\(String(decoding: made.output.prefix { $0 != 0x0A }, as: UTF8.self))"
    guard made.isSuccess else { throw error(made.errors) }
    let verified = try await git.run(["verify-pack", "\(maintenance.workspace)/pack/\(name).idx"], limit: limit)
    guard verified.isSuccess else { throw error(verified.errors) }
    return name
  }

  /// git with another place for the objects that it makes.
  private func gitIn(_ folder: String) -> StockGit {
    var git = git
    git.environment["GIT_OBJECT_DIRECTORY"] = folder
    return git
  }

  private func error(_ errors: [UInt8]) -> AmbitError {
    let cause = GitComplaint(errors)
    guard !cause.isAboutSpace else {
      return AmbitError(
        .unwritable, "there is no space to pack the store '\(path)' anew, so it was left as it was",
        hint: "free some: it takes as much again as the packs have now", cause: cause)
    }
    return AmbitError(
      .bug, "git could not pack the store '\(path)' anew, so it was left as it was", hint: "check it with `git fsck`",
      cause: cause)
  }
}

internal import FoundationEssentials
internal import KubeModel
internal import Programs
package import SnapshotStore

/// Someone's git repository of manifests, read with stock git.
///
/// It may mean harm. Only plumbing that runs nothing is used; hooks, filters and drivers that its configuration names
/// have no say, nothing is fetched for it, and the size of an object is asked for before the object is.
package struct SourceRepository {
  /// What a commit changed of one file.
  struct FileChange: Sendable {
    let path: String
    /// Nil where the file is gone.
    let blob: ObjectName?
    /// Whether it is a file, and no link and no repository of its own.
    let isFile: Bool
  }

  /// A blob that was asked for.
  enum Content {
    case bytes([UInt8])
    case unread(String)
  }

  /// What the repository is called in what is recorded of it: the URL of its origin without a password, or the name of its folder.
  package let name: String
  /// The last part of the name.
  package var shortName: String {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    return last.hasSuffix(".git") ? String(last.dropLast(4)) : last
  }

  private let git: StockGit

  private static let limit: Duration = .seconds(3600)
  /// Larger files are no manifests.
  private static let largestFile = 16 << 20
  /// How many bytes of files are asked for at once.
  private static let largestBatch = 32 << 20

  /// - Parameter path: a bare repository, or a working copy.
  /// - Throws: where there is no repository that can be read.
  package init(path: String, variables: [String: String]) async throws {
    let manager = FileManager.default
    func isRepository(_ folder: String) -> Bool {
      manager.fileExists(atPath: "\(folder)/HEAD") && manager.fileExists(atPath: "\(folder)/objects")
    }
    let inner = "\(path)/.git"
    // A working copy that shares another's repository has a file that leads there.
    let folder = isRepository(path) ? path : inner
    guard manager.fileExists(atPath: folder) else {
      throw AmbitError(
        .notFound, "there is no git repository at '\(path)'",
        hint: "name the top folder of a working copy, or a bare repository; clone one first if it is elsewhere")
    }
    var git = StockGit(store: folder, variables: variables) { $0 == "GIT_EXEC_PATH" }
    git.isolate()
    git.settings += ["protocol.allow=never", "log.showSignature=false", "core.attributesFile=/dev/null"]
    // A partial clone is not completed from where its configuration says.
    git.environment["GIT_NO_LAZY_FETCH"] = "1"
    git.environment["GIT_ALLOW_PROTOCOL"] = "none"
    git.environment["GIT_LITERAL_PATHSPECS"] = "1"
    git.environment["GIT_GRAFT_FILE"] = "/dev/null"
    git.environment["GIT_TERMINAL_PROMPT"] = "0"
    self.git = git
    let format = try await git.run(["rev-parse", "--show-object-format"], limit: SourceRepository.limit)
    guard format.isSuccess else {
      throw AmbitError(
        .badInput, "'\(path)' is no git repository that can be read", hint: "check it with `git fsck`",
        cause: GitComplaint(format.errors))
    }
    guard GitCarrier.lines(format.output) == ["sha1"] else {
      throw AmbitError(.badInput, "'\(path)' names its objects by SHA-256, which is not read", hint: "use a repository with SHA-1 names")
    }
    let origin = try await git.run(["config", "--local", "--get", "remote.origin.url"], limit: SourceRepository.limit)
    let url = GitCarrier.lines(origin.output).first.flatMap { try? RemoteAddress($0, configured: nil).shown }
    let top = URL(filePath: path).standardizedFileURL.lastPathComponent
    name = url ?? (top.hasSuffix(".git") && top != ".git" ? String(top.dropLast(4)) : top)
  }

  private func run(_ arguments: [String], input: [UInt8]? = nil) async throws -> [UInt8] {
    let result = try await git.run(arguments, input: input, limit: SourceRepository.limit)
    guard result.isSuccess else {
      throw AmbitError(
        .badInput, "git cannot read '\(name)'", hint: "check it with `git fsck`", cause: GitComplaint(result.errors))
    }
    return result.output
  }

  // MARK: Commits

  /// The commit at the end of a branch; of HEAD where none is named.
  package func head(of branch: String?) async throws -> ObjectName {
    let candidates = branch.map { ["refs/heads/\($0)", "refs/remotes/origin/\($0)", "refs/tags/\($0)", $0] } ?? ["HEAD"]
    for candidate in candidates { if let commit = try await commit(named: candidate) { return commit } }
    throw AmbitError(
      .notFound, branch.map { "'\(name)' has no branch '\($0)'" } ?? "'\(name)' has no commit at HEAD",
      hint: "see what is there with `git branch -a`, and name one with --branch")
  }

  /// The commit that a revision names; nil where it names none.
  package func commit(named revision: String) async throws -> ObjectName? {
    guard !revision.isEmpty, !revision.contains("\0") else { return nil }
    let result = try await git.run(
      ["rev-parse", "--verify", "--quiet", "--end-of-options", "\(revision)^{commit}"], limit: SourceRepository.limit)
    return result.isSuccess ? GitCarrier.lines(result.output).first.flatMap { ObjectName(hex: $0) } : nil
  }

  /// Whether its history begins where it was cut off, as in a shallow clone.
  package func isShallow() async throws -> Bool {
    GitCarrier.lines(try await run(["rev-parse", "--is-shallow-repository"])) == ["true"]
  }

  /// The commits along first parents that changed something under a path, the oldest first.
  func commits(to head: ObjectName, after base: ObjectName?, under path: String) async throws -> [ObjectName] {
    let range = [head.description] + (base.map { ["^\($0)"] } ?? [])
    return try await names(["--first-parent", "--reverse"] + range + ["--"] + SourceRepository.paths(path))
  }

  /// Whether a commit is among those that lead to another one along first parents.
  func isFirstParent(_ commit: ObjectName, of head: ObjectName) async throws -> Bool {
    try await names(["--first-parent", head.description, "^\(commit)^@", "--"]).last == commit
  }

  private func names(_ arguments: [String]) async throws -> [ObjectName] {
    GitCarrier.lines(try await run(["rev-list"] + arguments)).compactMap { ObjectName(hex: $0) }
  }

  /// Every commit that leads to a head, and its parents.
  func parents(to head: ObjectName, after base: ObjectName?) async throws -> [ObjectName: [ObjectName]] {
    let range = [head.description] + (base.map { ["^\($0)"] } ?? [])
    var parents: [ObjectName: [ObjectName]] = [:]
    for line in GitCarrier.lines(try await run(["rev-list", "--parents"] + range + ["--"])) {
      let names = line.split(separator: " ").compactMap { ObjectName(hex: String($0)) }
      if let first = names.first { parents[first] = Array(names.dropFirst()) }
    }
    return parents
  }

  /// The commits that changed something under a path by themselves, and are no merges.
  func commitsTouching(_ path: String, to head: ObjectName, after base: ObjectName?) async throws -> Set<ObjectName> {
    let range = [head.description] + (base.map { ["^\($0)"] } ?? [])
    return Set(try await names(["--full-history", "--no-merges"] + range + ["--"] + SourceRepository.paths(path)))
  }

  private static func paths(_ path: String) -> [String] { path.isEmpty ? [] : [path] }

  // MARK: Files

  /// What commits changed under a path, each against its first parent.
  func changes(of commits: [ObjectName], under path: String) async throws -> [ObjectName: [FileChange]] {
    let output = try await run(
      [
        "diff-tree", "--stdin", "-z", "-r", "-m", "--root", "--diff-merges=first-parent", "--no-renames", "--no-abbrev",
        "--no-ext-diff", "--no-textconv", "--ignore-submodules=none", "--",
      ] + SourceRepository.paths(path), input: Array(commits.map { "\($0)\n" }.joined().utf8))
    var changes: [ObjectName: [FileChange]] = [:]
    var commit: ObjectName?
    var fields = output.split(separator: 0, omittingEmptySubsequences: false)[...]
    while let field = fields.popFirst() {
      guard field.first == UInt8(ascii: ":") else {
        commit = ObjectName(hex: String(decoding: field, as: UTF8.self)) ?? commit
        continue
      }
      // `:100644 100644 <old> <new> M`, and the path.
      let parts = String(decoding: field, as: UTF8.self).split(separator: " ")
      guard parts.count == 5, let commit, let path = fields.popFirst() else { continue }
      let blob = parts[4] == "D" ? nil : ObjectName(hex: String(parts[3]))
      changes[commit, default: []].append(
        FileChange(path: String(decoding: path, as: UTF8.self), blob: blob, isFile: parts[1].hasPrefix("100")))
    }
    return changes
  }

  /// The files under a path as they are at a commit.
  func files(at commit: ObjectName, under path: String) async throws -> [FileChange] {
    let output = try await run(
      ["ls-tree", "-r", "-z", "--full-tree", commit.description, "--"] + SourceRepository.paths(path))
    return output.split(separator: 0).compactMap { entry in
      // `100644 blob <name>`, a tab, and the path.
      guard let tab = entry.firstIndex(of: 0x09) else { return nil }
      let parts = String(decoding: entry[..<tab], as: UTF8.self).split(separator: " ")
      guard parts.count == 3, let blob = ObjectName(hex: String(parts[2])) else { return nil }
      return FileChange(
        path: String(decoding: entry[(tab + 1)...], as: UTF8.self), blob: blob, isFile: parts[0].hasPrefix("100"))
    }
  }

  /// The earlier contents of a file, the newest first, up to where it was not there.
  func versions(of path: String, at commit: ObjectName) async throws -> [ObjectName] {
    let commits = try await names(["--first-parent", commit.description, "--", path])
    let changes = try await changes(of: commits, under: path)
    var versions: [ObjectName] = []
    for commit in commits {
      guard let change = changes[commit]?.first(where: { $0.path == path }), let blob = change.blob else { break }
      if change.isFile { versions.append(blob) }
    }
    return versions
  }

  // MARK: Objects

  /// The raw bytes of commits.
  func commits(_ names: [ObjectName]) async throws -> [ObjectName: [UInt8]] {
    try await objects(names, kind: "commit").compactMapValues { if case .bytes(let bytes) = $0 { bytes } else { nil } }
  }

  /// The contents of files.
  func blobs(_ names: some Sequence<ObjectName>) async throws -> [ObjectName: Content] {
    try await objects(Array(Set(names)), kind: "blob")
  }

  private func objects(_ names: [ObjectName], kind: String) async throws -> [ObjectName: Content] {
    guard !names.isEmpty else { return [:] }
    var contents: [ObjectName: Content] = [:]
    var batch: [ObjectName] = []
    var size = 0
    let check = try await run(["cat-file", "--batch-check"], input: Array(names.map { "\($0)\n" }.joined().utf8))
    for line in GitCarrier.lines(check) {
      let parts = line.split(separator: " ")
      guard let name = parts.first.flatMap({ ObjectName(hex: String($0)) }) else { continue }
      guard parts.count == 3, parts[1] == kind, let bytes = Int(parts[2]) else {
        contents[name] = .unread("the repository does not hold it")
        continue
      }
      guard bytes <= SourceRepository.largestFile else {
        contents[name] = .unread("it is larger than \(SourceRepository.largestFile >> 20) MiB")
        continue
      }
      if size + bytes > SourceRepository.largestBatch, !batch.isEmpty {
        try await read(batch, into: &contents)
        (batch, size) = ([], 0)
      }
      batch.append(name)
      size += bytes
    }
    if !batch.isEmpty { try await read(batch, into: &contents) }
    return contents
  }

  private func read(_ names: [ObjectName], into contents: inout [ObjectName: Content]) async throws {
    let output = try await run(["cat-file", "--batch"], input: Array(names.map { "\($0)\n" }.joined().utf8))
    var place = 0
    while place < output.count, let end = output[place...].firstIndex(of: 0x0A) {
      // `<name> blob <size>`, and the content with a line break behind it.
      let parts = String(decoding: output[place..<end], as: UTF8.self).split(separator: " ")
      guard parts.count == 3, let name = ObjectName(hex: String(parts[0])), let size = Int(parts[2]),
        size >= 0, end + 1 + size <= output.count
      else {
        throw AmbitError(.badInput, "git does not give the objects of '\(self.name)'", hint: "check it with `git fsck`")
      }
      contents[name] = .bytes(Array(output[(end + 1)..<(end + 1 + size)]))
      place = end + size + 2
    }
  }
}

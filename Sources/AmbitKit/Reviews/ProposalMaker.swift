package import ClusterReader
internal import HistoryIndex
internal import KubeModel
package import Registers
package import Reviews
internal import SnapshotStore

/// Finds the transitions of a change that is proposed.
package struct ProposalMaker {
  /// What a change comes from, and what of it could not be used.
  package struct Made: Sendable {
    package let transitions: [Transition]
    /// Authors of its commits; empty for a folder, which does not tell.
    package var authors: [Account] = []
    package var title: String?
    package var diagnostics: [String] = []
  }

  /// What manifests change of a state. An object that they do not have stays as it is, as `kubectl apply` leaves it.
  package static func made(of input: InputFiles, onto history: ClusterHistory?, at revision: String?) throws -> Made {
    var options = FileReader.Options()
    options.isComplete = true
    options.isAllNamespaces = true
    let reading = try FileReader.read(input, options: options)
    var before: [ObjectID: String] = [:]
    if let history {
      let ids = Set(reading.objects.map(\.id))
      for entry in try history.entries(at: history.point(revision)) where ids.contains(entry.id) {
        let stored = try history.object(entry)
        before[entry.id] = IntendedForm.digest(of: stored.object, type: stored.type)
      }
    }
    let transitions = reading.objects.map { Transition($0.id, from: before[$0.id], to: $0.intendedDigest) }
    return Made(transitions: transitions.filter { !$0.isNothing }, diagnostics: reading.diagnostics.map(\.description))
  }

  /// What the commits of a range change under a folder: the state at its end against the one at its beginning.
  package static func made(_ repository: SourceRepository, range: String, under path: String) async throws -> Made {
    let (from, to) = try await ProposalMaker.ends(of: range, in: repository)
    let path = RepositoryImporter.folder(path)
    let (before, _) = try await digests(repository, at: from, under: path)
    let (after, problems) = try await digests(repository, at: to, under: path)
    let transitions = Set(before.keys).union(after.keys).map { Transition($0, from: before[$0], to: after[$0]) }
    let touching = try await repository.commitsTouching(path, to: to, after: from)
    let commits = try await repository.commits(touching.sorted())
    let authors = commits.values.map { Account.author(SourceCommit(to, $0).author) }
    let last = try await repository.commits([to])[to].map { SourceCommit(to, $0) }
    return Made(
      transitions: transitions.filter { !$0.isNothing }, authors: Set(authors).sorted { $0.text < $1.text }, title: last?.subject,
      diagnostics: problems)
  }

  private static func ends(of range: String, in repository: SourceRepository) async throws -> (ObjectName, ObjectName) {
    guard let dots = range.firstRange(of: ".."), !range.contains("...") else {
      throw AmbitError(.usage, "'\(range)' is no range of commits", hint: "write it as git does: --range main..feature")
    }
    func commit(_ text: Substring) async throws -> ObjectName {
      let name = text.isEmpty ? "HEAD" : String(text)
      guard let commit = try await repository.commit(named: name) else {
        throw AmbitError(.notFound, "'\(name)' names no commit of '\(repository.name)'", hint: "see `git log` there")
      }
      return commit
    }
    return (try await commit(range[..<dots.lowerBound]), try await commit(range[dots.upperBound...]))
  }

  private static func digests(
    _ repository: SourceRepository, at commit: ObjectName, under path: String
  ) async throws -> (digests: [ObjectID: String], problems: [String]) {
    var folder = SourceFolder(repository, path: path)
    try await folder.load(at: commit)
    let digests = folder.settle().compactMapValues { $0?.intendedDigest }
    let problems = folder.tree.remainders.filter { $0.kind != .notKubernetes }.map { "\($0.path): \($0.reason)" }
    return (digests, problems)
  }
}

extension Reading.Object {
  /// The digest of what a person meant with it.
  var intendedDigest: String {
    guard let value = CanonicalYAML.value(of: bytes) else { return "" }
    return IntendedForm.digest(of: KubeObject(value), type: type)
  }
}

extension Account {
  /// An author of a commit.
  static func author(_ author: Signature) -> Account { .author("\(author.name) <\(author.email)>") }
}

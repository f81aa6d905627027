internal import Integrity
package import KubeModel
package import Registers
package import SnapshotStore

/// What the owner decided, version by version: `refs/ambit/registers`.
///
/// A commit's tree holds every register as it is from then on, a YAML file each. A moment is judged by the version that
/// was recorded at or before it; what is put later never reaches back.
package struct RegisterBook {
  /// What became of a file that was put.
  package struct Put: Sendable {
    package let name: String
    /// Nil where the register was in force with this very text.
    package let commit: ObjectName?
  }

  /// One version of the registers, or of one of them.
  package struct Version: Sendable {
    package let commit: ObjectName
    /// From when on it is in force, in seconds since 1970: when it was recorded, or when the one before was, should a
    /// clock have been set back.
    package let time: Int64
    package let author: String
    package let subject: String
    package let message: String?
    package let signingKey: String?
    /// The files that differ from the version before, sorted by path.
    package let changes: [PathChange]

    /// The names of the registers that it changed.
    package var registers: [String] { changes.compactMap { RegisterBook.name($0.path) } }
  }

  private let store: SnapshotStore
  private let signingKey: (any SigningKey)?

  package init(_ ambit: Ambit) {
    store = ambit.store
    signingKey = ambit.signingKey
  }

  /// For reading only.
  init(readingFrom store: SnapshotStore) {
    self.store = store
    signingKey = nil
  }

  // MARK: Writing

  /// Puts registers in force from now on, all of them in one version, which is durable when this returns.
  ///
  /// - Parameters:
  ///   - files: the name of each file, as it is told in errors, and its bytes.
  ///   - attached: bytes that registers name by their SHA-256, in hexadecimal; kept beside them for good.
  /// - Throws: `RegisterProblems` where any of them has a mistake; nothing is recorded then.
  package func put(
    _ files: [(name: String, bytes: [UInt8])], attached: [String: [UInt8]] = [:], message: String?, by who: Journal.Operator, at time: Moment
  ) throws -> [Put] {
    var problems: [RegisterProblems.Problem] = []
    var edits: [String: [UInt8]?] = [:]
    var names: [String] = []
    for file in files {
      let (register, found) = KnownRegister.read(file.bytes)
      problems += found.map { RegisterProblems.Problem(file: file.name, problem: $0) }
      guard let register else { continue }
      if names.contains(register.name) {
        problems.append(.init(file: file.name, problem: FieldProblem(line: 1, message: "the register '\(register.name)' is given twice")))
      }
      names.append(register.name)
      edits[RegisterBook.path(register.name)] = .some(file.bytes)
    }
    guard problems.isEmpty else { throw RegisterProblems(problems: problems) }
    let versions = try versions()
    let present = try versions.last.map { try store.files(in: store.commit($0.commit).tree) } ?? []
    for file in present where (edits[file.path] ?? nil).map(SnapshotStore.blobName) == file.blob { edits[file.path] = nil }
    let changed = names.filter { edits[RegisterBook.path($0)] != nil }
    guard !changed.isEmpty else { return names.map { Put(name: $0, commit: nil) } }
    if let last = versions.last, last.time > time.seconds {
      throw StoreError(
        .timeBackwards, "the registers were last recorded at \(Moment(milliseconds: last.time * 1000).text), which is yet to come",
        hint: "correct this machine's clock: it says \(time.text)")
    }
    for (digest, bytes) in attached { edits[RegisterBook.attachment(digest)] = .some(bytes) }
    let commit = try store.append(edits, text(changed, message, who, time), to: .registers, keepsOthers: true)
    return names.map { Put(name: $0, commit: changed.contains($0) ? commit : nil) }
  }

  private func text(_ names: [String], _ message: String?, _ who: Journal.Operator, _ time: Moment) -> CommitText {
    var trailers = [("Ambit-Kind", StoreLine.registers.kind), ("Ambit-Operator", who.text)]
    trailers += names.map { ("Ambit-Register", $0) }
    if let key = signingKey?.publicKey.fingerprint { trailers.append(("Ambit-Signing-Key", key)) }
    if let message { trailers.append(("Ambit-Message", message)) }
    trailers.append(("Ambit-Version", Ambit.version))
    return CommitText(
      author: Signature(name: who.user, email: who.text, time: time.seconds),
      committer: Signature(name: "Ambit", email: "ambit@localhost", time: time.seconds),
      subject: "registers: put \(names.joined(separator: ", "))", trailers: trailers)
  }

  private static func path(_ name: String) -> String { "\(name).yaml" }

  /// The folder of the files that registers name.
  package static let attachments = "files"
  private static func attachment(_ digest: String) -> String { "\(attachments)/\(digest)" }

  /// The bytes that a register names by their SHA-256; nil where they are not there.
  package func attached(_ digest: String) throws -> [UInt8]? {
    guard let head = try store.head(of: .registers) else { return nil }
    return try store.blob(at: RegisterBook.attachment(digest), in: store.commit(head).tree).map { try store.read($0) }
  }

  // MARK: Reading

  /// Every version, the oldest first.
  ///
  /// - Parameter name: only those that changed this register.
  package func versions(of name: String? = nil) throws -> [Version] {
    guard let head = try store.head(of: .registers) else { return [] }
    var versions: [Version] = []
    var tree: ObjectName?
    for commitName in try store.history(from: head) {
      let commit = try store.commit(commitName)
      versions.append(
        Version(
          commit: commitName, time: max(commit.committer.time, versions.last?.time ?? .min), author: commit.author.email,
          subject: commit.subject, message: commit.trailer("Ambit-Message"), signingKey: commit.trailer("Ambit-Signing-Key"),
          changes: try store.changes(from: tree, to: commit.tree)))
      tree = commit.tree
    }
    guard let name else { return versions }
    return versions.filter { $0.changes.contains { $0.path == RegisterBook.path(name) } }
  }

  /// The registers in force at a moment, by name, each with the version that brought it.
  package func inForce(at moment: Moment) throws -> [String: (version: Version, blob: ObjectName)] {
    var registers: [String: (version: Version, blob: ObjectName)] = [:]
    for version in try versions() where version.time <= moment.seconds {
      for change in version.changes {
        guard let name = RegisterBook.name(change.path) else { continue }
        registers[name] = change.new.map { (version, $0) }
      }
    }
    return registers
  }

  fileprivate static func name(_ path: String) -> String? { path.hasSuffix(".yaml") && !path.contains("/") ? String(path.dropLast(5)) : nil }

  /// The text of a register as it was recorded.
  package func text(_ blob: ObjectName) throws -> [UInt8] { try store.read(blob) }

  /// The SHA-256 of that text, in hexadecimal.
  package func digest(_ blob: ObjectName) throws -> String { SHA256Digest.hex(try text(blob)) }

  /// Who is who, as it was in force at any moment.
  package func identities() throws -> RegisterTimeline<Identities> {
    try timeline(Identities.registerName, none: .none) { Identities(recorded: $0) }
  }

  package func cadences() throws -> RegisterTimeline<Cadence> {
    try timeline(Cadence.registerName, none: .none) { Cadence(recorded: $0) }
  }

  package func waivers() throws -> RegisterTimeline<Waivers> {
    try timeline(Waivers.registerName, none: .none) { Waivers(recorded: $0) }
  }

  package func attestations() throws -> RegisterTimeline<Attestations> {
    try timeline(Attestations.registerName, none: .none) { Attestations(recorded: $0) }
  }

  package func inventories() throws -> RegisterTimeline<Inventory> {
    try timeline(Inventory.registerName, none: .none) { Inventory(recorded: $0) }
  }

  private func timeline<Content>(
    _ name: String, none: Content, _ read: ([UInt8]) -> Content?
  ) throws -> RegisterTimeline<Content> {
    try RegisterTimeline(versions(of: name), RegisterBook.path(name), none: none) { read(try store.read($0)) }
  }

  /// What checks judge by, as it was in force at any moment.
  package func rulings() throws -> RegisterTimeline<Rulings> {
    var blobs: [String: ObjectName] = [:]
    var versions: [(time: Int64, content: Rulings)] = []
    for version in try self.versions() where version.registers.contains(where: Rulings.registers.contains) {
      for change in version.changes { if let name = RegisterBook.name(change.path) { blobs[name] = change.new } }
      versions.append((version.time, try Rulings { name in try blobs[name].map { try store.read($0) } }))
    }
    return RegisterTimeline(versions, none: .none)
  }
}

/// The versions of one register, to judge many moments by.
package struct RegisterTimeline<Content: Sendable>: Sendable {
  private var versions: [(time: Int64, content: Content)] = []
  private let none: Content

  /// - Parameters:
  ///   - none: what holds before the first version.
  ///   - read: gives nil for a version that this version of Ambit cannot read: then nothing of it is in force, which errs
  ///     on the safe side.
  init(
    _ versions: [RegisterBook.Version], _ path: String, none: Content, read: (ObjectName) throws -> Content?
  ) rethrows {
    self.none = none
    for version in versions {
      guard let change = version.changes.first(where: { $0.path == path }) else { continue }
      self.versions.append((version.time, try change.new.flatMap(read) ?? none))
    }
  }

  init(_ versions: [(time: Int64, content: Content)], none: Content) {
    self.versions = versions
    self.none = none
  }

  /// What was in force when a stretch of time began, and what came into force in it. Milliseconds since 1970.
  package func versions(in range: Range<Int64>) -> [(time: Int64, content: Content)] {
    [(range.lowerBound, content(at: range.lowerBound))]
      + versions.map { ($0.time * 1000, $0.content) }.filter { range.contains($0.0) && $0.0 > range.lowerBound }
  }

  /// What was in force at a moment, in milliseconds since 1970.
  package func content(at moment: Int64) -> Content {
    versions.last { $0.time * 1000 <= moment }?.content ?? none
  }
}

/// What is wrong with registers that were to be put.
package struct RegisterProblems: DescribedError {
  package struct Problem: Sendable, Hashable {
    package let file: String
    package let problem: FieldProblem
    package var text: String { "\(file):\(problem.line): \(problem.message)" }
  }

  package let problems: [Problem]
  package var message: String {
    "\(problems.count == 1 ? "a mistake was" : "\(problems.count) mistakes were") found, so nothing was recorded"
  }
  package var hint: String? { "the format is described in docs/registers.md" }
  package var cause: (any Error)? { nil }
  package var failure: FailureKind { .badInput }
}

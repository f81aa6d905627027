@testable import AmbitKit
internal import Attribution
internal import HistoryIndex
@testable import KubeModel
@testable import SnapshotStore

/// A reader that is given bytes of any kind, and what must hold whatever they are.
///
/// libFuzzer looks for bytes with which it does not (`scripts/fuzz`); what it found, and a few files made by hand,
/// stand in `Tests/FuzzTests/Corpus` and are read by every run of the tests.
package enum FuzzTarget: String, CaseIterable, Sendable {
  case canonicalYAML = "canonical-yaml"
  case commit
  case tree
  case intent
  case seen
  case observation
  case json
  case audit

  /// What does not hold for these bytes; nil where all does. A crash is for the caller to see.
  package func fault(in bytes: [UInt8]) -> String? {
    switch self {
    case .canonicalYAML: FuzzTarget.canonicalYAML(bytes)
    case .commit: FuzzTarget.commit(bytes)
    case .tree: FuzzTarget.tree(bytes)
    case .intent: FuzzTarget.intent(bytes)
    case .seen: FuzzTarget.seen(bytes)
    case .observation: FuzzTarget.observation(bytes)
    case .json: FuzzTarget.json(bytes)
    case .audit: FuzzTarget.audit(bytes)
    }
  }

  /// What is taken for canonical is the same to the YAML library, where that reads it, and stays so once it is written.
  private static func canonicalYAML(_ bytes: [UInt8]) -> String? {
    guard let value = CanonicalYAML.canonicalValue(of: bytes) else { return nil }
    // Bytes, since a number that is none equals nothing.
    let written = CanonicalYAML.bytes(of: value)
    guard let again = CanonicalYAML.canonicalValue(of: written), CanonicalYAML.bytes(of: again) == written else {
      return "does not read once it is written"
    }
    let other = YAMLReader.documents(written)
    guard other.problems.isEmpty else { return "is no YAML once it is written: \(other.problems[0].message)" }
    // A document that says null counts as none.
    guard CanonicalYAML.bytes(of: other.documents.first?.value ?? .null) == written else {
      return "is another value to the YAML library once it is written"
    }
    return nil
  }

  private static let name = SnapshotStore.blobName(of: [])

  /// What a commit says, written by us, says it again.
  private static func commit(_ bytes: [UInt8]) -> String? {
    guard let record = try? CommitRecord(name: name, bytes: bytes) else { return nil }
    let text = CommitText(
      author: Signature(name: record.author.name, email: record.author.email, time: record.author.time),
      committer: Signature(name: record.committer.name, email: record.committer.email, time: record.committer.time),
      subject: record.subject, trailers: [("Fuzz", record.subject)] + record.trailers.map { ("Key", $0.value) })
    let written = text.bytes(tree: record.tree, parents: record.parents)
    guard let again = try? CommitRecord(name: name, bytes: written) else { return "does not read once it is written" }
    guard again.tree == record.tree, again.parents == record.parents, again.author == text.author,
      again.committer == text.committer, again.subject == CommitText.oneLine(record.subject),
      again.trailers.map(\.value) == text.trailers.map({ CommitText.oneLine($0.value) })
    else { return "says something else once it is written" }
    return nil
  }

  /// A tree that is taken is written back byte for byte, is in git's order, and names nothing twice.
  private static func tree(_ bytes: [UInt8]) -> String? {
    guard let tree = try? TreeObject(bytes: bytes) else { return nil }
    guard tree.bytes == bytes else { return "is not written back as it was read" }
    guard TreeObject(entries: tree.entries).bytes == bytes else { return "is not in git's order" }
    guard Set(tree.entries.map(\.name)).count == tree.entries.count else { return "names a file twice" }
    return nil
  }

  private static func intent(_ bytes: [UInt8]) -> String? {
    guard let intent = RecordingIntent(String(decoding: bytes, as: UTF8.self)) else { return nil }
    guard RecordingIntent(intent.text) == intent else { return "is another intent once it is written" }
    return intent.moves.allSatisfy { RecordingIntent.moves(intent.cluster, $0.reference) } ? nil : "moves a ref that is not its cluster's"
  }

  /// What is read of an object is read again from the file that it gives.
  private static func seen(_ bytes: [UInt8]) -> String? {
    let seen = SeenObjects.seen(bytes)
    guard let namespace = seen.first?.id.namespace ?? seen.first.map({ _ in "" }) else { return nil }
    let told = seen.filter { $0.version != nil && ($0.id.namespace ?? "") == namespace }
    let parts = told.map { SeenObjects.Part(id: $0.id, version: $0.version?.version, evidence: nil) }
    let again = SeenObjects.files(parts, StoreLayout()).values.flatMap(SeenObjects.seen)
    return Set(again.map(\.id)) == Set(told.map(\.id)) ? nil : "tells of other objects once it is written"
  }

  private static func observation(_ bytes: [UInt8]) -> String? {
    guard let commit = try? CommitRecord(name: name, bytes: Array(emptyCommit.utf8)) else { return "has no commit" }
    let observation = ObservationRecord.indexed(commit, ObservationRecord.Testimony(bytes), nil)
    // A file that does not read is never one that was complete.
    return observation.result == "failed" ? nil : "is taken for a reading that was made, without a trailer"
  }

  private static let emptyCommit =
    "tree \(name)\nauthor A <a@b> 0 +0000\ncommitter A <a@b> 0 +0000\n\nobservation\n\nAmbit-Kind: observation\n"

  /// Two readers of JSON, of which one finds the place of a fault, take the same texts; what is read is read again
  /// once it is written.
  private static func json(_ bytes: [UInt8]) -> String? {
    let value = try? JSONReader.value(bytes)
    guard (value == nil) == (JSONFault.first(in: bytes) != nil) else {
      return value == nil ? "is refused without a fault" : "is read in spite of a fault"
    }
    guard let value else { return nil }
    let again = try? JSONReader.value(Array(JSONWriter.string(of: value).utf8))
    return again == value ? nil : "is another value once it is written"
  }

  /// What is wanted of a log is the same as if everything were read and the rest thrown away; every line is counted;
  /// and what is damaged for whoever wants little is damaged for whoever wants all.
  private static func audit(_ bytes: [UInt8]) -> String? {
    var all: [AuditEvent] = []
    var some: [AuditEvent] = []
    let wants = AuditWants.writes(to: [GroupResource(group: "networking.k8s.io", resource: "networkpolicies")])
    guard let whole = try? AuditLogReader.read(bytes, name: "log", { all.append($0) }),
      let part = try? AuditLogReader.read(bytes, name: "log", wants: wants, { some.append($0) })
    else { return "is not read to its end" }
    let wanted = all.filter { event in
      AuditWants.writeVerbs.contains(event.verb)
        && event.objectRef.map { $0.groupResource.map { wants.resources?.contains($0) == true } ?? true }
          ?? (event.requestURI == nil && event.provenance.format != .cloudLogging)
    }
    guard some == wanted else { return "gives other events to whoever wants some of them" }
    guard all.count == whole.used, some.count == part.used else { return "counts other events than it gives" }
    guard whole.lines == part.lines, whole.damaged >= part.damaged else { return "is counted in another way" }
    let text = (whole.damages.map(\.text) + part.damages.map(\.text)).joined()
    return text.unicodeScalars.contains(where: HiddenText.isHidden) ? "tells of damage with what a terminal obeys" : nil
  }
}

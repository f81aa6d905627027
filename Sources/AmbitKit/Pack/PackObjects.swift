internal import Controls
internal import Evidence
internal import Integrity
internal import KubeModel
internal import SnapshotStore

/// The objects behind findings, as they were when the findings were there.
struct PackObjects {
  /// A version of an object that a finding speaks of.
  private struct Exhibit: Hashable {
    let cluster: String
    let check: String
    let fingerprint: String
    /// `at the end`, `when it opened`, `when the period began`, `before it closed`
    let when: String
    let commit: String
    let path: String
    let blob: ObjectName
  }

  private let store: SnapshotStore
  private var exhibits: [Exhibit] = []
  private var controls: [ObjectName: Set<String>] = [:]
  /// Blobs by commit and path, as one object may be behind many findings.
  private var known: [String: ObjectName?] = [:]

  init(_ store: SnapshotStore) { self.store = store }

  /// Adds what the findings of an assessment rest on.
  ///
  /// - Parameter beginning: the commit in force when the period began; nil where there is none.
  mutating func add(_ assessment: Assessment, beginning: String?) throws {
    let uses = PackObjects.uses(assessment)
    for check in assessment.checks {
      for history in check.findings {
        guard let path = history.finding.storePath else { continue }
        for (when, commit) in try PackObjects.moments(history, assessment, beginning, store) {
          guard let blob = try blob(path, in: commit) else { continue }
          exhibits.append(
            Exhibit(
              cluster: assessment.subject.cluster, check: check.check.id, fingerprint: history.fingerprint, when: when,
              commit: commit, path: path, blob: blob))
          controls[blob, default: []].formUnion(uses[check.check.id] ?? [])
        }
      }
    }
  }

  private static func moments(
    _ history: FindingHistory, _ assessment: Assessment, _ beginning: String?, _ store: SnapshotStore
  ) throws -> [(when: String, commit: String)] {
    var moments: [(when: String, commit: String)] = []
    if history.isOpen { moments.append(("at the end", assessment.subject.commit)) }
    for span in history.spans {
      if let opened = span.opened {
        moments.append(("when it opened", opened.commit))
      } else if let beginning {
        moments.append(("when the period began", beginning))
      }
      if let closed = span.closed, let name = ObjectName(hex: closed.commit), let parent = try store.commit(name).parents.first {
        moments.append(("before it closed", parent.description))
      }
    }
    return moments
  }

  private mutating func blob(_ path: String, in commit: String) throws -> ObjectName? {
    let key = "\(commit):\(path)"
    if let blob = known[key] { return blob }
    let blob = try ObjectName(hex: commit).flatMap { try store.blob(at: path, in: store.commit($0).tree) }
    known[key] = .some(blob)
    return blob
  }

  /// Controls by check, as `framework/control`.
  private static func uses(_ assessment: Assessment) -> [String: Set<String>] {
    var uses: [String: Set<String>] = [:]
    for control in assessment.controls {
      for part in control.parts { uses[part.id, default: []].insert("\(assessment.framework.id)/\(control.control.id)") }
    }
    return uses
  }

  /// One file for each version, `objects.csv` for whoever reads, `paths.txt` for whoever checks.
  func files() throws -> [PackFile] {
    let blobs = Set(exhibits.map(\.blob)).sorted()
    var files = try blobs.map { blob in
      PackFile(
        "objects/\(blob).yaml", try store.read(blob), PackFile.MediaType.yaml, controls: (controls[blob] ?? []).sorted())
    }
    let rows = exhibits.uniqued().map { exhibit in
      [
        exhibit.cluster, exhibit.check, exhibit.fingerprint, exhibit.when, exhibit.commit, exhibit.path,
        "objects/\(exhibit.blob).yaml",
      ]
    }
    files.append(
      PackFile(
        csv: "objects/objects.csv", ["CLUSTER", "CHECK", "FINGERPRINT", "WHEN", "COMMIT", "PATH", "FILE"], rows))
    files.append(
      PackFile("objects/paths.txt", lines: Set(exhibits.map { "\($0.blob) \($0.commit) \($0.path)" }).sorted()))
    return files
  }
}

extension PackFile {
  /// A table, its heading first.
  init(csv path: String, _ heading: [String], _ rows: [[String]]) {
    self.init(path, Array((CSVText.text([heading] + rows) + "\r\n").utf8), MediaType.csv)
  }
}

extension Sequence where Element: Hashable {
  /// The elements, each where it comes first.
  func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}

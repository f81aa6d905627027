internal import Controls
internal import FoundationEssentials
package import Integrity
internal import KubeModel
internal import SnapshotStore

/// Verifies a pack, which may be anyone's: that it is whole, that its history is, and that everything in it follows from
/// that history.
package struct PackVerifier {
  package struct Options: Sendable {
    package var allowedSigners: AllowedSigners?
    package var revokedKeys = RevokedKeys.none
    /// The environment of the process, for git.
    package var variables: [String: String] = [:]
    package init() {}
  }

  package struct Finding: Sendable, Hashable {
    package enum Code: String, Sendable, CaseIterable {
      case damagedFile = "damaged-file"
      case missingFile = "missing-file"
      case surplusFile = "surplus-file"
      case manifest
      case archive
      case signature
      case history
      case notReproduced = "not-reproduced"
    }
    package let code: Code
    /// The file, or the place in the history.
    package let place: String
    package let message: String
  }

  package struct Report: Sendable {
    package internal(set) var findings: [Finding] = []
    package internal(set) var notes: [String] = []
    package internal(set) var files = 0
    /// What `ambit verify` found in the history; nil where it was not looked at.
    package internal(set) var history: StoreReport?
    /// Files that were made again from the history, and are the same.
    package internal(set) var reproduced = 0
    package internal(set) var digest = ""
    package var isGood: Bool { findings.isEmpty }
  }

  private let path: String
  private let options: Options
  private let progress: (String) -> Void

  package init(_ path: String, _ options: Options, progress: @escaping (String) -> Void = { _ in }) {
    self.path = path
    self.options = options
    self.progress = progress
  }

  /// Verifies. What is wrong with the pack is a finding, and no error.
  ///
  /// Costs what making the pack cost.
  ///
  /// - Throws: where there is no pack, or an archive that does not unpack.
  package func run() async throws -> Report {
    let found = try PackStorage.read(path)
    let pack = found.pack
    guard let sums = pack[Pack.sums], pack[Pack.manifest] != nil else {
      throw AmbitError(
        .badInput, "'\(path)' is no pack: it has no \(pack[Pack.sums] == nil ? Pack.sums : Pack.manifest)",
        hint: "name the archive, or the folder that it was unpacked to")
    }
    var report = Report()
    report.files = pack.files.count
    report.digest = pack.digest
    for oddity in found.oddities { report.add(.archive, path, oddity) }
    checkSums(pack, sums, &report)
    let manifest = checkManifest(pack, &report)
    checkSignature(sums, &report)
    guard report.isGood, let manifest else { return report }
    if manifest[["request", "redacted"]]?.bool == true {
      report.notes.append("names were taken out of this pack, and the history is not in it: only checksums were verified; VERIFY.md says what cannot be")
      return report
    }
    try await checkHistory(pack, manifest, &report)
    return report
  }

  // MARK: Files

  private func checkSums(_ pack: Pack, _ sums: PackFile, _ report: inout Report) {
    var named: [String: String] = [:]
    for line in String(decoding: sums.bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      let parts = line.split(separator: "  ", maxSplits: 1).map(String.init)
      guard parts.count == 2, named.updateValue(parts[0], forKey: parts[1]) == nil else {
        report.add(.damagedFile, Pack.sums, "the line '\(line.prefix(200))' is none of checksums, or names a file twice")
        continue
      }
    }
    let isCanonical = sums.bytes == PackFile(Pack.sums, lines: named.map { "\($0.value)  \($0.key)" }.sorted { $0.dropFirst(66) < $1.dropFirst(66) }).bytes
    if !isCanonical { report.add(.damagedFile, Pack.sums, "its lines are not as Ambit writes them") }
    for file in pack.files where file.path != Pack.sums {
      switch named.removeValue(forKey: file.path) {
      case nil: report.add(.surplusFile, file.path, "it is not among the checksums")
      case file.digest?: break
      default: report.add(.damagedFile, file.path, "its bytes are not those that were summed")
      }
    }
    for path in named.keys.sorted() { report.add(.missingFile, path, "it is among the checksums, and not in the pack") }
  }

  /// Reads the manifest, and compares what it says of files with them.
  private func checkManifest(_ pack: Pack, _ report: inout Report) -> Value? {
    guard let file = pack[Pack.manifest], let manifest = try? JSONReader.value(file.bytes), manifest["kind"]?.string == "Pack",
      let entries = manifest["files"]?.list
    else {
      report.add(.manifest, Pack.manifest, "it does not read")
      return nil
    }
    guard manifest["schemaVersion"]?.int == 1 else {
      report.add(.manifest, Pack.manifest, "it has a form that this version of Ambit does not know")
      return nil
    }
    var described: Set<String> = []
    for entry in entries {
      guard let path = entry["path"]?.string, described.insert(path).inserted, let file = pack[path],
        entry["size"]?.int == Int64(file.bytes.count), entry["sha256"]?.string == file.digest
      else {
        report.add(.manifest, entry["path"]?.string ?? Pack.manifest, "the manifest does not describe the file that is there")
        continue
      }
    }
    for file in pack.files where ![Pack.manifest, Pack.sums].contains(file.path) && !described.contains(file.path) {
      report.add(.manifest, file.path, "the manifest does not name it")
    }
    return manifest
  }

  /// Judges the signature beside the pack, where there is one.
  private func checkSignature(_ sums: PackFile, _ report: inout Report) {
    let place = PackSidecars.path("sig", of: path)
    guard let armor = FileManager.default.contents(atPath: place) else {
      report.notes.append("no signature lies beside the pack, at '\(place)'")
      return
    }
    let made = FileManager.default.contents(atPath: PackSidecars.path("made.json", of: path)).flatMap { try? JSONReader.value(Array($0)) }
    guard let time = made?["time"]?.string.flatMap({ Moment(rfc3339: $0) }) else {
      return report.add(.signature, place, "nothing tells when the pack was signed: 'made.json' is not beside it, or does not read")
    }
    let verdict = SignatureVerdict.of(
      armor: String(decoding: armor, as: UTF8.self), over: sums.bytes, namespace: PackSidecars.namespace, at: time.seconds,
      allowed: options.allowedSigners ?? AllowedSigners(text: ""), revoked: options.revokedKeys)
    switch verdict {
    case .good(let signer): report.notes.append("signed by \(signer.principals.joined(separator: ", "))")
    case .unreadable(let error): report.add(.signature, place, error.message)
    case .bad(let key): report.add(.signature, place, "the pack is not what \(key.fingerprint) signed")
    case .otherNamespace(let key, let namespace):
      report.add(.signature, place, "\(key.fingerprint) signed it for '\(namespace.prefix(64))', and not as a file")
    case .revoked(let key): report.add(.signature, place, "\(key.fingerprint), which signed it, was revoked")
    case .refused(let key, _):
      guard options.allowedSigners == nil else {
        return report.add(.signature, place, "\(key.fingerprint), which signed it, is not among the allowed signers for files at that time")
      }
      report.notes.append("signed by the key \(key.fingerprint); no list of signers says whose it is (--allowed-signers)")
    }
  }

  // MARK: The history

  private func checkHistory(_ pack: Pack, _ manifest: Value, _ report: inout Report) async throws {
    guard let bundle = pack[Pack.bundle], let list = pack[Pack.heads],
      let heads = PackHeads(lines: String(decoding: list.bytes, as: UTF8.self).split(separator: "\n").map(String.init))
    else {
      return report.add(.history, Pack.heads, "the pack names no heads that can be read, or has no bundle")
    }
    guard let request = manifest["request"].flatMap({ PackRequest($0) { pack[$0]?.bytes } }) else {
      return report.add(.manifest, Pack.manifest, "what was asked for does not read, or a framework's file is not the one that is named")
    }
    progress("unpacking the history")
    let history: PinnedHistory
    do {
      history = try await PinnedHistory(bundle: bundle.bytes, heads: heads, variables: options.variables)
    } catch let error as AmbitError where error.failure == .badInput {
      let cause = error.cause.map { ": \($0)" } ?? ""
      return report.add(.history, Pack.bundle, error.message + cause)
    }
    var verifying = StoreVerifier.Options()
    verifying.isPart = true
    verifying.allowedSigners = options.allowedSigners
    verifying.revokedKeys = options.revokedKeys
    let found = try StoreVerifier(history.ambit, verifying) { progress($0) }.run()
    report.history = found
    for finding in found.findings { report.add(.history, finding.place, finding.message) }
    guard report.isGood else { return }
    try compare(pack, with: history, request, manifest, &report)
  }

  /// Makes the pack again.
  private func compare(
    _ pack: Pack, with history: PinnedHistory, _ request: PackRequest, _ manifest: Value, _ report: inout Report
  ) throws {
    let tool = manifest["tool"]?.string ?? "an unknown tool"
    guard tool == PackMaker.tool else {
      report.notes.append(
        "the pack was made by \(tool), and this is \(PackMaker.tool): reports were not made again. Verify it with that version for the whole")
      return
    }
    let again = try PackMaker(history, request, progress: progress).make().pack
    // They tell of all files, and so of each difference a second time.
    let summaries = [Pack.manifest, Pack.sums]
    for file in again.files where !summaries.contains(file.path) {
      guard let present = pack[file.path] else {
        report.add(.missingFile, file.path, "the history gives this file, and the pack does not have it")
        continue
      }
      if present.bytes == file.bytes {
        report.reproduced += 1
      } else {
        report.add(.notReproduced, file.path, "the history gives another file")
      }
    }
    for file in pack.files where again[file.path] == nil {
      report.add(.surplusFile, file.path, "nothing in the history gives this file")
    }
    guard report.isGood else { return }
    for path in summaries where again[path]?.bytes != pack[path]?.bytes {
      report.add(.notReproduced, path, "the history gives another file")
    }
  }
}

extension PackVerifier.Report {
  mutating func add(_ code: PackVerifier.Finding.Code, _ place: String, _ message: String) {
    findings.append(PackVerifier.Finding(code: code, place: place, message: message))
  }
}

package import Controls
internal import Evidence
package import FoundationEssentials
package import Integrity
package import KubeModel

/// What stands beside a pack, since it differs each time that the same pack is made: who made it and when, and signatures.
package struct PackSidecars {
  /// What the pack's checksums are signed as; `ssh-keygen -Y sign -n file` does the same.
  package static let namespace = "file"

  private let files: [(name: String, bytes: [UInt8])]

  /// - Parameters:
  ///   - archive: the archive's bytes; nil for a folder.
  ///   - key: nil where nothing is signed.
  package init(
    of pack: Pack, _ assessments: [Assessment], archive: Data?, by who: Journal.Operator, at time: Moment,
    key: (any SigningKey)?
  ) throws {
    let sums = pack[Pack.sums]?.bytes ?? []
    let subject = TestResultStatement.Subject(name: Pack.sums, algorithm: "sha256", digest: pack.digest)
    let statement = Export(assessments, version: Ambit.version, subjects: [subject]).bytes(.inToto)
    var made = Mapping([
      ("schemaVersion", 1), ("kind", "PackMaking"), ("time", .string(time.text)), ("operator", .string(who.text)),
      ("tool", .string("ambit \(Ambit.version)")), ("sha256SumsDigest", .string(pack.digest)),
    ])
    made["archiveSHA256"] = archive.map { .string(SHA256Digest.hex(Array($0))) }
    made["signingKey"] = key.map { .string($0.publicKey.fingerprint) }
    var files = [
      ("made.json", Array((JSONWriter.string(of: .map(made)) + "\n").utf8)), ("intoto.json", statement),
    ]
    if let key {
      files.append(("sig", Array(try key.sign(sums, namespace: PackSidecars.namespace).utf8)))
      files.append(("intoto.json.sig", Array(try key.sign(statement, namespace: PackSidecars.namespace).utf8)))
    }
    self.files = files
  }

  /// Where something of this name stands: beside an archive, in a folder beside a folder.
  package static func path(_ name: String, of pack: String) -> String {
    let trimmed = pack.count > 1 && pack.hasSuffix("/") ? String(pack.dropLast()) : pack
    return PackStorage.isArchive(trimmed) ? "\(trimmed).\(name)" : "\(trimmed).sidecar/\(name)"
  }

  /// Writes them, and gives the paths of what was written.
  package func write(beside pack: String) throws -> [String] {
    try files.map { file in
      let path = PackSidecars.path(file.name, of: pack)
      try PackStorage.write(Data(file.bytes), to: path)
      return path
    }
  }
}

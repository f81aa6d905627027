package import Controls
internal import Integrity
internal import KubeModel

/// What a pack is to hold. The same request and the same heads give the same pack.
package struct PackRequest: Sendable {
  package enum When: Sendable, Hashable {
    case period(Range<Int64>)
    /// A time as RFC 3339, or a revision; never one that the clock decides.
    case moment(String)
  }

  /// A framework, and the file that it was read from.
  package struct Source: Sendable {
    package let framework: Framework
    package let bytes: [UInt8]

    /// - Throws: where the file is not the one that the framework was read from.
    package init(_ framework: Framework, _ bytes: [UInt8]) throws {
      guard SHA256Digest.hex(bytes) == framework.digest else {
        throw AmbitError(.badInput, "the file of framework '\(framework.id)' changed while it was read", hint: "run the command again")
      }
      self.framework = framework
      self.bytes = bytes
    }

    var path: String { "frameworks/\(framework.id).yaml" }
  }

  /// Which changes are looked at closely: an auditor names the seed once they know the population.
  package struct Sample: Sendable, Hashable {
    package let size: Int
    package let seed: String
    package init(size: Int, seed: String) {
      self.size = size
      self.seed = seed
    }

    /// Why a text is no seed; nil where it is one. A shell has to be able to say it again.
    package static func objection(toSeed text: String) -> String? {
      let isPlain = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
      return isPlain && (1...64).contains(text.utf8.count) ? nil : "a seed is of letters and digits, 64 at most"
    }
  }

  /// An earlier pack's results, to compare with.
  package struct Former: Sendable {
    /// Where they stand in a pack.
    package static let file = "results/assessment.json"
    package let bytes: [UInt8]
    /// Whether what cannot be compared is told, and is no reason to stop.
    package let allowsIncomparable: Bool
    package init(_ bytes: [UInt8], allowsIncomparable: Bool) {
      self.bytes = bytes
      self.allowsIncomparable = allowsIncomparable
    }
  }

  package let clusters: [String]
  package let when: When
  package let frameworks: [Source]
  package var sample: Sample?
  /// Who else held which commits when the pack was made, a line each.
  package var remotes: [String] = []
  package var former: Former?
  /// What takes the names out; nil for a full pack.
  package var redaction: Redaction?

  package init(clusters: [String], when: When, frameworks: [Source]) {
    self.clusters = clusters.uniqued()
    self.when = when
    self.frameworks = frameworks
  }
}

/// How a request stands in a pack's manifest.
extension PackRequest {
  var value: Value {
    var map = Mapping([
      ("redacted", .bool(redaction != nil)), ("clusters", .list(clusters.map { .string(redaction?.cluster($0) ?? $0) })),
      (
        "frameworks",
        .list(
          frameworks.map {
            ["id": .string($0.framework.id), "file": .string($0.path), "sha256": .string($0.framework.digest)]
          })
      ), ("remotes", .list(redaction == nil ? remotes.map(Value.string) : [])),
    ])
    switch when {
    case .period(let range):
      map["period"] = [
        "from": .string(Moment(milliseconds: range.lowerBound).text), "to": .string(Moment(milliseconds: range.upperBound).text),
      ]
    case .moment(let text): map["at"] = .string(text)
    }
    if let former { map["former"] = ["sha256": .string(SHA256Digest.hex(former.bytes)), "allowsIncomparable": .bool(former.allowsIncomparable)] }
    if let sample { map["sample"] = ["size": .int(Int64(sample.size)), "seed": .string(sample.seed)] }
    return .map(map)
  }

  /// Reads a request again; nil where it is none.
  ///
  /// - Parameter file: the bytes of a framework's file, by its path in the pack.
  init?(_ value: Value, file: (String) -> [UInt8]?) {
    guard let clusters = value["clusters"]?.strings, let remotes = value["remotes"]?.strings,
      let frameworks = value["frameworks"]?.list, !frameworks.isEmpty, !clusters.isEmpty
    else { return nil }
    var sources: [Source] = []
    for entry in frameworks {
      guard let path = entry["file"]?.string, let bytes = file(path), let framework = FrameworkFile.read(bytes).framework,
        let source = try? Source(framework, bytes), source.path == path
      else { return nil }
      sources.append(source)
    }
    let when: When
    if let from = value[["period", "from"]]?.string.flatMap({ Moment(rfc3339: $0) }),
      let to = value[["period", "to"]]?.string.flatMap({ Moment(rfc3339: $0) }), from < to
    {
      when = .period(from.milliseconds..<to.milliseconds)
    } else if let text = value["at"]?.string {
      when = .moment(text)
    } else {
      return nil
    }
    self.init(clusters: clusters, when: when, frameworks: sources)
    self.remotes = remotes
    if let former = value["former"] {
      guard let bytes = file(PackComparison.former), let allows = former["allowsIncomparable"]?.bool,
        former["sha256"]?.string == SHA256Digest.hex(bytes)
      else { return nil }
      self.former = Former(bytes, allowsIncomparable: allows)
    }
    if let sample = value["sample"] {
      guard let size = sample["size"]?.int, let seed = sample["seed"]?.string, size > 0,
        Sample.objection(toSeed: seed) == nil
      else { return nil }
      self.sample = Sample(size: Int(size), seed: seed)
    }
  }
}

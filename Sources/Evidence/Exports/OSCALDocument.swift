internal import Controls
internal import KubeModel

/// Assessments as OSCAL assessment results 1.1.3: one result for each.
struct OSCALDocument {
  private let assessments: [Assessment]
  private let version: String

  static func document(_ assessments: [Assessment], version: String) -> Value {
    ["assessment-results": OSCALDocument(assessments: assessments, version: version).value]
  }

  private var names: [String] { assessments.flatMap(\.names) }
  private func id(_ kind: String, _ names: [String]) -> String { NamedUUID.text(["oscal", kind] + names) }

  private var value: Value {
    .fields([
      "uuid": .string(id("document", names)), "metadata": metadata, "import-ap": ["href": .string("#\(plan)")],
      "results": .list(assessments.map { OSCALResult($0, version: version, parties: party, resource: resource).value }),
      "back-matter": ["resources": .list(resources)],
    ])
  }

  private var metadata: Value {
    let people = unique(assessments.flatMap { $0.attestations.map(\.by) })
    return .fields([
      "title": OSCALField.markup(assessments.map(\.title).joined(separator: "; ")),
      "last-modified": OSCALField.time(assessments.map(\.period.upperBound).max() ?? 0), "version": "1.0", "oscal-version": "1.1.3",
      "links": [["href": .string("#\(plan)"), "rel": "reference"]],
      "roles": people.isEmpty ? nil : [["id": .string(OSCALResult.attester), "title": "Attester"]],
      "parties": .nonEmpty(
        people.map { ["uuid": .string(party($0)), "type": "person", "name": OSCALField.line($0)] }),
      "remarks": "Supports an assessment; it does not determine compliance.",
    ])
  }

  /// The id of a person who attests something.
  private func party(_ name: String) -> String { id("party", names + [name]) }

  // MARK: Back matter

  /// What was asked: each control by the checks that its framework maps to it.
  private var plan: String { id("plan", names) }

  /// The id of a file that results refer to.
  private func resource(_ name: String, _ digest: String) -> String { id("resource", names + [name, digest]) }

  private var resources: [Value] {
    let frameworks = assessments.map(\.framework).map { ["frameworks/\($0.id).yaml", $0.digest, $0.name, "application/yaml"] }
    let papers = assessments.flatMap(\.attestations).compactMap(\.file).map {
      ["attestations/\($0.name)", $0.digest, $0.name, "application/octet-stream"]
    }
    let files = unique(frameworks + papers)
    let links = unique(frameworks).map { link($0) }
    let plan: Value = .fields([
      "uuid": .string(plan), "title": "What was assessed",
      "description": "Each control of the frameworks, by the checks and attestations that their files map to it.",
      "rlinks": .nonEmpty(links),
    ])
    return [plan]
      + files.map { file in
        [
          "uuid": .string(resource(file[0], file[1])), "title": OSCALField.markup(file[2]), "rlinks": [link(file)],
        ]
      }
  }

  private func link(_ file: [String]) -> Value {
    .fields([
      "href": .string(ExportText.uri(path: file[0])), "media-type": .string(file[3]),
      "hashes": [["algorithm": "SHA-256", "value": OSCALField.line(file[1])]],
    ])
  }

  private func unique<Element: Hashable>(_ elements: [Element]) -> [Element] {
    var seen: Set<Element> = []
    return elements.filter { seen.insert($0).inserted }
  }
}

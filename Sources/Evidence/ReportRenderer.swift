internal import Mustache

/// Turns a report into a page or a Markdown file. The same report gives the same bytes.
package struct ReportRenderer {
  private let library: MustacheLibrary

  /// - Parameter overrides: templates by name (`report.html`, `report.md`) that replace our own.
  package init(overrides: [String: String] = [:]) throws {
    var templates: [String: MustacheTemplate] = [:]
    for (path, contents) in EmbeddedFiles.all where path.hasSuffix(".mustache") {
      let name = String(path.dropLast(".mustache".count))
      let text = overrides[name] ?? contents
      if let objection = ReportRenderer.objection(to: text) { throw BadTemplate(name: name, description: objection) }
      templates[name] = try MustacheTemplate(string: text)
    }
    library = MustacheLibrary(templates: templates)
  }

  package func html(_ report: EvidenceReport) throws -> String {
    try render(report, "report.html", text: SafeText.visible, block: SafeText.visible)
  }

  package func markdown(_ report: EvidenceReport) throws -> String {
    try render(report, "report.md", text: SafeText.markdown, block: SafeText.markdownBlock)
  }

  private func render(
    _ report: EvidenceReport, _ template: String, text: @escaping (String) -> String,
    block: @escaping (String) -> String
  ) throws -> String {
    let context = ReportContext(text: text, block: block).context(report)
    guard let result = library.render(context, withTemplate: template) else {
      throw MissingTemplate(name: template)
    }
    return result
  }
}

extension ReportRenderer {
  private static let deepest = 50

  /// Why a template is not used: what the library would follow without end, or a report with nothing in it.
  private static func objection(to text: String) -> String? {
    guard text.contains(where: { !$0.isWhitespace }) else { return "it is empty" }
    var depth = 0
    for tag in text.matches(of: /{{\s*([#^\/>])/) {
      switch tag.1 {
      case "#", "^": depth += 1
      case "/": depth -= 1
      default: return "partials ({{>) are not supported"
      }
      if depth > deepest { return "its sections are nested deeper than \(deepest)" }
    }
    return nil
  }
}

/// A template that cannot be used.
struct BadTemplate: Error, CustomStringConvertible {
  let name: String
  let description: String
}

struct MissingTemplate: Error {
  let name: String
}

/// The report in the form that templates walk: dictionaries and lists of safe text.
private struct ReportContext {
  let text: (String) -> String
  let block: (String) -> String

  func context(_ report: EvidenceReport) -> [String: Any] {
    [
      "title": text(report.title), "identity": report.identity.map(row),
      "cautions": report.cautions.map(text), "hasCautions": !report.cautions.isEmpty,
      "sections": report.sections.enumerated().map { section($1, number: $0 + 1) },
      "namespaces": report.namespaces.map {
        ["name": text($0.name), "ingress": status($0.ingress), "egress": status($0.egress)]
          as [String: Any]
      },
      "hasNamespaces": !report.namespaces.isEmpty,
      "coverage": report.coverage.map {
        [
          "kind": text($0.kind), "status": text($0.status), "detail": text($0.detail),
          "style": $0.status == "unread" ? "unknown" : "neutral",
        ] as [String: Any]
      },
      "commands": block(report.commands.joined(separator: "\n")), "limits": report.limits.map(text),
    ]
  }

  private func row(_ row: EvidenceReport.Row) -> [String: Any] {
    ["label": text(row.label), "value": text(row.value)]
  }

  private func status(_ status: String) -> [String: Any] {
    ["word": text(status), "icon": ReportStatus.icon(status), "style": ReportStatus.style(status)]
  }

  private func section(_ section: EvidenceReport.Section, number: Int) -> [String: Any] {
    [
      "framework": text(section.framework), "number": number, "identity": section.identity.map(row),
      "note": section.note.map(text) as Any, "hasNote": section.note != nil,
      "counts": section.counts.map {
        ["status": status($0.status), "count": $0.count] as [String: Any]
      },
      "total": section.controls.count,
      "controls": section.controls.enumerated().map { index, control in
        self.control(control, number: index, in: section, "s\(number)c")
      },
    ]
  }

  /// - Parameter anchor: what the anchors of the section's controls begin with.
  private func control(
    _ control: EvidenceReport.Control, number: Int, in section: EvidenceReport.Section, _ anchor: String
  ) -> [String: Any] {
    [
      "id": text(control.id), "anchor": "\(anchor)\(number + 1)", "title": text(control.title),
      "requirement": text(control.requirement), "status": status(control.status),
      "explanation": text(control.explanation), "method": text(control.method),
      "level": control.level.map(text) ?? "", "hasLevel": control.level != nil,
      "checks": control.checks.map { part in
        self.part(part).merging(
          part.listedUnder.map { index in
            [
              "isListed": true, "listedUnder": text(section.controls[index].id),
              "listedAnchor": "\(anchor)\(index + 1)",
            ]
          } ?? [:]) { $1 }
      }, "hasChecks": !control.checks.isEmpty,
      "attestations": control.attestations.map(text), "hasAttestations": !control.attestations.isEmpty,
      "comparisons": control.comparisons.map(part), "hasComparisons": !control.comparisons.isEmpty,
      "isOpen": ["fail", "error", "not-evaluated"].contains(control.status),
    ]
  }

  private func part(_ part: EvidenceReport.CheckPart) -> [String: Any] {
    [
      "id": text(part.id), "title": text(part.title), "strength": text(part.strength),
      "status": status(part.status), "result": text(part.result),
      "findings": part.findings.map(finding), "hasFindings": !part.findings.isEmpty,
      "more": part.more, "hasMore": part.more > 0, "gaps": part.gaps.map(row),
      "hasGaps": !part.gaps.isEmpty,
    ]
  }

  private func finding(_ finding: EvidenceReport.Finding) -> [String: Any] {
    [
      "subject": text(finding.subject), "message": text(finding.message),
      "place": finding.place.map(text) ?? "", "hasPlace": finding.place != nil,
      "origin": finding.origin.map(text) ?? "", "hasOrigin": finding.origin != nil,
      "remedy": text(finding.remedy), "yaml": finding.yaml.map(block) ?? "",
      "hasYAML": finding.yaml != nil,
    ]
  }
}

/// A report as values: everything that a template shows, and nothing that it has to work out.
package struct EvidenceReport: Sendable {
  package struct Row: Sendable {
    package let label: String
    package let value: String
    package init(_ label: String, _ value: String) {
      self.label = label
      self.value = value
    }
  }

  package struct Finding: Sendable {
    package let subject: String
    package let message: String
    /// File and part of it, such as `namespaces/shop/….yaml: spec.ingress[0]`.
    package let place: String?
    /// The change that brought it: commit, time, actor.
    package let origin: String?
    package let remedy: String
    package let yaml: String?
    package init(
      subject: String, message: String, place: String?, origin: String?, remedy: String, yaml: String?
    ) {
      self.subject = subject
      self.message = message
      self.place = place
      self.origin = origin
      self.remedy = remedy
      self.yaml = yaml
    }
  }

  package struct CheckPart: Sendable {
    package let id: String
    package let title: String
    /// `full`, `partial` or `context`.
    package let strength: String
    package let status: String
    package let result: String
    package let findings: [Finding]
    /// Findings beyond those listed.
    package let more: Int
    /// Subjects that could not be judged, with the reason.
    package let gaps: [Row]
    /// The control of the section, counted from 0, under which findings and gaps are listed already.
    package let listedUnder: Int?
    package init(
      id: String, title: String, strength: String, status: String, result: String, findings: [Finding],
      more: Int, gaps: [Row], listedUnder: Int? = nil
    ) {
      self.id = id
      self.title = title
      self.strength = strength
      self.status = status
      self.result = result
      self.findings = findings
      self.more = more
      self.gaps = gaps
      self.listedUnder = listedUnder
    }
  }

  package struct Control: Sendable {
    package let id: String
    package let title: String
    package let requirement: String
    package let status: String
    package let explanation: String
    package let method: String
    package let level: String?
    package let checks: [CheckPart]
    package let attestations: [String]
    /// Verdicts that stand beside the control's own: the benchmark's procedure and the effective result.
    package let comparisons: [CheckPart]
    package init(
      id: String, title: String, requirement: String, status: String, explanation: String,
      method: String, level: String?, checks: [CheckPart], attestations: [String],
      comparisons: [CheckPart]
    ) {
      self.id = id
      self.title = title
      self.requirement = requirement
      self.status = status
      self.explanation = explanation
      self.method = method
      self.level = level
      self.checks = checks
      self.attestations = attestations
      self.comparisons = comparisons
    }
  }

  package struct Section: Sendable {
    package let framework: String
    package let identity: [Row]
    package let note: String?
    package let counts: [(status: String, count: Int)]
    package let controls: [Control]
    package init(
      framework: String, identity: [Row], note: String?, counts: [(status: String, count: Int)],
      controls: [Control]
    ) {
      self.framework = framework
      self.identity = identity
      self.note = note
      self.counts = counts
      self.controls = controls
    }
  }

  package struct NamespaceRow: Sendable {
    package let name: String
    package let ingress: String
    package let egress: String
    package init(name: String, ingress: String, egress: String) {
      self.name = name
      self.ingress = ingress
      self.egress = egress
    }
  }

  package struct Coverage: Sendable {
    package let kind: String
    package let status: String
    package let detail: String
    package init(kind: String, status: String, detail: String) {
      self.kind = kind
      self.status = status
      self.detail = detail
    }
  }

  package let title: String
  package let identity: [Row]
  /// Things that a reader must know before the verdicts: partial reading, unknown enforcement.
  package let cautions: [String]
  package let sections: [Section]
  package let namespaces: [NamespaceRow]
  package let coverage: [Coverage]
  /// Commands that make the result again.
  package let commands: [String]
  package let limits: [String]

  package init(
    title: String, identity: [Row], cautions: [String], sections: [Section],
    namespaces: [NamespaceRow], coverage: [Coverage], commands: [String], limits: [String]
  ) {
    self.title = title
    self.identity = identity
    self.cautions = cautions
    self.sections = sections
    self.namespaces = namespaces
    self.coverage = coverage
    self.commands = commands
    self.limits = limits
  }
}

package import KubeModel

/// Brings raw objects into the form that the store keeps, and adds up what is true of the whole.
package struct ReadingAssembler {
  package var coverage: [KindCoverage]
  package var source: Reading.Source
  package var scope: String?
  package var serverVersion: String?
  /// Settings of the CNI from allow-listed ConfigMap keys; nil where none could be read.
  package var settings: [String: String]?
  package var diagnostics: [Diagnostic] = []
  package var skipped = Skipped()
  package var notes: [String] = []
  package var isOneInstant: Bool

  package func reading(of raw: [RawObject]) -> Reading {
    var diagnostics = diagnostics
    let unique = deduplicated(raw, &diagnostics)
    let folded = unique.filter { $0.type.role == .folded }
    let recorded = unique.filter { $0.type.role != .folded }
    var objects = recorded.map { raw in
      Reading.Object(
        id: raw.id, type: raw.type, canonical: CanonicalForm.object(raw.object, type: raw.type),
        raw: raw.object.value)
    }
    for result in WorkloadFolder.fold(folded.map(\.object), selecting: recorded.map(\.object)) {
      objects.append(
        Reading.Object(
          id: ObjectID(result.object, type: ResourceCatalog.workloads), type: ResourceCatalog.workloads,
          canonical: result.object, raw: result.raw))
    }
    objects.sort { $0.id.title.utf8.lexicographicallyPrecedes($1.id.title.utf8) }
    return Reading(
      objects: objects, coverage: coverage, facts: facts(of: unique), source: source,
      isOneInstant: isOneInstant, diagnostics: diagnostics, skipped: skipped, notes: notes)
  }

  /// One object for each identity.
  ///
  /// Calico serves one object through two groups: the one that users write wins. Two different objects
  /// of one identity in files are an error of the input; the first one stays.
  private func deduplicated(_ raw: [RawObject], _ diagnostics: inout [Diagnostic]) -> [RawObject] {
    var indexes: [ObjectID: Int] = [:]
    var result: [RawObject] = []
    for object in raw {
      guard !object.object.name.isEmpty else {
        diagnostics.append(
          Diagnostic(
            file: object.origin.file, line: object.origin.line,
            message: "\(object.type.kind) without metadata.name is left out"))
        continue
      }
      guard let index = indexes[object.id] else {
        indexes[object.id] = result.count
        result.append(object)
        continue
      }
      let earlier = result[index]
      if earlier.object.group != object.object.group {
        if earlier.object.group == ResourceCatalog.calicoStorageGroup { result[index] = object }
      } else if CanonicalForm.object(earlier.object, type: earlier.type)
        != CanonicalForm.object(object.object, type: object.type)
      {
        diagnostics.append(
          Diagnostic(
            file: object.origin.file, line: object.origin.line,
            message:
              "\(object.id.title) is defined twice, differently; the one in \(earlier.origin.file) is used"))
      } else if earlier.object.metadata?["managedFields"] == nil {
        // kubectl leaves the managers out; the copy that has them says who wrote.
        result[index] = object
      }
    }
    return result
  }

  private func facts(of raw: [RawObject]) -> ClusterFacts {
    func objects(_ group: String, _ kind: String) -> [KubeObject] {
      raw.filter { $0.type.group == group && $0.type.kind == kind }.map(\.object)
    }
    let nodes = objects("", "Node")
    let daemonSets = objects("apps", "DaemonSet").map { (name: $0.name, namespace: $0.namespace ?? "") }
    let readDaemonSets = coverage.contains {
      $0.group == "apps" && $0.resource == "daemonsets" && $0.unreadReason == nil
    }
    let podRanges =
      nodes.flatMap { node -> [String] in
        let ranges = node.spec?["podCIDRs"]?.strings ?? []
        return ranges.isEmpty ? [node.spec?["podCIDR"]?.string].compactMap(\.self) : ranges
      } + objects(ResourceCatalog.calicoGroup, "IPPool").compactMap { $0.spec?["cidr"]?.string }
    let serviceRanges = objects("networking.k8s.io", "ServiceCIDR").flatMap {
      $0.spec?["cidrs"]?.strings ?? []
    }
    let addresses = nodes.flatMap { $0.value["status"]?["addresses"]?.list ?? [] }
      .filter { ["InternalIP", "ExternalIP"].contains($0["type"]?.string) }
      .compactMap { $0["address"]?.string }
    return ClusterFacts(
      uid: objects("", "Namespace").first { $0.name == "kube-system" }?.uid,
      serverVersion: serverVersion, scope: scope,
      enforcement: EnforcementDetector.enforcement(
        daemonSets: readDaemonSets ? daemonSets : nil, settings: settings),
      enforcementSettings: settings ?? [:], podRanges: Set(podRanges).sorted(),
      serviceRanges: Set(serviceRanges).sorted(), nodeAddresses: Set(addresses).sorted(),
      unmodelledKinds: Set(
        raw.filter { $0.type.role == .unmodelledPolicy }.map { "\($0.type.group)/\($0.type.kind)" }
      ).sorted())
  }
}

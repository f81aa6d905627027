package import KubeModel

/// `KIND/NAME` as a user writes it.
package struct ObjectReference: Sendable {
  package let text: String
  package let type: ResourceType
  package let name: String
  package let namespace: String?

  /// - Throws: where the kind is not one that Ambit records, with the nearest one.
  package init(_ text: String, namespace: String?) throws {
    guard let slash = text.firstIndex(of: "/"), !text[text.index(after: slash)...].isEmpty else {
      throw AmbitError(
        .usage, "'\(text)' is no object", hint: "write KIND/NAME, such as netpol/allow-web")
    }
    self.text = text
    self.namespace = namespace
    type = try ObjectReference.type(String(text[..<slash]))
    name = String(text[text.index(after: slash)...])
  }

  /// The type that a word names: a resource, a kind or a short name, or RESOURCE.GROUP.
  package static func type(_ word: String) throws -> ResourceType {
    if word == "cluster" { return StoredObject.clusterType }
    if let type = ResourceCatalog.type(named: word) { return type }
    guard let dot = word.firstIndex(of: "."), word.index(after: dot) < word.endIndex else {
      throw AmbitError(
        .usage,
        "'\(word)' is no kind that Ambit records" + NearMiss.suffix(word, among: ResourceCatalog.names),
        hint: "see the kinds with `ambit list --help`")
    }
    // A policy kind that is recorded without being modelled.
    return ResourceType(
      group: String(word[word.index(after: dot)...]), resource: String(word[..<dot]), kind: word,
      isNamespaced: true, role: .unmodelledPolicy)
  }

  func matches(_ id: ObjectID) -> Bool {
    guard id.isOf(type), namespace == nil || id.namespace == nil || id.namespace == namespace else {
      return false
    }
    // `workload/api` and `deployment/api` both find `deployment.api`.
    return id.name == name || (id.isWorkload && id.name.drop { $0 != "." }.dropFirst() == name)
  }
}

extension ObjectID {
  /// Whether this is an object of a type; a pod or a controller is found as the workload that it became.
  package func isOf(_ type: ResourceType) -> Bool {
    guard type.role == .folded else { return group == type.group && resource == type.resource }
    return isWorkload && name.hasPrefix("\(type.kind.lowercased()).")
  }

  /// The shortest `KIND/NAME` that commands take for this object: `netpol/allow-web`, `deployment/api`.
  package var reference: String {
    guard isWorkload else {
      let type = ResourceCatalog.type(group: group, resource: resource)
      let word = type?.shortNames.first ?? qualifiedResource
      return "\(word)/\(name)"
    }
    let kind = name.prefix { $0 != "." }
    let isKnown = ResourceCatalog.all.contains { $0.role == .folded && $0.kind.lowercased() == kind }
    return isKnown ? "\(kind)/\(name.dropFirst(kind.count + 1))" : "workload/\(name)"
  }
}

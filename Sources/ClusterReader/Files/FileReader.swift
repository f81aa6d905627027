internal import KubeModel

/// Reads a cluster from files: dumps of a server's answers, or manifests.
///
/// A dump holds only what someone asked the server for: kinds that are not in it were not read, and must
/// not be taken for deleted. Manifests say all there is. Objects that carry a uid came from a server.
package struct FileReader {
  package struct Options: Sendable {
    /// The input holds everything that the cluster has, whatever kinds are in it.
    package var isComplete = false
    /// The input is confined to this namespace.
    package var namespace: String?
    /// A dump whose objects all stand in one namespace nevertheless is of the whole cluster.
    package var isAllNamespaces = false
    /// Objects of the last reading, which need not be looked at again.
    package var known = KnownObjects.none
    /// Workloads tell the names and addresses of their pods: for an answer now, never for a store.
    package var keepsPods = false
    package init() {}
  }

  private let options: Options
  private var parts: ReadingParts
  private var diagnostics: [Diagnostic] = []
  private var skipped = Skipped()
  private var lists: [String: ListPages] = [:]
  /// Kinds that stood in Lists of many kinds.
  private var listed: Set<String> = []
  private var refusals: [String: String] = [:]
  private var settings: [String: String]?
  private var hasServerObjects = false
  private var serverVersion: String?
  private var discovery = SavedDiscovery()
  /// Documents that tell about the server and hold no objects.
  private var aboutServerCount = 0
  /// Objects of other namespaces than the one that was asked for.
  private var outsideCount = 0

  /// The pages that were found of one kind's list.
  private struct ListPages {
    var resourceVersions: Set<String> = []
    var hasLastPage = false
    var itemCount: Int64 = 0
    var announcedCount: Int64 = 0
    /// Whether a page does not tell what follows it.
    var isUncertain = false

    var isWhole: Bool { hasLastPage && !isUncertain && itemCount >= announcedCount }
  }

  /// Reads every object of the input.
  ///
  /// - Throws: only where nothing at all could be used; a broken file among others is a diagnostic.
  package static func read(_ input: InputFiles, options: Options) throws(ClusterReaderError) -> Reading {
    var reader = FileReader(options)
    reader.diagnostics = input.diagnostics
    reader.skipped.files = input.passedOver
    for file in input.files { reader.read(file) }
    return try reader.finish()
  }

  /// Reads one file of manifests by itself, whatever is in it.
  static func manifests(_ name: String, _ bytes: [UInt8]) -> ManifestFile {
    var reader = FileReader(Options())
    reader.read(InputFiles.File(name: name, content: bytes))
    return ManifestFile(
      parts: reader.parts, settings: reader.settings, problem: (reader.diagnostics + reader.parts.diagnostics).first,
      holdsKubernetes: reader.findings > 0)
  }

  private init(_ options: Options) {
    self.options = options
    parts = ReadingParts(known: options.known, keepsPods: options.keepsPods)
  }

  // MARK: Documents

  private mutating func read(_ file: InputFiles.File) {
    guard let bytes = file.bytes else {
      diagnostics.append(Diagnostic(file: file.name, line: nil, message: "the file cannot be read"))
      return
    }
    guard !bytes.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
      // What was to be written here never was.
      diagnostics.append(Diagnostic(file: file.name, line: nil, message: "the file is empty"))
      return
    }
    let found = findings
    let problems = diagnostics.count + parts.diagnostics.count
    if readTypedList(bytes, file: file.name) { return }
    let (documents, parseProblems) = DocumentReader.documents(bytes)
    for problem in parseProblems {
      diagnostics.append(Diagnostic(file: file.name, line: problem.line, message: problem.message))
    }
    for document in documents { read(document.value, file: file.name, line: document.line) }
    if found == findings && problems == diagnostics.count + parts.diagnostics.count { skipped.files += 1 }
  }

  /// Reads a file that is one typed list without making values of what is known; false for any other file.
  private mutating func readTypedList(_ bytes: [UInt8], file: String) -> Bool {
    guard options.known.commit != nil, options.namespace == nil, InputFormat.sniff(bytes) == .json,
      let root = try? JSONDocument(bytes).root, let kind = root["kind"]?.string,
      let apiVersion = root["apiVersion"]?.string, kind.hasSuffix("List"), kind != "List",
      let items = root["items"]?.elements,
      let type = ResourceCatalog.type(group: KubeObject.group(of: apiVersion), kind: String(kind.dropLast(4))),
      let metadata = root["metadata"], let head = try? metadata.value()
    else { return false }
    let list = ListedKind(type: type, kind: String(kind.dropLast(4)), apiVersion: apiVersion)
    var faults: [Diagnostic] = []
    let count = parts.add(items, of: list, origin: RawObject.Origin(file: file, line: nil)) { error in
      faults.append(Diagnostic(file: file, line: error.line, message: error.message))
    }
    diagnostics += faults
    noteList(type, metadata: head, count: count)
    // Only a server gives versions, and only what has one is known.
    hasServerObjects = true
    return true
  }

  /// How many things of Kubernetes were found so far, whether they are recorded or not.
  private var findings: Int {
    parts.counts.values.reduce(0, +) + skipped.objects.values.reduce(0, +) + lists.count
      + refusals.count + outsideCount + aboutServerCount
  }

  /// Reads one document: an object, a list of objects, or something that is not Kubernetes.
  private mutating func read(_ value: Value, file: String, line: Int?) {
    guard let kind = value["kind"]?.string, let apiVersion = value["apiVersion"]?.string else {
      if let version = value["gitVersion"]?.string, value["goVersion"] != nil {
        serverVersion = version
        aboutServerCount += 1
      }
      return
    }
    if discovery.read(value) {
      aboutServerCount += 1
      return
    }
    switch (kind, KubeObject.group(of: apiVersion)) {
    case ("Table", "meta.k8s.io"), ("PartialObjectMetadataList", "meta.k8s.io"):
      diagnostics.append(
        Diagnostic(
          file: file, line: line,
          message: "\(kind) holds columns, not whole objects; ask the server with -o json or -o yaml"))
    case ("Status", ""):
      readRefusal(value, file: file, line: line)
    case ("List", ""):
      guard let items = value["items"]?.list else {
        diagnostics.append(Diagnostic(file: file, line: line, message: "the items of the List are no list"))
        return
      }
      for item in items { readListed(item, file: file, line: line) }
    case _ where kind.hasSuffix("List") && value["items"] != nil:
      readList(value, kind: String(kind.dropLast(4)), apiVersion: apiVersion, file: file, line: line)
    default:
      readObject(KubeObject(value), file: file, line: line)
    }
  }

  private mutating func readList(
    _ value: Value, kind: String, apiVersion: String, file: String, line: Int?
  ) {
    guard let type = ResourceCatalog.type(group: KubeObject.group(of: apiVersion), kind: kind) else {
      skipped.objects[kind, default: 0] += value["items"]?.list?.count ?? 0
      return
    }
    guard let items = value["items"]?.list else {
      diagnostics.append(Diagnostic(file: file, line: line, message: "the items of the \(kind)List are no list"))
      return
    }
    noteList(type, metadata: value["metadata"], count: items.count)
    let list = ListedKind(type: type, kind: kind, apiVersion: apiVersion)
    for item in items {
      if KubeObject(item).uid != nil { hasServerObjects = true }
      guard isInScope(KubeObject(item), type) else {
        outsideCount += 1
        continue
      }
      parts.add(item, of: list, origin: RawObject.Origin(file: file, line: line))
    }
  }

  /// Reads an item of a List of many kinds.
  private mutating func readListed(_ item: Value, file: String, line: Int?) {
    guard let kind = item["kind"]?.string, let apiVersion = item["apiVersion"]?.string else {
      diagnostics.append(Diagnostic(file: file, line: line, message: "an item of a List does not tell its kind"))
      return
    }
    if let type = ResourceCatalog.type(group: KubeObject.group(of: apiVersion), kind: kind) {
      listed.insert(type.qualifiedName)
    }
    read(item, file: file, line: line)
  }

  /// Whether an object stands in the namespace that was asked for.
  private func isInScope(_ object: KubeObject, _ type: ResourceType) -> Bool {
    options.namespace.map { ObjectID(object, type: type).isIn(namespace: $0) } ?? true
  }

  /// Adds a page of a kind's list to what is known of the list.
  private mutating func noteList(_ type: ResourceType, metadata: Value?, count: Int) {
    var pages = lists[type.qualifiedName] ?? ListPages()
    pages.itemCount += Int64(count)
    if let version = metadata?["resourceVersion"]?.string, !version.isEmpty {
      pages.resourceVersions.insert(version)
      hasServerObjects = true
    }
    let (token, remaining) = (metadata?["continue"] ?? .null, metadata?["remainingItemCount"] ?? .null)
    let isLast = token.isNull || token == ""
    if isLast { pages.hasLastPage = true }
    // A page that is not the last says how many objects follow, or nobody can tell whether they are here.
    let count64 = Int64(count)
    if let remaining = remaining.int, (0...1_000_000_000).contains(remaining) {
      pages.announcedCount = max(pages.announcedCount, count64 + remaining)
    } else if !remaining.isNull || !isLast {
      pages.isUncertain = true
    }
    if token.string == nil && !token.isNull { pages.isUncertain = true }
    pages.announcedCount = max(pages.announcedCount, count64)
    lists[type.qualifiedName] = pages
  }

  private mutating func readObject(_ object: KubeObject, file: String, line: Int?) {
    if EnforcementDetector.isSettings(object) { readSettings(object) }
    guard let type = ResourceCatalog.type(group: object.group, kind: object.kind) else {
      skipped.objects[object.kind, default: 0] += 1
      return
    }
    if object.uid != nil { hasServerObjects = true }
    let raw = RawObject(object: object, type: type, origin: RawObject.Origin(file: file, line: line))
    if isInScope(object, type) { parts.add(raw) } else { outsideCount += 1 }
  }

  /// Keeps allow-listed keys; whatever else a ConfigMap holds is not looked at.
  private mutating func readSettings(_ object: KubeObject) {
    // Two that do not agree leave the setting unreadable: only one of them is in force.
    settings = (settings ?? [:]).merging(
      EnforcementDetector.settings(object.name, in: object.value["data"])) { $0 == $1 ? $0 : "unreadable" }
  }

  /// A saved refusal says which kind could not be read.
  private mutating func readRefusal(_ value: Value, file: String, line: Int?) {
    guard value["status"]?.string == "Failure" else { return }
    guard let resource = value["details"]?["kind"]?.string else {
      diagnostics.append(
        Diagnostic(file: file, line: line, message: "the server refused something and did not say what"))
      return
    }
    let group = value["details"]?["group"]?.string ?? ""
    let name = group.isEmpty ? resource : "\(resource).\(group)"
    refusals[name] = value["message"]?.string ?? value["reason"]?.string ?? "refused"
  }

  // MARK: Result

  private func finish() throws(ClusterReaderError) -> Reading {
    if parts.isEmpty && lists.isEmpty {
      let broken = diagnostics.first.map { "; first problem: \($0)" } ?? ""
      let outside = outsideCount > 0 ? " in namespace '\(options.namespace ?? "")'" : ""
      throw ClusterReaderError(
        .badInput, "the input holds no object that Ambit records\(outside)\(broken)",
        hint: outsideCount > 0
          ? "leave out --namespace to record the \(outsideCount) objects elsewhere"
          : "give it the output of `kubectl get … -o json`, or manifests")
    }
    let source: Reading.Source = hasServerObjects ? .dump : .manifests
    let scope = options.namespace ?? impliedNamespace(source)
    var assembler = ReadingAssembler(
      coverage: coverage(source, scope: scope), source: source, scope: scope, settings: settings,
      isOneInstant: Set(lists.values.flatMap(\.resourceVersions)).count <= 1)
    assembler.serverVersion = serverVersion
    assembler.skipped = skipped
    assembler.isIntact =
      diagnostics.isEmpty && refusals.isEmpty && !lists.values.contains { !$0.isWhole }
    if options.namespace == nil, let scope {
      assembler.notes.append(
        "every object stands in namespace '\(scope)': the reading counts for that namespace only; say --all-namespaces if it is the whole cluster"
      )
    }
    return assembler.reading(of: parts, diagnostics: diagnostics)
  }

  /// The one namespace of a dump that seems to have been taken with `-n`.
  ///
  /// Taking it for the whole cluster would record every other namespace as deleted.
  private func impliedNamespace(_ source: Reading.Source) -> String? {
    guard source == .dump, !options.isAllNamespaces, !options.isComplete,
      lists[ResourceCatalog.namespaces.qualifiedName] == nil,
      !parts.types.contains(ResourceCatalog.namespaces)
    else { return nil }
    return parts.namespaces.count == 1 ? parts.namespaces.first : nil
  }

  private func coverage(_ source: Reading.Source, scope: String?) -> [KindCoverage] {
    let others = parts.types.subtracting(ResourceCatalog.all)
      .sorted { $0.qualifiedName < $1.qualifiedName }
    let saysAll = options.isComplete || source == .manifests
    return (ResourceCatalog.all + others).map { type in
      let name = type.qualifiedName
      let pages = lists[name]
      let isInScope = scope == nil || type.isNamespaced || type == ResourceCatalog.namespaces
      let status: KindCoverage.Status
      if let scope, !isInScope {
        status = .unread(reason: "outside of namespace '\(scope)'")
      } else if let refusal = refusals[name] {
        status = .unread(reason: refusal)
      } else if let pages, !pages.isWhole {
        status = .unread(
          reason:
            pages.isUncertain
            ? "a page of the list does not tell how many objects follow it"
            : "the list breaks off after \(pages.itemCount) of \(pages.announcedCount) objects; add its other pages"
        )
      } else if pages == nil, parts.counts[name] == nil, discovery.lacks(type) {
        status = .absent
      } else if let reason = parts.tainted[name] {
        status = .unread(reason: reason)
      } else if let problem = diagnostics.first {
        // What cannot be read may hold objects of any kind; taking them for gone would lose them.
        status = .unread(reason: "\(problem.file) could not be read and may hold more of them")
      } else if saysAll || pages != nil || listed.contains(name) {
        status = .read
      } else {
        status = .unread(reason: "not in the input")
      }
      return KindCoverage(
        group: type.group, resource: type.resource, namespace: isInScope ? scope : nil,
        status: status, objectCount: parts.counts[name] ?? 0,
        resourceVersion: pages.flatMap { $0.resourceVersions.count == 1 ? $0.resourceVersions.first : nil })
    }
  }
}

extension ObjectID {
  /// Whether this object belongs to a namespace, or is it.
  fileprivate func isIn(namespace: String) -> Bool {
    self.namespace == namespace || (group.isEmpty && resource == "namespaces" && name == namespace)
  }
}

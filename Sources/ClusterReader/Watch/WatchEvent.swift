internal import KubeModel

/// One event of a watch.
enum WatchEvent: Sendable {
  /// An object was added or changed.
  case changed(ReadingPart, version: String)
  case deleted(ObjectID, uid: String?, version: String)
  /// Everything up to a version was sent.
  case bookmark(version: String)
  /// The version that was asked for is no longer there: the kind has to be listed again.
  case expired
  /// The server gives up, and says why.
  case failed(ClusterReaderError)

  /// Reads one line of a watch.
  ///
  /// - Throws: `.badAnswer` where it is no event about an object that can be used.
  init(_ line: [UInt8], of list: ListedKind) throws(ClusterReaderError) {
    func refuse(_ why: String) -> ClusterReaderError {
      ClusterReaderError(.badAnswer, "an event of \(list.type.qualifiedName) \(why)")
    }
    let type: String?
    let object: Value?
    do {
      let root = try JSONDocument(line).root
      type = root["type"]?.string
      object = try root["object"]?.value()
    } catch {
      throw refuse("does not read: \(error.message)")
    }
    guard let object else { throw refuse("has no object") }
    if type == "ERROR" {
      self = WatchEvent(error: object, of: list)
      return
    }
    guard let version = object["metadata"]?["resourceVersion"]?.string, !version.isEmpty else {
      throw refuse("has no resourceVersion")
    }
    if type == "BOOKMARK" {
      self = .bookmark(version: version)
      return
    }
    let raw: RawObject
    do {
      raw = try list.object(of: object, origin: RawObject.Origin(file: list.type.qualifiedName, line: nil))
    } catch {
      throw refuse("cannot be used: \(error.message)")
    }
    if let defect = RawObject.defect(of: raw.object, type: raw.type) { throw refuse("tells of one \(defect)") }
    switch type {
    case "ADDED", "MODIFIED": self = .changed(ReadingPart(raw, folder: WorkloadFolder()), version: version)
    case "DELETED": self = .deleted(raw.id, uid: raw.object.uid, version: version)
    default: throw refuse("is of no type that the API has: '\((type ?? "").printable(limit: 40))'")
    }
  }

  /// The `Status` with which a server ends a watch.
  private init(error status: Value, of list: ListedKind) {
    if status["code"]?.int == 410 || ["Expired", "Gone"].contains(status["reason"]?.string) {
      self = .expired
      return
    }
    let cause = status["message"]?.string.map { ServerStatement(description: $0.printable()) }
    self = .failed(
      ClusterReaderError(
        .serverError, "the server ended the watch of \(list.type.qualifiedName) with status \(status["code"]?.int ?? 0)",
        cause: cause))
  }
}

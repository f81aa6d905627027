internal import KubeModel

/// A row of Azure's tables AKSAudit and AKSAuditAdmin: an event whose fields are columns with names of their own.
enum AzureRow {
  private static let columns = [
    "Level": "level", "AuditId": "auditID", "Stage": "stage", "RequestUri": "requestURI", "Verb": "verb", "User": "user",
    "ImpersonatedUser": "impersonatedUser", "SourceIps": "sourceIPs", "UserAgent": "userAgent", "ObjectRef": "objectRef",
    "ResponseStatus": "responseStatus", "RequestObject": "requestObject", "ResponseObject": "responseObject",
    "RequestReceivedTime": "requestReceivedTimestamp", "StageReceivedTime": "stageTimestamp",
    "Annotations": "annotations",
  ]

  /// The event that the row was made from.
  ///
  /// - Throws: where a column that is exported as text is no JSON.
  static func event(_ row: Value) throws(KubeModelError) -> Value {
    var event = Mapping()
    for (column, value) in row.map?.entries ?? [] {
      guard let key = columns[column] else { continue }
      // An export may have turned lists and mappings into text.
      if let text = value.string, let first = text.utf8.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
        event[key] = try JSONReader.value(Array(text.utf8))
      } else {
        event[key] = value.string == "" ? nil : value
      }
    }
    return .map(event)
  }
}
